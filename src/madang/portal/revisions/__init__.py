"""Sheets that were opened again after they were handed in, and what stood on them before."""
