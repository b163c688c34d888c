"""The one line of migrations, one leaf."""
