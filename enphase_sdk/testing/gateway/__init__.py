"""What the simulated gateway is made of."""
