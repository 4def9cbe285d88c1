"""Replays that people ask the watch for: played behind it, in a process of their own."""
