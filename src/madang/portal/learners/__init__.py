"""Learners: applications, guardians, staged selection, seats, and where they were hired."""
