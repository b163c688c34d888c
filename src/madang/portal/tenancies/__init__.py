"""Who lives in the camp: tenancies from offer to check-out, residents and visitors, monthly reports, requests."""
