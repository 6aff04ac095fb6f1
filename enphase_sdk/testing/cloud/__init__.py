"""What the simulated cloud answers: the contract's operations over a simulated world."""
