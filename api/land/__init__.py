"""The land over HTTP: its features and their changes, files in and out."""
