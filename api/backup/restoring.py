"""A backup is put to use: proved first, as a whole, then put in place.

Nothing is overwritten: a watch that is there has to be moved away by a person. Files are unpacked
beside their places, in the folder of ``workshop.py``, and moved there when everything has been
proved; the database comes last, so that a data folder with a database is a whole one.
"""

import hashlib
import os
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from api.backup.layout import (
    DATABASE,
    MANIFEST,
    SUMS,
    Manifest,
    read_manifest,
    read_sums,
    strange,
)
from api.backup.making import VAULT, Begun, named_by
from api.backup.sources import Source, source_at
from api.backup.targets import CHUNK, Told, explained
from api.backup.workshop import put_folders_in_place, workshop_in
from camera_gateway.recording.space import free_bytes
from models.clock import Clock
from models.errors import StorageFull, StoreDamaged
from models.store import Store
from models.store.copies import facts_of_copy, make_ready, put_in_place

__all__ = ["Restored", "check_backup", "restore_backup"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was proved, and put in place where that was asked for.

    Attributes:
        place: of the backup.
        manifest: what it says of itself.
        lacking: evidence that its database names and that it does not hold.
    """

    place: Path
    manifest: Manifest
    lacking: tuple[str, ...]


def check_backup(
    path: Path, clock: Clock, *, begun: Begun = lambda _: None, told: Told = lambda _: None
) -> Restored:
    """Prove that a backup could be restored here; every byte of it is read, nothing is kept.

    Raises:
        InputRefused: it is no backup, or holds what none does; code ``backup_foreign``.
        StoreDamaged: it is damaged, or a newer Firewatch's.
        StorageFull: the disk for temporary files has no room for its database.
    """
    with source_at(path) as source, TemporaryDirectory(prefix="firewatch-") as folder:
        manifest, sums = _read_head(source)
        begun(sum(source.sizes.values()))
        with explained(Path(folder)):
            for name, sha256 in sums.items():
                target = Path(folder) / DATABASE if name == DATABASE else Path(os.devnull)
                _unpack(source, name, sha256, target, told)
        lacking = _prove_database(Path(folder) / DATABASE, manifest, sums, source, clock)
    return Restored(source.place, manifest, lacking)


def restore_backup(
    path: Path,
    data_dir: Path,
    url: str,
    clock: Clock,
    *,
    actor: str,
    begun: Begun = lambda _: None,
    told: Told = lambda _: None,
) -> Restored:
    """Restore one into an installation that holds nothing yet.

    Args:
        path: a backup, or a folder of them: the newest of it.
        data_dir: of the installation; made when it is missing.
        url: of its database; of either kind, whatever the backup was made of.
        clock: for the audit log.
        actor: who does it, for the audit log.
        begun: is told how many bytes there are.
        told: is told of every so many of them.

    Raises:
        InputRefused: something is there already (``restore_not_empty``), or it is no backup.
        Conflict: another process is restoring there; code ``restore_busy``.
        StoreDamaged: the backup is damaged, or a newer Firewatch's.
        StorageFull: a disk takes no more. In all cases everything is as it was before.
    """
    with source_at(path) as source:
        manifest, sums = _read_head(source)
        with explained(data_dir):
            data_dir.mkdir(parents=True, exist_ok=True)
        with explained(data_dir), workshop_in(data_dir, url) as unpacked:
            size_bytes = sum(source.sizes.values())
            if free_bytes(data_dir) < size_bytes + 2 * source.sizes[DATABASE]:
                raise StorageFull(
                    f"The backup needs {size_bytes / 1e6:.0f} MB on the disk of {data_dir}.",
                    remedy="Make room and try again; nothing was changed.",
                )
            begun(size_bytes)
            for name, sha256 in sums.items():
                target = unpacked / name
                target.parent.mkdir(parents=True, exist_ok=True)
                _unpack(source, name, sha256, target, told)
            database = unpacked / DATABASE
            lacking = _prove_database(database, manifest, sums, source, clock)
            make_ready(database)
            with closing(Store.open(f"sqlite:///{database}", clock=clock)) as store:
                store.audit.record(
                    actor=actor,
                    action="backup.restored",
                    subject=source.place.name,
                    details={
                        "made": manifest.made_at.isoformat(),
                        "files": manifest.files,
                        "megabytes": round(manifest.size_bytes / 1e6),
                    },
                )
            put_folders_in_place(unpacked, data_dir)
            put_in_place(database, url, clock)
    return Restored(source.place, manifest, lacking)


def _read_head(source: Source) -> tuple[Manifest, dict[str, str]]:
    manifest = read_manifest(source.head(MANIFEST), source.place)
    data = source.head(SUMS)
    if hashlib.sha256(data).hexdigest() != manifest.sums_sha256:
        raise _damaged(source, "its list of hashes is not the one that was written")
    sums = read_sums(data, source.place)
    if DATABASE not in sums:
        raise _damaged(source, "it has no database")
    for name in sums.keys() - source.sizes.keys():
        raise _damaged(source, f"{name} is missing")
    for name in source.sizes.keys() - sums.keys():
        raise strange(source.place, name)
    return manifest, sums


def _unpack(source: Source, name: str, sha256: str, target: Path, told: Told) -> None:
    found = hashlib.sha256()
    descriptor = os.open(target, os.O_CREAT | os.O_WRONLY, 0o640)
    with os.fdopen(descriptor, "wb") as unpacked, source.open(name) as file:
        while data := _read(source, name, file):
            found.update(data)
            unpacked.write(data)
            told(len(data))
    if found.hexdigest() != sha256:
        raise _damaged(source, f"{name} is not what was written")


def _read(source: Source, name: str, file: IO[bytes]) -> bytes:
    try:
        return file.read(CHUNK)
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(source, f"{name} is cut off") from error


def _prove_database(
    copy: Path, manifest: Manifest, sums: dict[str, str], source: Source, clock: Clock
) -> tuple[str, ...]:
    """Bring the database to this version and compare it with what the backup says of it."""
    facts = facts_of_copy(copy)
    said = (manifest.revision, manifest.counts, manifest.audit_entries, manifest.audit_sha256)
    if said != (facts.revision, facts.counts, facts.audit_entries, facts.audit_sha256):
        raise _damaged(source, "its manifest tells of another database")
    with closing(Store.open(f"sqlite:///{copy}", clock=clock)) as store:
        store.audit.verify()
        named = named_by(store)
    told_of = {*manifest.cleared, *manifest.missing}
    lacking = sorted(key for key in named if f"{VAULT}/{key}" not in sums)
    for key in lacking:
        if key not in told_of:
            raise _damaged(source, f"the evidence {key} is missing")
    for key, sha256 in named.items():
        kept = sums.get(f"{VAULT}/{key}", sha256)
        if sha256 and kept != sha256 and key not in manifest.changed:
            raise _damaged(source, f"the evidence {key} is not what was stored")
    return tuple(lacking)


def _damaged(source: Source, what: str) -> StoreDamaged:
    return StoreDamaged(
        f"The backup {source.place} is damaged: {what}.",
        remedy="Use another backup; nothing was changed.",
        code="backup_damaged",
    )
