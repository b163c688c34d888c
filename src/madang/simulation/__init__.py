"""What would happen: traces of jobs run through a cluster in virtual time, under the policies that really run."""
