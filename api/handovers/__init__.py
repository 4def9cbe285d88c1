"""The handover of a shift: drafted from what the watch knows, signed by both."""
