"""The timetable of a cohort, in rooms, and who came."""
