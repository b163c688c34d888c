"""Finds acid-fast bacilli in Ziehl-Neelsen sputum smears for a person to confirm; it supports, it never diagnoses."""
