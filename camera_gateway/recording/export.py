"""A bundle of evidence for others: a ZIP with a manifest and the hashes of all that is in it.

Unpacked, ``sha256sum -c SHA256SUMS`` says whether anything was changed since. Names are made here
out of numbers and times: nothing that anybody typed becomes a path. Nothing is compressed: pictures
and video already are.
"""

import contextlib
import errno
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from models.errors import InputRefused, StorageFull

__all__ = ["ExportFacts", "ExportItem", "write_export"]

_CHUNK: Final = 1 << 20
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # a ZIP's own times have no zone: they would be a guess


@dataclass(frozen=True, slots=True)
class ExportItem:
    """A file of the bundle.

    Attributes:
        name: path inside the bundle; letters, digits, dot, dash, underscore and slash.
        source: the file; or its bytes.
        kept_sha256: what was kept of it when it was stored; empty when nothing was.
        facts: what the manifest tells of it besides.
    """

    name: str
    source: Path | bytes
    kept_sha256: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What was written.

    Attributes:
        files: number of files beside the manifest and the list of hashes.
        size_bytes: of the bundle.
        sha256: of the bundle.
        changed: names of files that are not what was stored once.
        missing: names of files that are not there any more.
    """

    files: int
    size_bytes: int
    sha256: str
    changed: tuple[str, ...]
    missing: tuple[str, ...]


def write_export(
    out: Path, items: Iterable[ExportItem], about: dict[str, Any], *, replace: bool = False
) -> ExportFacts:
    """Write a bundle; it has its name only when it is whole.

    Args:
        out: the new file.
        items: read one after another, never whole in memory; a file that is not there is told.
        about: the head of the manifest.
        replace: write over a file that is there.

    Raises:
        InputRefused: the file exists already, or cannot be written.
        StorageFull: its disk takes no more.
    """
    if out.exists() and not replace:
        raise InputRefused(f"{out} exists already.", remedy="Name a new file.")
    unborn = None
    try:
        descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=".export-", suffix=".zip")
        unborn = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            told = _fill(file, items, about)
            file.flush()
            os.fsync(file.fileno())
        unborn.replace(out)
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"The disk of {out} takes no more.", remedy="Free space, or export less."
            ) from error
        raise InputRefused(
            f"{out} cannot be written: {error.strerror}.", remedy="Check the folder."
        ) from error
    finally:
        if unborn is not None:
            unborn.unlink(missing_ok=True)
    with out.open("rb") as written:
        sha256 = hashlib.file_digest(written, "sha256").hexdigest()
    return ExportFacts(
        len(told.lines), out.stat().st_size, sha256, tuple(told.changed), tuple(told.missing)
    )


@dataclass(slots=True)
class _Told:
    """What the manifest is made of."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def _fill(file: BinaryIO, items: Iterable[ExportItem], about: dict[str, Any]) -> _Told:
    told = _Told()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as bundle:
        for item in items:
            sha256, size_bytes = _add(bundle, item)
            if not sha256:
                told.missing.append(item.name)
                continue
            line = {"name": item.name, "sha256": sha256, "bytes": size_bytes, **item.facts}
            if item.kept_sha256:
                line["as_stored"] = sha256 == item.kept_sha256
                if sha256 != item.kept_sha256:
                    told.changed.append(item.name)
            told.lines.append(line)
        manifest = {
            **about,
            "files": told.lines,
            "missing": told.missing,
            "changed": told.changed,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, default=_said).encode() + b"\n"
        sums = [(line["sha256"], line["name"]) for line in told.lines]
        sums.append((hashlib.sha256(text).hexdigest(), "manifest.json"))
        _add(bundle, ExportItem("manifest.json", text))
        lines = "".join(f"{sha256}  {name}\n" for sha256, name in sums)
        _add(bundle, ExportItem("SHA256SUMS", lines.encode()))
    return told


def _add(bundle: zipfile.ZipFile, item: ExportItem) -> tuple[str, int]:
    """Copy one file; an empty hash when it is not there."""
    info = zipfile.ZipInfo(item.name, _DATE)
    info.external_attr = 0o644 << 16
    with contextlib.ExitStack() as opened:
        if isinstance(item.source, bytes):
            chunks: Iterator[bytes] = iter((item.source,))
        else:
            try:
                source = opened.enter_context(item.source.open("rb"))
            except FileNotFoundError:
                return "", 0
            chunks = iter(lambda: source.read(_CHUNK), b"")
        sha256, size_bytes = hashlib.sha256(), 0
        with bundle.open(info, "w", force_zip64=True) as target:
            for chunk in chunks:
                target.write(chunk)
                sha256.update(chunk)
                size_bytes += len(chunk)
    return sha256.hexdigest(), size_bytes


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
