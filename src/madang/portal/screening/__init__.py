"""The screening officer's work: questions, verdicts, reports owed, and demand against capacity."""
