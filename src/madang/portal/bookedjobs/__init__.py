"""Compute jobs that start with the booking of a simulator and are charged to an award of the same organisation."""
