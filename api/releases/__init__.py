"""The release gate: which models there are, and which one is in force."""
