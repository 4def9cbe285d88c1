"""The folder beside their places in which restored things are put together, then swapped in.

A killed process leaves the folder ``.restoring`` behind: the watch does not start beside it, and
the next attempt takes it away with all that the killed one had put in place.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.backup.layout import PARTS
from models.errors import Conflict, InputRefused
from models.store.copies import is_kept_at, place_of

__all__ = ["WORKSHOP", "put_folders_in_place", "refuse_half_restored", "workshop_in"]

WORKSHOP: Final = ".restoring"
UNPACKED: Final = "unpacked"
_PLACED: Final = "placed.json"
"""Written before the first folder is moved: these are ours, and nobody else's."""


@contextmanager
def workshop_in(data_dir: Path, url: str) -> Iterator[Path]:
    """A folder to unpack into, in an installation that holds nothing; gone at the end.

    What was put in place from it is taken back when the caller fails.

    Args:
        data_dir: of the installation, there already; what a killed restore has left there goes.
        url: of its database.

    Raises:
        InputRefused: something is there already; code ``restore_not_empty``.
        Conflict: another process is restoring there; code ``restore_busy``.
    """
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


def put_folders_in_place(unpacked: Path, data_dir: Path) -> None:
    """Move the unpacked folders into the data folder, onto the disk.

    First it is written down in the workshop that they are ours: so they can be taken back.
    """
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
