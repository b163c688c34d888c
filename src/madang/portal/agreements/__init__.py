"""Agreements on awards, and how both sides sign them."""
