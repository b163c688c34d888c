"""Madang on Slurm: awards become limits that Slurm enforces, and what Slurm recorded becomes usage."""
