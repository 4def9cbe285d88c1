"""Finished recordings of a run, each in a file of its own, so that a run goes on where it stopped.

A part is named by a hash of everything that shapes it: content of the footage, truth, weights,
settings, code, processor. So a part is never taken for another one's, and footage that is played
again in another run of the same folder is not played twice. It is written whole or not at all; one
that is damaged is played again.
"""

import hashlib
import json
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import camera_gateway
import detector
import geo
import models
from detector.core.machine import processor_name
from detector.footage.files import write_whole
from detector.replay.result import canonical, played_as_json, played_from_json
from models.errors import InputRefused
from models.replay import Played

__all__ = ["Parts", "code_version"]

FOLDER = "parts"
_ROOMS = (models, geo, camera_gateway, detector)
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "onnxruntime", "onnxruntime-openvino")


class Parts:
    """The finished recordings of a folder.

    Args:
        out: of the run.
    """

    def __init__(self, out: Path) -> None:
        self._folder = out / FOLDER

    def recall(self, key: str) -> Played | None:
        """What came of a recording; None where it is not finished, or its file is damaged."""
        try:
            data = (self._folder / f"{key}.json").read_bytes()
            head, _, body = data.partition(b"\n")
            if json.loads(head) != {"sha256": hashlib.sha256(body).hexdigest()}:
                return None
            return played_from_json(json.loads(body))
        except (OSError, ValueError, RecursionError, InputRefused):
            return None

    def keep(self, key: str, played: Played) -> Played:
        """Keep a finished recording.

        Returns:
            The same as it comes back from its file, rounded, so that a run that is resumed says
            the same as one that is not.

        Raises:
            StorageFull: the disk takes no more; nothing that was kept is lost.
            InputRefused: the folder cannot be written.
        """
        row = played_as_json(played)
        body = canonical(row)
        head = canonical({"sha256": hashlib.sha256(body).hexdigest()})
        write_whole(self._folder / f"{key}.json", head + body)
        return played_from_json(row)


@cache
def code_version() -> dict[str, Any]:
    """What else a result depends on: our code, the libraries, the processor.

    Rounding differs between processors and versions of a library by the last bit, which is enough
    to make a result another one.
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        folder = Path(room.__path__[0])
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".py", ".toml"} and file.is_file():
                digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
                digest.update(file.read_bytes())
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "code": digest.hexdigest(),
        "libraries": libraries,
        "machine": f"{platform.machine()} {processor_name()}",
    }
