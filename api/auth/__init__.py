"""Who is asking, and may they: passwords, sessions, roles, and where a request comes from."""
