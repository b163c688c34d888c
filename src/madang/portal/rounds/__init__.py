"""One round of awarding, an intake from its call to its agreements, as the centre follows it."""
