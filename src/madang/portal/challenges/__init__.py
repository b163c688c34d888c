"""Challenges: an applicant asks that a named person take no part in the review of the application, with reasons."""
