"""The duty roster: kept by hand, imported, asked for who is called first and where it has holes."""
