"""What one person drafts another approves."""
