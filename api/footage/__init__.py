"""The library of footage: recordings that a detector is judged and trained on, and their truth."""
