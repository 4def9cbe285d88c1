"""The process that opens a stranger's file: little memory, little time, no further files.

Called as ``python -m geo.exchange.child FILE LIMITS``; it writes the layers, or why there are none,
to standard output.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Read one file within its limits and hand its layers on."""
    job: dict[str, Any] = json.loads(sys.argv[1])
    _confine(job["limits"])
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        status, content = _done(job)
    except MemoryError:
        status, content = b"M", b""
    answer.write(status + content)
    answer.flush()


def _done(job: dict[str, Any]) -> tuple[bytes, bytes]:
    from geo.exchange.reading import read_here  # noqa: PLC0415 -- after the limits are set
    from geo.exchange.table import Limits  # noqa: PLC0415
    from geo.exchange.wire import packed  # noqa: PLC0415
    from models.errors import InputRefused  # noqa: PLC0415

    try:
        return b"L", packed(read_here(Path(job["path"]), Limits(**job["limits"])))
    except InputRefused as error:
        return b"R", json.dumps([error.message, error.remedy, error.code]).encode()


def _confine(limits: dict[str, Any]) -> None:
    memory, seconds = int(limits["memory_bytes"]), int(limits["seconds"]) + 1
    largest = int(limits["unpacked_bytes"]) + int(limits["file_bytes"])
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, largest),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


if __name__ == "__main__":
    main()
