"""What computing costs the centre itself: sheets of costs by period, agreed on by two people."""
