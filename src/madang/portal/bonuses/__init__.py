"""Bonus points that follow from evidence: applicants claim them, an officer confirms or declines each."""
