"""A backup is made: first the database as of one moment, then the files.

A picture is in the vault before a row names it, so every picture that the copy of the database
names was there when it was made. Only retention takes pictures away; what it takes between the two
steps is told as cleared, anything else that is not there as missing.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from api.backup.layout import (
    DATABASE,
    FORMAT,
    PARTS,
    VERSION,
    Entry,
    Manifest,
    name_is_ours,
    written_sums,
)
from api.backup.targets import FolderTarget, Target, Told, target_for
from camera_gateway.recording.space import free_bytes
from models.clock import Clock
from models.errors import StorageFull
from models.store import Store
from models.store.copies import facts_of_copy

__all__ = ["Made", "make_backup", "named_by"]

VAULT: Final = PARTS[0]

Begun = Callable[[int], None]
"""Is told once how many bytes there are to copy."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made.

    Attributes:
        place: of the backup.
        manifest: what it says of itself.
        shared: files that it shares with the backup before.
        left_out: files whose names no backup has; made by nobody here.
    """

    place: Path
    manifest: Manifest
    shared: int
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    entries: list[Entry] = field(default_factory=list)
    shared: int = 0
    vanished: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)


def make_backup(
    store: Store,
    data_dir: Path,
    path: Path,
    clock: Clock,
    *,
    kept_in: str,
    with_credentials: bool = True,
    begun: Begun = lambda _: None,
    told: Told = lambda _: None,
) -> Made:
    """Make one; also while the watch runs and writes.

    Args:
        store: of the installation.
        data_dir: of the installation.
        path: a new file ``….tar``, or a folder for many backups.
        clock: names the moment.
        kept_in: kind of database that the store is kept in.
        with_credentials: False leaves out what opens cameras and channels.
        begun: is told how many bytes there are.
        told: is told of every so many of them.

    Raises:
        InputRefused: the path exists or cannot be written, or a file cannot be read.
        StorageFull: the disk of the path takes no more; nothing is left of it.
        Conflict: another backup is being written there.
    """
    made_at = clock.now()
    with target_for(path, made_at) as target:
        target.scratch.parent.mkdir()
        store.backup_to(target.scratch, with_credentials=with_credentials)
        facts = facts_of_copy(target.scratch)
        with closing(Store.open(f"sqlite:///{target.scratch}", clock=clock)) as copy:
            named = named_by(copy)
        tally = _Tally()
        files = list(_files(data_dir, tally))
        size_bytes = target.scratch.stat().st_size + sum(size for _, _, size in files)
        begun(size_bytes)
        _check_room(target, size_bytes)
        tally.entries.append(target.add(DATABASE, target.scratch, told)[0])
        for name, file, _ in files:
            _take(target, name, file, told, tally)
        sums = written_sums(tally.entries)
        there = {one.name: one.sha256 for one in tally.entries}
        lacking = {key for key in named if f"{VAULT}/{key}" not in there}
        still_named = named_by(store).keys() if lacking else set()
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            made_by=f"Firewatch {version('forest-fire-watch')}",
            made_at=made_at,
            revision=facts.revision,
            kept_in=kept_in,
            with_credentials=with_credentials,
            counts=facts.counts,
            audit_entries=facts.audit_entries,
            audit_sha256=facts.audit_sha256,
            files=len(tally.entries),
            size_bytes=sum(one.size_bytes for one in tally.entries),
            sums_sha256=hashlib.sha256(sums).hexdigest(),
            cleared=tuple(sorted(lacking - still_named)),
            missing=tuple(sorted(lacking & still_named)),
            changed=_changed(named, there),
        )
        target.finish(sums, manifest.written())
    return Made(target.place, manifest, tally.shared, tuple(tally.left_out))


def named_by(store: Store) -> dict[str, str]:
    """SHA-256 by key of all evidence that a store names; empty where it keeps none."""
    return {one.key: one.sha256 for one in store.keeping.files()} | store.keeping.photos()


def _files(data_dir: Path, tally: _Tally) -> Iterator[tuple[str, Path, int]]:
    """Names, places and sizes; what begins with a dot is being written or was set aside."""
    for part in PARTS:
        root = data_dir / part
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for base in sorted(one for one in names if not one.startswith(".")):
                file = Path(folder) / base
                name = f"{part}/{file.relative_to(root).as_posix()}"
                if file.is_symlink() or not name_is_ours(name):
                    tally.left_out.append(name)
                    continue
                try:
                    size_bytes = file.stat().st_size
                except FileNotFoundError:  # cleared a moment ago
                    tally.vanished.add(name)
                else:
                    yield name, file, size_bytes


def _take(target: Target, name: str, file: Path, told: Told, tally: _Tally) -> None:
    try:
        entry, shared = target.add(name, file, told)
    except FileNotFoundError:
        if file.exists():
            raise
        tally.vanished.add(name)
        return
    tally.entries.append(entry)
    tally.shared += shared


def _check_room(target: Target, size_bytes: int) -> None:
    free = free_bytes(target.place.parent)
    if isinstance(target, FolderTarget):  # much may be shared: tried, and given up when it is full
        return
    if free < size_bytes:
        raise StorageFull(
            f"The backup needs {size_bytes / 1e6:.0f} MB on the disk of {target.place}, "
            f"{free / 1e6:.0f} are free.",
            remedy="Make room, or name another disk; nothing half is left.",
        )


def _changed(named: dict[str, str], there: dict[str, str]) -> tuple[str, ...]:
    """Evidence whose bytes are not those that were stored."""
    found = [
        key
        for key, sha256 in named.items()
        if sha256 and there.get(f"{VAULT}/{key}", sha256) != sha256
    ]
    return tuple(sorted(found))
