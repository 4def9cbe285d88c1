"""Who did what, for administrators to read."""
