"""Side-by-side measurements: every contender in the same run, on the same bytes."""
