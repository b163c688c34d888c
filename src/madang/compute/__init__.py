"""Where jobs run: one protocol for every backend, the policies that choose what starts, and this machine's backend."""
