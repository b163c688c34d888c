"""The portal: one Django application in which a public body runs its centre."""
