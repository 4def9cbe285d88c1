"""A backup is put to use: proved first, as a whole, then put in place.

Nothing is overwritten: a watch that is there has to be moved away by a person. Files are unpacked
beside their places and moved there when everything has been proved; the database comes last, so
that a data folder with a database is a whole one. A killed process leaves the folder ``.restoring``
behind: the watch does not start beside it, and the next attempt takes it away with all that the
killed one had put in place.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from api.backup.layout import (
    DATABASE,
    MANIFEST,
    PARTS,
    SUMS,
    Manifest,
    read_manifest,
    read_sums,
    strange,
)
from api.backup.making import VAULT, Begun, named_by
from api.backup.sources import Source, source_at
from api.backup.targets import CHUNK, Told, explained
from camera_gateway.recording.space import free_bytes
from models.clock import Clock
from models.errors import Conflict, InputRefused, StorageFull, StoreDamaged
from models.store import Store
from models.store.copies import (
    facts_of_copy,
    is_kept_at,
    make_ready,
    place_of,
    put_in_place,
)

__all__ = ["Restored", "check_backup", "refuse_half_restored", "restore_backup"]

WORKSHOP: Final = ".restoring"
UNPACKED: Final = "unpacked"
_PLACED: Final = "placed.json"
"""Written before the first folder is moved: these are ours, and nobody else's."""


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
        with explained(data_dir), _workshop(data_dir, url) as unpacked:
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
            _place(unpacked, data_dir)
            put_in_place(database, url, clock)
    return Restored(source.place, manifest, lacking)


def refuse_half_restored(data_dir: Path, url: str) -> None:
    """Keep a watch from starting on what a killed restore has left.

    One that was killed after its last step has done everything: then only its folder goes.

    Raises:
        InputRefused: there is such, or it is at work now; code ``half_restored``.
    """
    folder = data_dir / WORKSHOP
    if not folder.is_dir():
        return
    with _locked(folder) as is_free:
        if is_free and is_kept_at(url):
            shutil.rmtree(folder)
            return
        raise InputRefused(
            f"A restore into {data_dir} is under way or was broken off.",
            remedy="Run `firewatch restore` once more; it takes away what is half there.",
            code="half_restored",
        )


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


@contextmanager
def _workshop(data_dir: Path, url: str) -> Iterator[Path]:
    """A folder to unpack into, in an installation that holds nothing; gone at the end."""
    folder = data_dir / WORKSHOP
    with _locked(folder) as is_free:
        if not is_free:
            raise Conflict(
                f"Another process restores into {data_dir}.",
                remedy="Wait until it is done.",
                code="restore_busy",
            )
        is_kept = is_kept_at(url)
        if not is_kept:
            _take_back(folder, data_dir)  # what a killed restore has put in place
        there = [f"the database {place_of(url)}"] if is_kept else []
        there += [str(data_dir / part) for part in PARTS if _holds_something(data_dir / part)]
        if there:
            shutil.rmtree(folder)
            raise InputRefused(
                f"There is a watch already: {there[0]}.",
                remedy="Move the data folder away, or name another one; nothing was changed.",
                code="restore_not_empty",
            )
        _clear(folder)
        unpacked = folder / UNPACKED  # of its own: who opens the database there locks its folder
        unpacked.mkdir()
        try:
            yield unpacked
        except BaseException:
            _take_back(folder, data_dir)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """The folder, made when it is missing; False when another process has it."""
    folder.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # goes with the process
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _place(unpacked: Path, data_dir: Path) -> None:
    """Move the folders to their places; first it is written down that they are ours."""
    parts = [part for part in PARTS if (unpacked / part).exists()]
    note = unpacked.parent / _PLACED
    note.write_text(json.dumps(parts))
    os.sync()  # the note, and all that was unpacked
    for part in parts:
        source, target = unpacked / part, data_dir / part
        if target.exists():  # an empty folder, maybe of another disk
            for child in source.iterdir():
                shutil.move(child, target / child.name)
        else:
            source.rename(target)
    os.sync()


def _take_back(workshop: Path, data_dir: Path) -> None:
    try:
        parts = json.loads((workshop / _PLACED).read_text())
    except (OSError, ValueError):  # nothing was moved yet
        return
    for part in set(PARTS) & set(parts):
        if (data_dir / part).exists():
            _clear(data_dir / part)


def _clear(folder: Path) -> None:
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _damaged(source: Source, what: str) -> StoreDamaged:
    return StoreDamaged(
        f"The backup {source.place} is damaged: {what}.",
        remedy="Use another backup; nothing was changed.",
        code="backup_damaged",
    )
