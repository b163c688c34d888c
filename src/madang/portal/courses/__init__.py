"""Courses and their cohorts: places as rows, stages of selection, teachers."""
