"""Words of Korean banks and registers."""
