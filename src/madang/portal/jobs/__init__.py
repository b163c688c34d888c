"""Work that runs within an award."""
