"""The settlement of a fiscal year with those who funded it."""
