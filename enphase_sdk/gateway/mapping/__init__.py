"""From one decoded answer to its models: pure functions, a module for each kind of thing."""
