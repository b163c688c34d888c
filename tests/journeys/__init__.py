"""Stories through a real browser, the API and the command, against a centre that is really served."""
