"""Money recovered, surcharges, back charges and bans: each with finding, notice, answer, decision, appeal and end."""
