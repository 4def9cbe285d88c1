"""A camera in a process of its own, which can be killed, frozen and made to lie."""

import json
import signal
import subprocess
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["CameraProcess"]


class CameraProcess:
    """A running camera; it ends with the ``with`` block.

    Args:
        command: to run; it reads one line of JSON and answers with its ports.
        wish: that line. By standard input, so that no password stands in a list of processes.
            Its ``port`` stays the same when the camera is started again.
    """

    def __init__(self, command: Sequence[str | Path], wish: dict[str, Any]) -> None:
        self._command = command
        self._wish = wish
        self.start_again()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def fault(self, request: str) -> str:
        """Switch a fault on, as the module of the camera tells."""
        url = f"http://127.0.0.1:{self._control}/{request}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())

    def kill(self) -> None:
        """End it at once: its connections are closed by the system."""
        self._process.kill()
        self._process.communicate()

    def freeze(self) -> None:
        """Let it answer nothing more while its connections stay, like a dead radio link."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo ``freeze``."""
        self._process.send_signal(signal.SIGCONT)

    def start_again(self) -> None:
        """Start it, after ``kill`` on the same port."""
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self._wish) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.kill()
            raise RuntimeError("the camera did not start")
        ports = json.loads(line)
        self.port = self._wish["port"] = int(ports["camera"])
        self._control = int(ports["control"])
