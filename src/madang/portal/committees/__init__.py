"""Committees of experts: drawn from the pool by lots that anyone can draw again, and invited in the drawn order."""
