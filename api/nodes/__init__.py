"""Nodes under the trees: what they push, how they do, and who sets them up."""
