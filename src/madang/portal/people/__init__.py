"""Persons, organisations, their members, regions and verdicts, log-in and tokens."""
