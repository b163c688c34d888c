"""Plans, decisions, awards and agreements."""
