"""Let another process open a stranger's file, and stop it when it takes too much."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from geo.exchange.refusals import refused
from geo.exchange.table import Limits, RawLayer
from geo.exchange.wire import packed, unpacked
from models.errors import InputRefused

__all__ = ["read_file", "write_by_gdal"]


def read_file(
    path: Path, *, name: str = "", encoding: str | None = None, limits: Limits | None = None
) -> list[RawLayer]:
    """Read every layer of a file of any of the formats.

    The kind is told by the content, whatever the file is called. Another process opens it, with
    limits of memory and time: a file that breaks it breaks nothing else.

    Args:
        path: shapefile (zip, or ``.shp`` with its parts beside it), GeoPackage, GeoJSON, KML, KMZ,
            CSV or Excel, or a zip of such.
        name: what its owner calls it, for people and for layers without a name of their own; the
            path's own when left empty. Never used as a path.
        encoding: ``utf-8`` or ``gb18030``, of the text of a table or shapefile, where a person has
            seen what is in it; None to find out.
        limits: what it may take; generous for a district's layers when left out.

    Raises:
        InputRefused: with a code that names the reason and a remedy: unreadable, of another kind,
            too large, an archive that tricks, damaged, without features.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="firewatch-import-") as scratch:
        job = {"path": str(path.resolve()), "name": name or path.name, "encoding": encoding}
        content = _ask(job, scratch, limits, name or path.name)
    try:
        return unpacked(content)
    except (ValueError, KeyError, TypeError) as error:
        told = f"{name or path.name} could not be read to its end."
        raise refused("file_damaged", told) from error


def write_by_gdal(
    path: Path, what: str, layers: Sequence[RawLayer], kinds: Sequence[Sequence[str]]
) -> None:
    """Write a GeoPackage (``gpkg``) at that path, or shapefiles (``shp``) into that folder.

    Raises:
        InputRefused: it could not be written.
    """
    with tempfile.TemporaryDirectory(prefix="firewatch-export-") as scratch:
        file = Path(scratch) / "layers"
        file.write_bytes(packed(layers))
        job = {"path": str(path.resolve()), "write": what, "layers": str(file), "kinds": kinds}
        _ask(job, scratch, Limits(), path.name)


def _ask(job: Mapping[str, object], scratch: str, limits: Limits, name: str) -> bytes:
    """Let a process do a job; what it answers."""
    process = subprocess.Popen(  # noqa: S603  # our own module, in this interpreter
        [sys.executable, "-m", "geo.exchange.child", json.dumps({**job, "limits": asdict(limits)})],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env=_environment(scratch),
        start_new_session=True,
    )
    try:
        answer, _ = process.communicate(timeout=limits.seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()  # takes what is left in the pipe, so that the process can go
        raise refused("file_too_slow", f"{name} takes longer than {limits.seconds:g} s.") from error
    finally:
        process.kill()  # whatever interrupted us; nothing happens to one that has ended
    status, content = answer[:1], answer[1:]
    if status in (b"L", b"W") and process.returncode == 0:
        return content
    if status == b"R" and process.returncode == 0:
        message, remedy, code = json.loads(content)
        raise InputRefused(message, remedy=remedy, code=code)
    if status == b"M":
        raise refused("file_too_hungry", f"{name} takes too much memory.")
    raise refused("file_damaged", f"{name} broke its reader ({process.returncode}).")


def _environment(scratch: str) -> dict[str, str]:
    """As little as it takes: no home, no proxies, one thread, scratch files where they go."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "TMPDIR": scratch,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "GDAL_NUM_THREADS": "1",
        "GDAL_SKIP": "OGR_VRT,HTTP,WFS,OAPIF,CSW,SQLite,MBTiles,OSM,GDALG",
    }
