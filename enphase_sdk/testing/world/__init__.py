"""The simulated world: places, weather, and systems, all computed from a seed."""
