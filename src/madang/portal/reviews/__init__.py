"""Reviewers, conflicts, assignments and scores."""
