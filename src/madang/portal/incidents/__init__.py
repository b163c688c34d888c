"""Damage and incidents at facilities, from the report to the end."""
