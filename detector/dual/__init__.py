"""Dual-spectrum towers: where one picture lies in the other, and what both sensors say together."""
