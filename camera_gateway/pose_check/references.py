"""The pictures against which presets are checked, as files.

A file is named by what is in it, so that one name never means two pictures.
"""

import hashlib
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from camera_gateway.vault import EvidenceVault
from models.errors import WatchError

__all__ = ["ReferenceShelf"]

_NAME: Final = re.compile(r"[0-9a-f]{32}\.jpg")

# A picture is kept first and named in the database afterwards; until then nobody clears it.
_PATIENCE: Final = timedelta(days=1)


class ReferenceShelf:
    """A folder of reference pictures; from any thread.

    Args:
        folder: made when the first picture is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, jpeg: bytes) -> str:
        """Keep a picture: whole, or not at all.

        Args:
            jpeg: coded picture, with whatever is private painted over.

        Returns:
            Its name, for :meth:`jpeg`.

        Raises:
            StorageFull: the disk takes no more; nothing has changed.
            InputRefused: the folder cannot be made or written.
        """
        name = f"{hashlib.sha256(jpeg).hexdigest()[:32]}.jpg"
        EvidenceVault(self._folder).put(name, jpeg)
        return name

    def jpeg(self, file: str) -> bytes | None:
        """A picture by its name; None when it is not there, cannot be read or is not a name."""
        if _NAME.fullmatch(file) is None or not self._folder.is_dir():
            return None
        try:
            return EvidenceVault(self._folder).get(file)
        except WatchError:
            return None

    def forget(self, file: str) -> None:
        """Remove a picture; what is not there, or is not a name, is left alone.

        Raises:
            InputRefused: the file cannot be removed.
        """
        if _NAME.fullmatch(file) is not None and self._folder.is_dir():
            EvidenceVault(self._folder).remove(file)

    def clear(self, wanted: Collection[str], now: datetime) -> int:
        """Remove pictures that nobody names any more.

        Args:
            wanted: names that some reference has.
            now: UTC; what was kept within the day before it stays, for its reference may be under
                way.

        Returns:
            How many were removed.

        Raises:
            InputRefused: a file cannot be removed.
        """
        if not self._folder.is_dir():
            return 0
        vault, gone = EvidenceVault(self._folder), 0
        for name, facts in list(vault.files()):
            kept_at = datetime.fromtimestamp(facts.st_mtime, UTC)
            if _NAME.fullmatch(name) and name not in wanted and kept_at <= now - _PATIENCE:
                gone += vault.remove(name) > 0
        return gone
