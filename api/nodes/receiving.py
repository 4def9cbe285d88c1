"""Bodies of pushes as they come: bounded each and together, and not for ever.

Only the event loop uses it, so that nothing here needs a lock.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from api.nodes.intake import flooded, too_large
from api.nodes.pushes import MOST_PICTURE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Receiving"]

MOST_TOGETHER_BYTES: Final = 128 * 2**20
MOST_OF_ONE: Final = 4
LONGEST_S: Final = 60.0
BUSY_S: Final = 5.0


class Receiving:
    """What is on its way in."""

    def __init__(self) -> None:
        self._bytes = 0
        self._of: Counter[tuple[str, str]] = Counter()

    async def read(
        self, chunks: AsyncIterator[bytes], *, length: str | None, address: str, node_id: str
    ) -> bytes:
        """Read one body.

        Args:
            chunks: of it.
            length: as its header says; None for none.
            address: who sends it.
            node_id: in whose name.

        Raises:
            PushRefused: it is too large, or too many come at once; or it takes too long.
        """
        if length is not None and (not length.isdigit() or int(length) > MOST_PICTURE_BYTES):
            raise too_large()
        kept = bytearray()
        with self._turn(address, node_id):
            try:
                async with asyncio.timeout(LONGEST_S):
                    async for chunk in chunks:
                        if len(kept) + len(chunk) > MOST_PICTURE_BYTES:
                            raise too_large()
                        if self._bytes + len(chunk) > MOST_TOGETHER_BYTES:
                            raise flooded(node_id, BUSY_S)
                        self._bytes += len(chunk)
                        kept += chunk
            except TimeoutError as error:
                raise flooded(node_id, BUSY_S) from error
            finally:
                self._bytes -= len(kept)
        return bytes(kept)

    @contextmanager
    def _turn(self, address: str, node_id: str) -> "Iterator[None]":
        key = (address, node_id)
        if self._of[key] >= MOST_OF_ONE:
            raise flooded(node_id, BUSY_S)
        self._of[key] += 1
        try:
            yield
        finally:
            self._of[key] -= 1
            if self._of[key] == 0:
                del self._of[key]
