"""Frames that come at once share one commit."""

import threading
from concurrent.futures import Future
from typing import Final

from models.heat_intake import FrameDraft
from models.store import Store
from models.store.node_frames import Taken

__all__ = ["Writer"]

MOST_IN_ONE: Final = 128
"""Frames in one commit: 100 ms of the one writer, for whom alerts wait too."""


class Writer:
    """Commits together what comes together: who comes first writes for all who wait.

    Args:
        store: of the watch.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: list[tuple[FrameDraft, Future[Taken]]] = []
        self._is_writing = False

    def keep(self, draft: FrameDraft) -> Taken:
        """Commit a frame.

        Raises:
            WatchError: the store cannot be written; nothing was taken.
        """
        future: Future[Taken] = Future()
        with self._lock:
            self._waiting.append((draft, future))
            leads, self._is_writing = not self._is_writing, True
        if leads:
            self._write_all()
        return future.result()

    def _write_all(self) -> None:
        while True:
            with self._lock:
                batch = self._waiting[:MOST_IN_ONE]
                del self._waiting[:MOST_IN_ONE]
                if not batch:
                    self._is_writing = False
                    return
            try:
                taken = self._store.nodes.take_many([draft for draft, _ in batch])
            except Exception as error:  # noqa: BLE001  # each of those who wait is told
                for _, future in batch:
                    future.set_exception(error)
                continue
            for (_, future), one in zip(batch, taken, strict=True):
                future.set_result(one)
