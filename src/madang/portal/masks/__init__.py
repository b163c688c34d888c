"""Who applies, hidden from the reviewers of a blind call: names give way to a bar."""
