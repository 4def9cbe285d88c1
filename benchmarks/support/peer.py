"""Processes that a benchmark starts, tells what to do in lines, and ends.

A peer is a contender in another environment: it works when told to, and sleeps otherwise.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Child", "Peer", "PeerFailed"]


class PeerFailed(Exception):
    """The process ended or said something else than was agreed."""


class Child:
    """A script in a process of its own; it ends with the ``with`` block.

    Args:
        python: of its environment.
        script: to run.
        arguments: for it.
    """

    def __init__(self, python: Path | str, script: Path, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [python, "-P", script, *arguments],
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

    def say(self, line: str) -> None:
        """Write it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def hear(self, beginning: str) -> str:
        """Its next line that begins so; whatever else a library prints on the way is passed over.

        Raises:
            PeerFailed: it ended instead.
        """
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        for line in self._process.stdout:
            if line.startswith(beginning):
                return line
        words = self._process.stderr.read().strip().splitlines()
        raise PeerFailed(words[-1] if words else "it ended without a word")


class Peer(Child):
    """Speaks lines: ``{"ready": …}`` once, then ``COUNT`` in and seconds out.

    Args:
        python: of the environment.
        script: to run.
        arguments: for it.
    """

    def __init__(self, python: Path, script: Path, arguments: Sequence[str]) -> None:
        super().__init__(python, script, arguments)
        self.about: dict[str, Any] = json.loads(self.hear("{"))

    def contender(self, word: str) -> "_Contender":
        """One of the things that it can do."""
        return _Contender(self, word)

    def work(self, word: str, count: int) -> float:
        """Let it work on so many pictures; seconds that it took by its own clock."""
        self.say(f"{word} {count}")
        return float(json.loads(self.hear("{"))["seconds"])


class _Contender:
    def __init__(self, peer: Peer, word: str) -> None:
        self._peer, self._word = peer, word

    def __call__(self, count: int) -> float:
        return self._peer.work(self._word, count)
