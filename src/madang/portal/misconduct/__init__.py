"""Findings of misconduct in an evaluation, which keep an expert out for as long as a call's rules say."""
