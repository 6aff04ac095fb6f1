"""Code that the cloud and the gateway share."""
