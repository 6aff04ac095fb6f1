"""The parts of the simulated gateway."""
