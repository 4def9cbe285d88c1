"""Alerts as they are told, put together once for as long as they stay as they are."""

from threading import Lock
from typing import Final

from api.alerts.schemas import AlertAnswer
from models.alert import Alert
from models.recording import Clearing, Recording
from models.site import Camera

__all__ = ["AnswerShelf"]

MOST_KEPT: Final = 300

_Said = tuple[Camera, tuple[Recording, ...], tuple[Clearing, ...]]


class AnswerShelf:
    """Alerts as they are told; from any thread.

    The store hands out the same alert for as long as nothing of its fire has changed, so whether it
    is the same one is asked of the object, not of its thousand numbers. A list of sixty fires was
    put together in 8 ms, most of it for the frames of decisions that nobody had added to.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Alert, _Said, AlertAnswer]] = {}
        self._lock = Lock()

    def of(
        self,
        alert: Alert,
        camera: Camera,
        recordings: tuple[Recording, ...],
        clearings: tuple[Clearing, ...],
    ) -> AlertAnswer:
        """As :meth:`AlertAnswer.of`; nobody may change what is handed out."""
        said = camera, recordings, clearings
        with self._lock:
            kept = self._kept.get(alert.alert_id)
        if kept is not None and kept[0] is alert and kept[1] == said:
            return kept[2]
        answer = AlertAnswer.of(alert, camera, recordings, clearings)
        with self._lock:
            self._kept.pop(alert.alert_id, None)
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[alert.alert_id] = alert, said, answer
        return answer
