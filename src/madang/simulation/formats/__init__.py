"""The layouts of traces that can be read, and the rules that every row must keep."""
