"""Words of Korean tables."""
