"""Evidence over HTTP and by command: recordings, exports, and whether it is what was stored."""
