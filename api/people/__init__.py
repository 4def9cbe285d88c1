"""People and programs over HTTP: accounts and tokens, for administrators."""
