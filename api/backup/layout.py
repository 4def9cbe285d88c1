"""What a backup is made of.

::

    firewatch.db     the database, always as a file of SQLite
    evidence/…       the vault; and the other folders that nothing could make again
    SHA256SUMS       of all of these; `sha256sum -c SHA256SUMS` proves it without Firewatch
    manifest.json    what it is; the last to be written: without it, a backup is none

One file (``.tar``, nothing compressed: pictures and video already are) or a folder. Everything that
is read from a backup is hostile until its hash is proved: names are taken only where they are ones
that a backup has.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputRefused, StoreDamaged

__all__ = [
    "DATABASE",
    "FORMAT",
    "MANIFEST",
    "PARTS",
    "SUMS",
    "VERSION",
    "Entry",
    "Manifest",
    "name_is_ours",
    "read_manifest",
    "read_sums",
    "written_sums",
]

DATABASE: Final = "firewatch.db"
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
PARTS: Final = ("evidence", "references", "calibrations", "terrain", "views", "land_reports")
"""Folders of the data folder that nothing could make again; the ring and caches are left out."""

FORMAT: Final = "firewatch-backup"
VERSION: Final = 1
LARGEST_MANIFEST: Final = 4 * 2**20
LARGEST_SUMS: Final = 2**30

_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")
_LONGEST_NAME: Final = 200
_DEEPEST: Final = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a backup.

    Attributes:
        name: in the backup, with slashes.
        size_bytes: of it.
        sha256: of its bytes.
    """

    name: str
    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself.

    Attributes:
        format: always ``firewatch-backup``.
        version: of this form; another one is refused.
        made_by: the program.
        made_at: UTC, the moment of the database.
        revision: of the database's tables.
        kept_in: kind of database that it was copied from.
        with_credentials: it holds what opens cameras, channels and the console.
        counts: rows of each table.
        audit_entries: length of the log.
        audit_sha256: its head.
        files: number of files beside this one and the list of hashes.
        size_bytes: of these files.
        sums_sha256: of the list of hashes.
        cleared: evidence that retention cleared while the backup was made.
        missing: evidence that the database names and that was not there.
        changed: evidence that is not what was stored once.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: str
    version: int
    made_by: str
    made_at: datetime
    revision: str
    kept_in: str
    with_credentials: bool
    counts: Mapping[str, int]
    audit_entries: int = Field(ge=0)
    audit_sha256: str
    files: int = Field(ge=1)
    size_bytes: int = Field(ge=0)
    sums_sha256: str
    cleared: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def written(self) -> bytes:
        """As JSON for people and programs."""
        return (self.model_dump_json(indent=1) + "\n").encode()


def read_manifest(data: bytes, source: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        InputRefused: not a backup of Firewatch's; code ``backup_foreign``.
        StoreDamaged: of a newer Firewatch, or not readable.
    """
    try:
        said: Any = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise foreign(source)
    if said.get("version") != VERSION:
        raise StoreDamaged(
            f"{source} is a backup of another form ({str(said.get('version'))[:20]}) than this "
            f"Firewatch reads ({VERSION}).",
            remedy="Restore it with the version that made it.",
        )
    try:
        return Manifest.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(
            f"{source} is damaged: its manifest has no usable {name}.", remedy="Use another backup."
        ) from error


def written_sums(entries: list[Entry]) -> bytes:
    """The list of hashes."""
    return "".join(f"{one.sha256}  {one.name}\n" for one in entries).encode()


def read_sums(data: bytes, source: Path) -> dict[str, str]:
    """Hashes by name.

    Raises:
        StoreDamaged: not such a list.
        InputRefused: a name that no backup has; code ``backup_foreign``.
    """
    found: dict[str, str] = {}
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError:
        lines = ["?"]
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise StoreDamaged(
                f"{source} is damaged: its list of hashes cannot be read.",
                remedy="Use another backup.",
            )
        if not name_is_ours(match[2]):
            raise strange(source, match[2])
        found[match[2]] = match[1]
    return found


def name_is_ours(name: str) -> bool:
    """Whether a file of a backup may have this name.

    >>> name_is_ours("evidence/2026/11/25/000012/0003.jpg")
    True
    >>> name_is_ours("evidence/../../etc/passwd")
    False
    """
    if name == DATABASE:
        return True
    head, *rest = name.split("/")
    return head in PARTS and 0 < len(rest) <= _DEEPEST and all(map(_is_plain, rest))


def _is_plain(part: str) -> bool:
    return (
        part != ""
        and not part.startswith(".")
        and "\\" not in part
        and part.isprintable()
        and len(os.fsencode(part)) <= _LONGEST_NAME
    )


def foreign(source: Path) -> InputRefused:
    """The error of what is no backup."""
    return InputRefused(
        f"{source} is not a backup of Firewatch's, or one that was not finished.",
        remedy="Name a file or folder that `firewatch backup` has made.",
        code="backup_foreign",
    )


def strange(source: Path, name: str) -> InputRefused:
    """The error of a name that no backup has."""
    return InputRefused(
        f"{source} holds {name[:80]!r}, which no backup of Firewatch's does: nothing was taken.",
        remedy="Do not trust it; use another backup.",
        code="backup_foreign",
    )
