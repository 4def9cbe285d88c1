"""A list in the place of the alert desk, where recordings are judged.

One plume is one alert, as at the desk: a track that has alerted adds to its alert, and a new track
that touches an alert of the same view and class adds to that one. Nobody dismisses anything here.
"""

from dataclasses import dataclass
from datetime import datetime

from detector.sighting import Sighting
from detector.tracker import boxes_touch
from models.detection import Box

__all__ = ["AlertList", "ListedAlert"]


@dataclass(slots=True)
class ListedAlert:
    """An alert as it opened, and what became of it.

    Attributes:
        opened: the sighting that opened it. Its track goes on changing: what it was then stands in
            the three that follow.
        first_seen_at: UTC, of its track.
        first_hits: frames in which the track had been seen.
        first_box: of the track.
        last_box: newest.
        last_seen_at: UTC, of the newest sighting.
        sightings: that alerted, the opening included.
        most_log_odds: of all of them.
    """

    opened: Sighting
    first_seen_at: datetime
    first_hits: int
    first_box: Box
    last_box: Box
    last_seen_at: datetime
    sightings: int
    most_log_odds: float


class AlertList:
    """Collects alerts; see :class:`detector.pipeline.AlertSink`.

    Attributes:
        alerts: in the order in which they opened.
        most_log_odds: of whatever was seen since somebody set it to None, alerting or not.
    """

    def __init__(self) -> None:
        self.alerts: list[ListedAlert] = []
        self.most_log_odds: float | None = None
        self._of_track: dict[tuple[str, int, int], ListedAlert] = {}

    def take(self, sighting: Sighting) -> None:
        """Open an alert for the sighting, or add to the one it belongs to."""
        self.note(sighting)
        frame, track = sighting.frame, sighting.track
        alert = self._of_track.get(sighting.key) or self._touching(sighting)
        if alert is None:
            alert = ListedAlert(
                opened=sighting.without_picture(),
                first_seen_at=track.first_seen_at,
                first_hits=len(track.hits),
                first_box=track.last_box,
                last_box=track.last_box,
                last_seen_at=frame.captured_at,
                sightings=0,
                most_log_odds=sighting.weighing.log_odds,
            )
            self.alerts.append(alert)
        self._of_track[sighting.key] = alert
        alert.last_box, alert.last_seen_at = track.last_box, frame.captured_at
        alert.sightings += 1
        alert.most_log_odds = max(alert.most_log_odds, sighting.weighing.log_odds)

    def note(self, sighting: Sighting) -> None:
        """What does not alert is not listed; how near it came is kept."""
        log_odds = sighting.weighing.log_odds
        most = self.most_log_odds
        self.most_log_odds = log_odds if most is None else max(most, log_odds)

    def _touching(self, sighting: Sighting) -> ListedAlert | None:
        box = sighting.track.last_box
        for alert in reversed(self.alerts):
            first = alert.opened
            if (
                first.view == sighting.view
                and first.track.label is box.label
                and boxes_touch(alert.last_box, box)
            ):
                return alert
        return None
