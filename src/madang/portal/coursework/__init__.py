"""Coursework of a class, who completed it, and what a certificate asks of it."""
