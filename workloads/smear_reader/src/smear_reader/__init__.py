"""Finds acid-fast bacilli in Ziehl-Neelsen sputum smears for a person to confirm; decision support, never a diagnosis."""
