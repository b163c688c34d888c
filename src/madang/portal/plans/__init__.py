"""Allocation plans: proposed, solved, checked, compared."""
