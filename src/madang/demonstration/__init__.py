"""The demonstration centre: a generated round with published totals, real jobs, built through the portal's own actions."""
