"""Calls, their intakes and tracks, and what a track asks for."""
