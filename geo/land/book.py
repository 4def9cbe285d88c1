"""The land as it is now, ready to be asked, while people edit it.

Whoever asks gets one moment of the land and keeps it for as long as the question takes: a new one
is built aside and put in place in one step. Nobody who locates a fire waits for that.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from geo.land.index import LandIndex
from models.errors import WatchError
from models.land import LandFeature

__all__ = ["LOOK_EVERY_S", "LandBook", "LandMoment", "LandSource"]

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0
"""How late an edit of another process is noticed; to look costs a tenth of a millisecond."""


class LandSource(Protocol):
    """Where the land is kept; a store's repository is one."""

    def version(self) -> int:
        """Moves with every change."""

    def at_once(self) -> tuple[int, list[LandFeature]]:
        """Version and features of one moment."""


@dataclass(frozen=True, slots=True)
class LandMoment:
    """One moment of the land.

    Attributes:
        version: change that it rests on; 0 for a land never changed.
        features: of all layers, in their order.
        index: built of them.
    """

    version: int
    features: tuple[LandFeature, ...]
    index: LandIndex


class LandBook:
    """Follows the land of a store; any thread may use it.

    Args:
        source: to follow, read once at the start; a land without features that never changes when
            left out.

    Raises:
        WatchError: the land cannot be read.
    """

    def __init__(self, source: LandSource | None = None) -> None:
        self._source = source
        self._building = threading.Lock()
        self._moment = LandMoment(0, (), LandIndex(()))
        if source is not None:
            self._moment = _read(source)

    @property
    def moment(self) -> LandMoment:
        """The land as last read; never waits."""
        return self._moment

    @property
    def index(self) -> LandIndex:
        """Of :attr:`moment`."""
        return self._moment.index

    @property
    def features(self) -> Sequence[LandFeature]:
        """Of :attr:`moment`, of all layers in their order."""
        return self._moment.features

    @property
    def version(self) -> int:
        """Of :attr:`moment`."""
        return self._moment.version

    def refresh(self) -> LandMoment:
        """The land as the store has it now; read anew only where its version has moved.

        Blocks for as long as that takes (a second for 10,000 features); whoever uses
        :attr:`moment` meanwhile has the former one.

        Raises:
            WatchError: the store cannot be read, or a feature is damaged; the former moment stays.
        """
        if self._source is None:
            return self._moment
        if self._source.version() != self._moment.version:
            with self._building:  # many who ask at the same time build one
                if self._source.version() != self._moment.version:
                    self._moment = _read(self._source)
        return self._moment

    async def run(self) -> None:
        """Look for edits of others for as long as the watch runs."""
        failed = ""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await asyncio.to_thread(self.refresh)
            except WatchError as error:
                if error.message != failed:  # once, not every two seconds
                    logger.error("the land cannot be read, the former one stays: %s", error)  # noqa: TRY400  # known
                failed = error.message
            else:
                failed = ""


def _read(source: LandSource) -> LandMoment:
    version, features = source.at_once()
    return LandMoment(version, tuple(features), LandIndex(features))
