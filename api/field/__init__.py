"""The phone page of who was called: one link, one phone, one order, no account."""
