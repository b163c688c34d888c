"""Meetings of committees: who was there, what was scored, what was added or taken off, and the minutes of it."""
