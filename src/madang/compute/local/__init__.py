"""Jobs on this machine: a spool of its own, a runner that starts what may start, and a supervisor for each job."""
