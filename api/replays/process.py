"""``firewatch replay`` in a process of its own, behind everything else of the machine.

It is as nice as can be, stands still while it is told to, and ends with the watch: its standard
input closes then, and one that stands still is woken and ended by the kernel, because its group of
processes has lost the one that it was started from.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from models.config import ENVIRONMENT_PREFIX

__all__ = ["ReplayProcess"]

NICENESS: Final = 19
COMMAND: tuple[str, ...] = (sys.executable, "-m", "api.cli", "replay")
_MOST_LINE: Final = 65_536
_ENDS_S: Final = 30.0


class ReplayProcess:
    """A replay that is played.

    Args:
        run: its ``RUN.toml``.
        out: its folder.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, run: Path, out: Path) -> None:
        settings = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith(ENVIRONMENT_PREFIX)  # they stand in its own file
        }
        with (out / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own program
                [*COMMAND, str(run), "--out", str(out), "--progress"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=settings,
                process_group=0,
            )
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
        self._stands = False
        self._lines = queue.SimpleQueue[dict[str, Any] | None]()
        self._reader = threading.Thread(target=self._read, name="replay", daemon=True)
        self._reader.start()

    def hear(self, patience_s: float) -> dict[str, Any] | None:
        """The next thing that it says; see :mod:`api.commands.replay_lines`.

        Args:
            patience_s: waits for so long.

        Returns:
            What it says, ``{"ended": status}`` when it is gone, or None when it says nothing.
        """
        try:
            told = self._lines.get(timeout=patience_s)
        except queue.Empty:
            return None
        if told is not None:
            return told
        self._lines.put(None)  # also for the next who asks
        return {"ended": self._process.wait()}

    def stand_still(self) -> None:
        """Until :meth:`go_on`."""
        if not self._stands:
            self._stands = True
            self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After :meth:`stand_still`."""
        if self._stands:
            self._stands = False
            self._signal(signal.SIGCONT)

    @property
    def stands(self) -> bool:
        """Whether it stands still."""
        return self._stands

    def end(self) -> None:
        """At once, with all that it has started; what it has finished is on the disk."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._reader.join(_ENDS_S)

    def _signal(self, number: int) -> None:
        # Until it is waited for, its number is nobody else's.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _read(self) -> None:
        stream = self._process.stdout
        with suppress(OSError, ValueError):
            while stream is not None and (line := stream.readline(_MOST_LINE)):
                told = _parsed(line)
                if told is not None:
                    self._lines.put(told)
        self._lines.put(None)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """What a line says; None for what a library printed."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
