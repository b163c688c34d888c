"""What the cluster had and what of it was out of service, as a dated series, and how much of the rest was used."""
