"""Dated tariffs, reference prices and discounts."""
