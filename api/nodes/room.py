"""What nodes have of the application beside the store: the way in, their files, and turns."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.nodes.files import NodeFiles
from api.nodes.flooding import Misses
from api.nodes.intake import Intake
from api.nodes.listening import NodeListener
from api.nodes.receiving import Receiving
from models.clock import Clock
from models.config import Settings
from models.errors import Conflict
from models.patrol import DangerClass

if TYPE_CHECKING:
    from models.store import Store

__all__ = ["NodeRoom"]

PICTURES: Final = 2
PATIENCE_S: Final = 20.0
_GB: Final = 10**9


@dataclass(frozen=True, slots=True)
class NodeRoom:
    """Of one installation.

    Attributes:
        intake: takes pushes in.
        files: of all frames.
        receiving: bodies of pushes that come.
        misses: who pushes what is refused.
        listener: hears what comes over MQTT.
    """

    intake: Intake
    files: NodeFiles
    receiving: Receiving
    misses: Misses
    listener: NodeListener
    _pictures: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(PICTURES)
    )

    @classmethod
    def of(
        cls, settings: Settings, store: "Store", clock: Clock, danger: Callable[[], DangerClass]
    ) -> "NodeRoom":
        """Built once; makes no file and no thread."""
        spare_bytes = round(settings.recording.least_free_gb * _GB)
        files = NodeFiles(settings.data_dir, clock, spare_bytes)
        intake = Intake(store, files, settings.nodes, clock, danger)
        listener = NodeListener(settings.nodes.broker, intake.take, clock)
        return cls(intake, files, Receiving(), Misses(clock), listener)

    @contextmanager
    def picture(self) -> Iterator[None]:
        """While a frame is read and painted; waits for its turn.

        Raises:
            Conflict: too many are; code ``node_busy``.
        """
        if not self._pictures.acquire(timeout=PATIENCE_S):
            raise Conflict(
                "Other frames of nodes are being painted.",
                remedy="Wait a moment, then try again.",
                code="node_busy",
            )
        try:
            yield
        finally:
            self._pictures.release()
