"""People and machines look in: the server, the command line, sign-in, the live feed.

The way in is :mod:`api.cli`; everything is put together in :mod:`api.runtime`.
"""
