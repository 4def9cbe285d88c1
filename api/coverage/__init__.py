"""What can be seen, what was looked at, and what nobody sees."""
