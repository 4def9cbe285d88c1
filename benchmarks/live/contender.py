"""A reader in a process of its own: started, told to begin, asked what it used."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.support.peer import Child

__all__ = ["Contender"]

_SCRIPT = Path(__file__).with_name("reader.py")


class Contender(Child):
    """A running ``reader.py``."""

    def __init__(self, what: str, urls: Sequence[str], **options: float) -> None:
        words = [word for name, value in options.items() for word in (f"--{name}", f"{value:g}")]
        super().__init__(sys.executable, _SCRIPT, [what, *urls, *words])

    def wait_ready(self) -> None:
        """Until pictures come."""
        self.hear("ready")

    def begin(self) -> None:
        """Let it measure from now on."""
        self.say("")

    def answer(self) -> dict[str, Any]:
        """What it used; waits until it is done."""
        found: dict[str, Any] = json.loads(self.hear("{"))
        return found
