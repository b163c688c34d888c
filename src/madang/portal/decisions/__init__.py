"""What was decided for every application, and how it is published."""
