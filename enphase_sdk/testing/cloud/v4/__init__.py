"""The answers of the simulated cloud of API v4, from the same simulated world as those of v2."""
