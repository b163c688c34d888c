"""Money recovered, surcharges and bans: three acts, each with finding, notice, answer, decision, appeal and end."""
