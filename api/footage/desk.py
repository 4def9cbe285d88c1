"""Works through what the library has waiting, one thing at a time, with what live frames leave."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from api.behind import Behind, Stopped
from api.footage.importing import Importer
from api.footage.proposing import propose
from api.footage.shelf import FootageShelf
from api.imagery.scoring import PictureDetector, settled

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["FootageDesk"]


class FootageDesk:
    """Looks recordings through, and has the detector propose.

    Args:
        context: of the application.
        shelf: where the files lie.
        detector: the watch's own; used from one more thread.
        backlog: how many live frames wait.
    """

    def __init__(
        self,
        context: "Context",
        shelf: FootageShelf,
        detector: PictureDetector,
        backlog: Callable[[], int],
    ) -> None:
        self._context = context
        self._shelf = shelf
        self._detector = detector
        self.behind = Behind(context.clock, backlog)

    async def run(self) -> None:
        """Work until cancelled."""
        await asyncio.to_thread(self._shelf.tidy)
        await self.behind.run(self.work_once, "the library of footage waits; it is tried again")

    def work_once(self) -> bool:
        """Do what waits longest; recordings before proposals.

        Returns:
            Whether there was anything.

        Raises:
            WatchError: the store or the disk failed; what was begun still waits.
        """
        store = self._context.store
        try:
            footage = store.footage.next_queued()
            if footage is not None:
                Importer(store, self._shelf, self.behind.wait).work(footage)
                return True
            proposal = store.proposals.next_queued()
            if proposal is None:
                return False
            detector, model = settled(self._detector)  # one model for all of a proposal
            propose(
                store,
                self._shelf,
                detector,
                model or self._context.site.model,
                proposal,
                rest=self.behind.wait,
            )
        except Stopped:
            return False
        return True
