"""Words by which companies and lists of them are read."""
