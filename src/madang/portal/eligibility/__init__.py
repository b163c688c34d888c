"""Whether an organisation may apply: rules judged as of their reference dates."""
