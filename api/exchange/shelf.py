"""The mapping in force; read again when its file has changed."""

import logging
import threading
from pathlib import Path

from api.exchange.mapping import Mapping, read_mapping
from models.errors import InputRefused, WatchError

__all__ = ["ExchangeStopped", "MappingShelf"]

logger = logging.getLogger(__name__)


class ExchangeStopped(WatchError):
    """The mapping file cannot be used: nothing is exchanged, for half of it would be wrong."""

    default_code = "exchange_mapping"


class MappingShelf:
    """Keeps what was read last; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: tuple[object, Mapping | InputRefused] | None = None

    def of(self, path: Path | None) -> Mapping:
        """The mapping of a file; our own names and words without one.

        Raises:
            ExchangeStopped: it cannot be used; why is in the service's log, once.
        """
        if path is None:
            return Mapping()
        with self._lock:
            stamp = path, _stamp(path)
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, _read(path)
            found = self._read[1]
        if isinstance(found, Mapping):
            return found
        raise ExchangeStopped(
            "The exchange is not set up right on the server.",
            remedy="Let an administrator run `firewatch exchange check`.",
            code="exchange_mapping",
        ) from found


def _read(path: Path) -> Mapping | InputRefused:
    try:
        return read_mapping(path)
    except InputRefused as refusal:
        logger.error("%s", refusal)  # noqa: TRY400  # the line says it all
        return refusal


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
