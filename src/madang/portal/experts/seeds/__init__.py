"""Words of files that list experts."""
