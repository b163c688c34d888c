"""The public figures, each computed from the tables with its definition."""
