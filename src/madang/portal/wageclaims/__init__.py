"""Wage aid: what a company that hired graduates claims by month, with what shows that they still work there."""
