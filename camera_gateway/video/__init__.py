"""A camera's coded video beside its analysis: whoever records or shows it listens here.

Nothing in this room opens a connection of its own, decodes or encodes: what the reader of a stream
has read anyway is handed on.
"""
