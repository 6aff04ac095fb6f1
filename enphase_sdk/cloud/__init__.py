"""The Enlighten cloud: what is the same for every version of its API."""
