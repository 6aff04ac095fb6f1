"""What the cloud and the gateway both need."""
