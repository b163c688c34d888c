"""Awards: held, offered, accepted, in force, ended."""
