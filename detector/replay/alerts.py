"""Takes the alerts of a replay: a list instead of the desk, with the place of each as it opened."""

from dataclasses import dataclass

from detector.drafting import Drafter
from detector.evaluate.alert_list import AlertList, ListedAlert
from detector.sighting import Sighting
from geo.land import LandBook
from geo.locate import Locator
from models.clock import Clock
from models.config import Settings
from models.fix import Fix
from models.replay import PlayedAlert
from models.site import Camera

__all__ = ["ReplayAlerts"]


@dataclass(frozen=True, slots=True)
class _Opened:
    frame: int
    at_s: float
    fix: Fix | None


class ReplayAlerts:
    """See :class:`detector.pipeline.AlertSink`.

    Args:
        camera: by whose pose alerts are located; None where nobody knows it.
        locator: on its terrain.
        settings: of the decision.
        clock: of the replay.

    Attributes:
        most_log_odds: of whatever was seen in the frame in hand; None when nothing was.
    """

    def __init__(
        self, camera: Camera | None, locator: Locator, settings: Settings, clock: Clock
    ) -> None:
        self._list = AlertList()
        self._opened: list[_Opened] = []
        self._drafter: Drafter | None = None
        if camera is not None:
            cameras = {camera.camera_id: camera}
            self._drafter = Drafter(cameras, locator, LandBook(), settings, clock)
        self._frame = 0
        self._at_s = 0.0

    @property
    def most_log_odds(self) -> float | None:
        """See the class."""
        return self._list.most_log_odds

    def turn_to(self, frame: int, at_s: float) -> None:
        """The next frame is in hand.

        Args:
            frame: its index in the recording, from 0.
            at_s: seconds from the recording's zero.
        """
        self._frame, self._at_s, self._list.most_log_odds = frame, at_s, None

    def take(self, sighting: Sighting) -> None:
        """Open an alert, or add to the one it belongs to."""
        known = len(self._list.alerts)
        self._list.take(sighting)
        if len(self._list.alerts) > known:
            fix = None if self._drafter is None else self._drafter.fix(sighting)
            self._opened.append(_Opened(self._frame, self._at_s, fix))

    def note(self, sighting: Sighting) -> None:
        """What does not alert is not listed; how near it came is kept."""
        self._list.note(sighting)

    def played(self) -> tuple[PlayedAlert, ...]:
        """What came of them, in the order in which they opened."""
        return tuple(map(_played, self._opened, self._list.alerts))


def _played(opened: _Opened, alert: ListedAlert) -> PlayedAlert:
    sighting, box = alert.opened, alert.first_box
    captured_at = sighting.frame.captured_at
    return PlayedAlert(
        frame=opened.frame,
        at_s=opened.at_s,
        captured_at=captured_at,
        label=sighting.track.label,
        score=box.score,
        log_odds=sighting.weighing.log_odds,
        most_log_odds=alert.most_log_odds,
        findings=tuple(finding.value for finding in sighting.weighing.findings),
        hits=alert.first_hits,
        seen_for_s=(captured_at - alert.first_seen_at).total_seconds(),
        box=box,
        last_at_s=opened.at_s + (alert.last_seen_at - captured_at).total_seconds(),
        sightings=alert.sightings,
        fix=opened.fix,
    )
