"""The Enlighten cloud: code that all API versions share; `v2` and `v4` hold the differences."""
