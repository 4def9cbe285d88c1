"""The process that opens a stranger's file: little memory, little time, no further files.

Called as ``python -m geo.exchange.child JOB``, a JSON object; it writes the layers, or why there
are none, to standard output. The same process writes what only GDAL can write.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Do one job within its limits and hand the result on."""
    job: dict[str, Any] = json.loads(sys.argv[1])
    _confine(job["limits"])
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)  # what a library prints is no answer
        try:
            status, content = _done(job)
        except MemoryError:
            status, content = b"M", b""
        answer.write(status + content)


def _done(job: dict[str, Any]) -> tuple[bytes, bytes]:
    from geo.exchange.reading import read_here  # noqa: PLC0415 -- after the limits are set
    from geo.exchange.table import Limits  # noqa: PLC0415
    from geo.exchange.wire import packed, unpacked  # noqa: PLC0415
    from models.errors import InputRefused  # noqa: PLC0415

    try:
        if "write" not in job:
            limits = Limits(**job["limits"])
            layers = read_here(Path(job["path"]), limits, job["name"], job["encoding"])
            return b"L", packed(layers)
        from geo.exchange.write_gdal import write_geopackage, write_shapefile  # noqa: PLC0415

        layers = unpacked(Path(job["layers"]).read_bytes())
        if job["write"] == "gpkg":
            write_geopackage(Path(job["path"]), layers, job["kinds"])
        else:
            for layer, kinds in zip(layers, job["kinds"], strict=True):
                path = Path(job["path"]) / f"{layer.name}.shp"
                write_shapefile(path, layer, kinds, layer.encoding or "gbk")
    except InputRefused as error:
        return b"R", json.dumps([error.message, error.remedy, error.code]).encode()
    return b"W", b""


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
