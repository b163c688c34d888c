"""Hours of one pool exchanged for hours of another at published rates, as far as an award has them left."""
