"""The command ``firewatch`` as its user types it, within this process."""

import pytest

from api import cli

__all__ = ["run_firewatch"]


def run_firewatch(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Its exit status."""
    monkeypatch.setattr("sys.argv", ["firewatch", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0
