"""Which cells of public tables are withheld so that nobody can work a small one out; whole numbers, no Django."""
