"""Applicants who review each other: arranged so that nobody moves their own place, and who owes reviews."""
