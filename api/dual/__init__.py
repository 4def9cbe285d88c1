"""Dual-spectrum towers: pairs of cameras, their pictures at hand, their registrations."""
