"""Which suppressions touch a sighting: masks of its view, the ledger, verdicts.

A verdict holds the same plume for a time (`settings.suppression`). Flame in the dark is held only
by a verdict on this very flame and for a shorter time, which doubles with each such verdict within
a day: a lamp costs a few alerts a night, a fire behind it still grows out of it at once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from detector.sighting import Sighting, reference_boxes
from detector.suppression.rules import BURN_REGROWN, REGROWN, Suppression
from detector.suppression.sensors import ground_distance_m, same_bearing, same_place
from detector.tracker import boxes_touch
from models.alert import Alert
from models.condition import Condition
from models.config import SuppressionRule
from models.detection import Box, Label
from models.fix import Fix
from models.frame import Provenance
from models.incident import OPEN_STATES
from models.ledger import EntryKind, GroundPlace, LedgerEntry, ViewPlace
from models.mask import ViewMask, masks_in_force
from models.suppression import Holder, Release

__all__ = ["MasksOf", "SuppressionSources", "stands_at"]

MasksOf = Callable[[str, int], Sequence[ViewMask]]
"""Camera and preset to the masks of that view."""

REMEMBERED: Final = timedelta(days=1)
"""Verdicts older than this play no part: a cool-down is shorter, or ends here."""

SIDE_WEIGHT: Final = 0.25
"""Share of a fix from which a further place of it must lie inside an entry too."""


class SuppressionSources:
    """Finds what touches a sighting.

    Args:
        rule: how long a verdict holds.
        zone: of the site's clock, for the hours of the ledger.
        masks_of: masks of a view.
    """

    def __init__(
        self, rule: SuppressionRule, zone: ZoneInfo, masks_of: MasksOf = lambda _id, _number: ()
    ) -> None:
        self._cool_down = timedelta(seconds=rule.cool_down_s)
        self._night_flame = timedelta(seconds=rule.night_flame_s)
        self._zone = zone
        self._masks_of = masks_of

    def touching(
        self,
        sighting: Sighting,
        fix: Fix,
        *,
        ledger: Sequence[LedgerEntry],
        alerts: Sequence[Alert],
        is_night: bool,
    ) -> list[Suppression]:
        """Everything that touches it, what people said of this very plume first.

        Args:
            sighting: of a track that would alert.
            fix: of it.
            ledger: entries that may be in force.
            alerts: of all cameras of the mast, those settled since :data:`REMEMBERED` included.
            is_night: the camera's own picture is dark.
        """
        (box,) = reference_boxes(sighting.track.scores, 1)
        return [
            *self._verdicts(sighting, fix, box, alerts, is_night=is_night),
            *self._entries(sighting, fix, box, ledger),
            *self._masks(sighting, box),
        ]

    def _verdicts(
        self, sighting: Sighting, fix: Fix, box: Box, alerts: Sequence[Alert], *, is_night: bool
    ) -> list[Suppression]:
        judged = [
            (alert, anchor)
            for alert in alerts
            if alert.state not in OPEN_STATES
            and (anchor := _same_plume(alert, sighting, fix, box)) is not None
        ]
        flame = is_night and sighting.track.label is Label.FLAME
        lasts = min(self._cool_down, REMEMBERED)
        if flame and judged:
            lasts = min(lasts, self._night_flame * 2 ** min(len(judged) - 1, 10))
        return [
            Suppression(
                Holder.COOL_DOWN,
                str(alert.alert_id),
                alert.verdicts[-1].at + lasts,
                anchor=None if anchor is ELSEWHERE else anchor,
                area_px=None if anchor is ELSEWHERE else _usual_area_px(alert),
                holds_night_flame=True,
                knows_others=any(
                    one.release is Release.SECOND_SENSOR for one in alert.draft.decision.overcome
                ),
            )
            for alert, anchor in judged
        ]

    def _entries(
        self, sighting: Sighting, fix: Fix, box: Box, ledger: Sequence[LedgerEntry]
    ) -> list[Suppression]:
        found = []
        for entry in ledger:
            if not self._holds(entry, sighting):
                continue
            place, is_burn = entry.draft.place, entry.draft.kind is EntryKind.BURN
            by = Holder.BURN if is_burn else Holder.NUISANCE
            growth = BURN_REGROWN if is_burn else REGROWN
            until, reference = entry.draft.until_at, str(entry.entry_id)
            if isinstance(place, GroundPlace):
                if stands_at(fix, place):
                    found.append(Suppression(by, reference, until, growth=growth))
                continue
            anchor = None if _is_elsewhere(sighting) else _anchor_of(place, sighting)
            if anchor is not None and boxes_touch(anchor, box):
                found.append(
                    Suppression(by, reference, until, anchor, anchor.area_px, growth=growth)
                )
        return found

    def _holds(self, entry: LedgerEntry, sighting: Sighting) -> bool:
        """In force now, and by its hours when the picture was made.

        The two times of a live frame may lie far apart, after an outage or with a camera's clock
        that is wrong: then an entry holds only if it does at both.
        """
        frame = sighting.frame
        if not entry.in_span(frame.received_at):
            return False
        if frame.provenance is not Provenance.LIVE:
            return entry.draft.times.cover(frame.captured_at, self._zone)
        return entry.in_span(frame.captured_at) and all(
            entry.draft.times.cover(at, self._zone) for at in (frame.captured_at, frame.received_at)
        )

    def _masks(self, sighting: Sighting, box: Box) -> list[Suppression]:
        masks = self._masks_of(*sighting.view)
        if not masks or _is_elsewhere(sighting):
            return []
        frame = sighting.frame
        fov_deg = None if frame.pose is None else frame.pose.horizontal_fov_deg
        x = (box.x_min + box.x_max) / 2.0 / sighting.width_px
        y = box.y_max / sighting.height_px
        return [
            Suppression(Holder.MASK, _name_of(mask), mask.expires_at)
            for mask in masks_in_force(masks, frame.received_at, fov_deg)
            if mask.covers(x, y)
        ]


def _is_elsewhere(sighting: Sighting) -> bool:
    """Whether the camera was turned: what was drawn into its picture lies elsewhere now."""
    return Condition.MOVED in sighting.frame.conditions


def stands_at(fix: Fix, place: GroundPlace) -> bool:
    """Whether a fix says that something stands inside a circle on the ground.

    Every likely place of it lies inside; one that is uncertain may lie outside by its own
    uncertainty, at most the radius. Without a place nothing stands anywhere.
    """
    likely = [
        spot for index, spot in enumerate(fix.clusters) if index == 0 or spot.weight >= SIDE_WEIGHT
    ]
    return bool(likely) and all(
        ground_distance_m(spot.position, place.lon_deg, place.lat_deg)
        <= place.radius_m + min(spot.r90_m, place.radius_m)
        for spot in likely
    )


ELSEWHERE: Final = Box(Label.SMOKE, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Stands for a plume that was judged in another view of the mast."""


