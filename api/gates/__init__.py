"""Who passed the gates: sealed as it comes in, opened for a role that may."""
