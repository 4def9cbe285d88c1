"""From the masks that are stored to those that are in force, with all that hangs on them."""

import threading
from collections.abc import Callable

from camera_gateway.masks import MaskBook
from camera_gateway.video.tap import TapBook
from models.store import MaskRepository

__all__ = ["MaskWatch"]


class MaskWatch:
    """Follows the stored masks; the one place that decides what they do to a running watch.

    A camera of which anything is private gives no coded video, and what is kept of it in memory
    from before is let go of.

    Args:
        masks: stored.
        book: kept up to date with them.
        taps: closed and opened.
        forget: lets go of the pictures of a camera that are kept in memory from before.
    """

    def __init__(
        self,
        masks: MaskRepository,
        book: MaskBook,
        taps: TapBook,
        forget: Callable[[str], None],
    ) -> None:
        self._masks = masks
        self._book = book
        self._taps = taps
        self._forget = forget
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Bring all in line with the store; from any thread, and blocks.

        Raises:
            WatchError: the store cannot be read; all stays as it is.
        """
        with self._lock:  # an older reading must not overwrite a newer one
            unended = self._masks.unended()
            hiding = self._book.replace(kept.mask for kept in unended)
            self._taps.look_again()
            for camera_id in hiding:
                self._forget(camera_id)
