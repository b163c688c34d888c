"""Madang's own words for templates."""
