"""What cameras show now: live video, and a wall of stills."""
