"""What the centre holds of people: shown and given to them, destroyed when its time is over, erased when they ask."""
