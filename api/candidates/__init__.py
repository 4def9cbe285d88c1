"""Candidates over HTTP: look through what did not alert, and make an alert of one."""
