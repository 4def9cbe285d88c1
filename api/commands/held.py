"""A command that is held by whoever started it, and ends when that is gone.

Whoever started it holds its standard input open and never writes to it; the kernel closes it
whatever becomes of that process. So no replay outlives the watch that asked for it.
"""

import os
import signal
import threading
import time
from contextlib import suppress
from typing import Final

__all__ = ["end_with_input"]

GRACE_S: Final = 20.0
STDIN: Final = 0


def end_with_input() -> None:
    """End this process in order when its standard input closes, and at once a while later."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background's start ignores it

    def wait() -> None:
        # Not through a file object: its lock would be held when the interpreter ends.
        with suppress(OSError):
            while os.read(STDIN, 4096):
                pass
        os.kill(os.getpid(), signal.SIGINT)  # also where it waits for something
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=wait, name="input", daemon=True).start()
