"""A reader in a process of its own: started, told to begin, asked what it used."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Contender", "ContenderFailed"]

_SCRIPT = Path(__file__).with_name("reader.py")


class ContenderFailed(Exception):
    """The process ended without an answer."""


class Contender:
    """A running ``reader.py``; it ends with the ``with`` block."""

    def __init__(self, what: str, urls: Sequence[str], **options: float) -> None:
        words = [word for name, value in options.items() for word in (f"--{name}", f"{value:g}")]
        self._process = subprocess.Popen(
            [sys.executable, "-P", _SCRIPT, what, *urls, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """The process is there already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def wait_ready(self) -> None:
        """Until pictures come."""
        self._line("ready")

    def begin(self) -> None:
        """Let it measure from now on."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What it used; waits until it is done."""
        found: dict[str, Any] = json.loads(self._line("{"))
        return found

    def _line(self, beginning: str) -> str:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        for line in self._process.stdout:
            if line.startswith(beginning):
                return line
        words = self._process.stderr.read().strip().splitlines()
        raise ContenderFailed(words[-1] if words else "it ended without a word")
