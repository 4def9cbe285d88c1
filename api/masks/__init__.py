"""Masks over HTTP, and their way to whoever hides what is under them."""
