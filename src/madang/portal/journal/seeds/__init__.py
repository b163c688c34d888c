"""What a new centre's journal is seeded with."""
