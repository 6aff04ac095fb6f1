"""The simulated cloud's answers to the contract's operations."""
