"""Live pictures of aircraft: read while they fly, scored behind the towers, placed."""
