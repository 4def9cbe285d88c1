"""The map over HTTP: the site, its land layers, its relief; nothing from outside."""
