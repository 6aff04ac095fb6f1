"""The simulated world: places, weather, and systems that are functions of a seed."""
