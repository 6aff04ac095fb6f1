"""The local gateway: what it answers, and what that means. Nothing here does I/O but TLS and files."""
