"""From the thread that reads a camera to the one that writes: bounded, and nobody waits.

What overflows is dropped up to the next key frame and counted: the reader never waits for a disk.
"""

import threading
from typing import Final, TypeAlias

from camera_gateway.video.tap import CodedPicture, VideoForm

__all__ = ["BROKEN", "ENDED", "MOST_BYTES", "HandOver", "Item"]

MOST_BYTES: Final = 4 * 2**20
"""Of one camera: ten seconds of 3 Mbit/s."""

MOST_ITEMS: Final = 2000


class _Mark:
    """Something that happened between two pictures."""


ENDED: Final = _Mark()
BROKEN: Final = _Mark()
Item: TypeAlias = CodedPicture | VideoForm | _Mark


class HandOver:
    """One camera's queue; listens to its tap.

    Attributes:
        dropped: pictures that did not fit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self._bytes = 0
        self._dropping = False
        self.dropped = 0

    def begin(self, form: VideoForm) -> None:
        """A connection plays."""
        with self._lock:
            self._dropping = False
            self._put(form)

    def take(self, picture: CodedPicture) -> None:
        """The next coded picture."""
        with self._lock:
            size = len(picture.data)
            full = self._bytes + size > MOST_BYTES or len(self._items) >= MOST_ITEMS
            if full or (self._dropping and not picture.is_key):
                self.dropped += 1
                if not self._dropping:
                    self._dropping = True
                    self._put(BROKEN)
                return
            self._dropping = False
            self._bytes += size
            self._items.append(picture)

    def end(self) -> None:
        """The connection is over."""
        with self._lock:
            self._put(ENDED)

    def all(self) -> list[Item]:
        """What has come since the last call; for the writer."""
        with self._lock:
            items, self._items, self._bytes = self._items, [], 0
        return items

    def _put(self, mark: Item) -> None:
        """Add a mark; of a camera that does nothing but reconnect the last ones are enough."""
        if len(self._items) >= 2 * MOST_ITEMS:
            del self._items[MOST_ITEMS:]
            self._items.append(BROKEN)
        self._items.append(mark)
