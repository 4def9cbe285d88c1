"""Let another process open a stranger's file, and stop it when it takes too much."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from geo.exchange.refusals import refused
from geo.exchange.table import Limits, RawLayer
from geo.exchange.wire import unpacked
from models.errors import InputRefused

__all__ = ["read_file"]


def read_file(path: Path, *, limits: Limits | None = None) -> list[RawLayer]:
    """Read every layer of a file of any of the formats.

    The kind is told by the content, whatever the file is called. Another process opens it, with
    limits of memory and time: a file that breaks it breaks nothing else.

    Args:
        path: shapefile (zip, or ``.shp`` with its parts beside it), GeoPackage, GeoJSON, KML, KMZ,
            CSV or Excel, or a zip of such.
        limits: what it may take; generous for a district's layers when left out.

    Raises:
        InputRefused: with a code that names the reason and a remedy: unreadable, of another kind,
            too large, an archive that tricks, damaged, without features.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="firewatch-import-") as scratch:
        answer = _ask(
            {"path": str(path.resolve()), "limits": asdict(limits)}, scratch, limits, path.name
        )
    status, content = answer[:1], answer[1:]
    try:
        if status == b"L":
            return unpacked(content)
        if status == b"R":
            message, remedy, code = json.loads(content)
            raise InputRefused(message, remedy=remedy, code=code)
    except (ValueError, KeyError, TypeError) as error:
        raise refused("file_damaged", f"{path.name} could not be read to its end.") from error
    if status == b"M":
        raise refused("file_too_hungry", f"{path.name} takes too much memory.")
    raise refused("file_damaged", f"{path.name} broke the reader.")


def _ask(job: dict[str, object], scratch: str, limits: Limits, name: str) -> bytes:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "TMPDIR": scratch,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "GDAL_NUM_THREADS": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
    }
    process = subprocess.Popen(  # noqa: S603  # our own module, in this interpreter
        [sys.executable, "-m", "geo.exchange.child", json.dumps(job)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env=environment,
        start_new_session=True,
    )
    try:
        answer, _ = process.communicate(timeout=limits.seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise refused("file_too_slow", f"{name} takes longer than {limits.seconds:g} s.") from error
    if process.returncode != 0 and process.returncode in (-24, -9):
        raise refused("file_too_slow", f"{name} takes longer than {limits.seconds:g} s.")
    return answer