def _same_plume(alert: Alert, sighting: Sighting, fix: Fix, box: Box) -> Box | None:
    """Where the alert's plume stood in this view, :data:`ELSEWHERE`, or None for another one."""
    if alert.draft.label is not sighting.track.label:
        return None
    if (alert.draft.camera_id, alert.draft.preset) != sighting.view:
        return ELSEWHERE if _same_direction(alert.draft.fix, fix) else None
    (last_box,) = reference_boxes(alert.draft.decision.scores, 1)
    return last_box if boxes_touch(last_box, box) else None


def _same_direction(first: Fix, second: Fix) -> bool:
    if not same_bearing(first, second):
        return False
    return same_place(first, second) if first.clusters and second.clusters else True


def _usual_area_px(alert: Alert) -> float:
    boxes = reference_boxes(alert.draft.decision.scores, 3)
    return sorted(box.area_px for box in boxes)[len(boxes) // 2]


def _anchor_of(place: ViewPlace, sighting: Sighting) -> Box | None:
    if (place.camera_id, place.preset) != sighting.view:
        return None
    return Box(
        sighting.track.label,
        0.0,
        place.x_min * sighting.width_px,
        place.y_min * sighting.height_px,
        place.x_max * sighting.width_px,
        place.y_max * sighting.height_px,
    )


def _name_of(mask: ViewMask) -> str:
    created: datetime = mask.created_at
    return f"{mask.kind}/{created.isoformat()}"
