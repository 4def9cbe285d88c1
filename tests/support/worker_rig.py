"""A player for tests of workers; it imports little, because each process begins anew."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputRefused, ModelMismatch


@dataclass(frozen=True)
class MakeTestPlayer:
    """Players for tests of workers; a task is a word that says what is to happen."""

    folder: Path

    def __call__(self) -> Callable[[str, Callable[[int], None]], str]:
        return self.play

    def play(self, task: str, tick: Callable[[int], None]) -> str:
        tick(1)
        what, _, name = task.partition(" ")
        tries = self.folder / name
        if what == "refuse":
            raise InputRefused(f"{name} is no footage.", code="no_footage")
        if what == "fail":
            raise ModelMismatch("The weights do not run.")
        if what == "die" or (what == "die-once" and not tries.exists()):
            tries.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "sleep":
            time.sleep(60.0)
        return f"{name} played by {os.getpid()}"
