"""What came of awards: reports with evidence, due by a call's schedule, looked at, corrected, published."""
