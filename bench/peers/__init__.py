"""Who is compared with."""
