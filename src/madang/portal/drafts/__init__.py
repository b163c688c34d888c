"""Calls while they are being written, checked and handed to a second person."""
