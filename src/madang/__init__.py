"""Madang: the software with which a public body runs a public AI compute centre."""

__version__ = "0.1.0"
