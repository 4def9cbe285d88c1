"""Reports of imports that were taken, kept beside the database: what became of every row of a file.

The newest ones only, compressed; a change itself is kept by the store for ever.
"""

import gzip
import json
import logging
import os
import re
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from models.errors import NotFound

__all__ = ["MOST_KEPT", "KeptReports"]

_logger = logging.getLogger(__name__)

MOST_KEPT: Final = 100
_NAME: Final = re.compile(r"(\d{1,18})-([0-9a-f]{32})\.json\.gz")


class KeptReports:
    """Reports by the number of their change, and by the key that their request carried.

    Args:
        folder: for them alone; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def changes(self) -> frozenset[int]:
        """Numbers of changes that have a report."""
        return frozenset(change_id for change_id, _key, _path in self._all())

    def change_of(self, key: str) -> int | None:
        """The change that a request with this key has made; None for none that is known."""
        return next((number for number, known, _path in self._all() if known == key), None)

    def put(self, change_id: int, key: str, report: dict[str, Any]) -> None:
        """Keep one; the oldest go. A full disk costs the report, never the import.

        Args:
            change_id: of the import.
            key: 32 hexadecimal digits.
            report: as JSON has it.
        """
        path = self._folder / f"{change_id}-{key}.json.gz"
        unfinished = path.with_suffix(".part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            text = json.dumps(report, ensure_ascii=False)
            unfinished.write_bytes(gzip.compress(text.encode(), 5))
            os.replace(unfinished, path)  # noqa: PTH105  # the same, and said to be atomic
            for _number, _key, old in sorted(self._all())[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            _logger.warning("the report of import %d is not kept: %s", change_id, error)
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def get(self, change_id: int) -> bytes:
        """A report, as JSON in UTF-8.

        Raises:
            NotFound: none is kept; ``land_report_gone``.
        """
        path = next((path for number, _key, path in self._all() if number == change_id), None)
        try:
            if path is not None:
                return gzip.decompress(path.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            _logger.warning("the report of import %d cannot be read: %s", change_id, error)
        raise NotFound(
            f"No report of change {change_id} is kept.",
            remedy="Look at the change itself in the list of changes.",
            code="land_report_gone",
        )

    def _all(self) -> list[tuple[int, str, Path]]:
        try:
            names = [(path, _NAME.fullmatch(path.name)) for path in self._folder.iterdir()]
        except OSError:
            return []
        return [(int(found[1]), found[2], path) for path, found in names if found is not None]
