"""What a new centre's tables of people are seeded with."""
