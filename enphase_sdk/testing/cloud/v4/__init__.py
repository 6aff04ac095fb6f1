"""What the simulated cloud of API v4 answers, over the same simulated world as that of v2."""
