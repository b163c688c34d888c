"""More of the same for the holder of an award: asked for with reasons, decided by two people, granted once."""
