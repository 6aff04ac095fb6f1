"""Every parser of foreign bytes, given bytes that nobody would send in good faith."""
