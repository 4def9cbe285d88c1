"""The bureau's own aircraft, and the catalogue."""
