"""Rows and files compared: what is not there is said, what belongs to nobody is set aside."""

import logging
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from camera_gateway.vault import EvidenceVault
from models.errors import WatchError
from models.store import Store

__all__ = ["Reconciled", "clear_strays", "reconcile"]

_logger = logging.getLogger(__name__)

STRAYS: Final = ".strays"
YOUNG_S: Final = 3600.0
"""A file this young may belong to a row that is being written."""

_UNFINISHED: Final = (".new-", ".cut-", ".preview-", ".export-")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found.

    Attributes:
        files: that alerts have.
        missing: of those, not there.
        alerts: that lack something.
        strays: files of nobody, set aside.
        strays_bytes: of them.
    """

    files: int
    missing: int
    alerts: int
    strays: int
    strays_bytes: int


def reconcile(store: Store, vault: EvidenceVault) -> Reconciled:
    """Compare what is written down with what is there.

    Raises:
        WatchError: the store failed.
    """
    there = {key: (facts.st_size, facts.st_mtime) for key, facts in vault.files()}
    # Read after the disk: what was added meanwhile has a row by then.
    known = {file.key for file in store.keeping.files()}
    missing = {key for key in known - there.keys() if not _is_there(vault, key)}
    alerts = store.keeping.reconcile(missing)
    young = time.time() - YOUNG_S
    owned = known | store.keeping.photos().keys()
    strays = [key for key in there.keys() - owned if there[key][1] < young]
    moved = [key for key in strays if _set_aside(vault.root, key)]
    _clear_unfinished(vault.root, young)
    if missing or moved:
        _logger.warning(
            "of %d files of evidence %d are missing; %d belong to nothing and are set aside",
            len(known),
            len(missing),
            len(moved),
        )
    return Reconciled(
        len(known), len(missing), alerts, len(moved), sum(there[key][0] for key in moved)
    )


def clear_strays(vault: EvidenceVault, after: timedelta) -> int:
    """Remove what has been set aside for so long; how many files."""
    before, removed = time.time() - after.total_seconds(), 0
    for folder, _, names in os.walk(vault.root / STRAYS, topdown=False):
        for name in names:
            path = Path(folder) / name
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
            except OSError as error:
                _logger.warning("%s cannot be removed: %s", path.name, error)
    return removed


def _is_there(vault: EvidenceVault, key: str) -> bool:
    try:
        vault.path(key)
    except WatchError:
        return False
    return True


def _set_aside(root: Path, key: str) -> bool:
    target = root / STRAYS / key
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        (root / key).replace(target)
        os.utime(target)  # its days count from now
    except OSError as error:
        _logger.warning("%s cannot be set aside: %s", key, error)
        return False
    return True


def _clear_unfinished(root: Path, before: float) -> None:
    """What a killed process was writing."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != STRAYS]
        for name in names:
            path = Path(folder) / name
            try:
                if name.startswith(_UNFINISHED) and path.stat().st_mtime < before:
                    path.unlink()
            except OSError as error:
                _logger.warning("%s cannot be removed: %s", name, error)
