"""Who could review what: suggestions that an operator confirms, reviewers who are kept apart, and bids."""
