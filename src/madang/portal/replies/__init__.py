"""The right of reply: applicants read what reviewers wrote before anything is decided, and answer until a deadline."""
