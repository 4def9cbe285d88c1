"""How good a detector is on labelled pictures, per view, with counts and intervals over groups."""
