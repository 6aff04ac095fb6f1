"""The package's own tests; they mirror its modules."""
