"""The book of computing: every grant, hold and use as one movement between two accounts."""
