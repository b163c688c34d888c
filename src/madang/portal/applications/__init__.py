"""Drafts, submissions, files, consents and screening."""
