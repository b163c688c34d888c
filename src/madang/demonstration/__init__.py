"""The demonstration centre: a generated round with published totals, real jobs, through the portal's own actions."""
