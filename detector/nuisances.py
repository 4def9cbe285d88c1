"""What alarmed falsely at one place of one view again and again: values in, proposals out.

No clock, no store. An alarm belongs to a place when an entry of the ledger there would have held it
(:mod:`detector.suppression.rules` says so, and nothing is said twice here), the other way round
too, and its foot stands near the place's own. The place is the box of the alarm to which most
others belong, so that it is never wider than a plume that stood there, and growth is measured
against a plume, not against a heap of boxes. Weather passes over a view and is of no place; what
burns under people's eyes (a field, an offering) may be a fire tomorrow: neither is proposed.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from detector.sighting import reference_boxes
from detector.suppression.judge import SMALLEST_SHARE
from detector.suppression.rules import Plume, Seen, Suppression, release_of
from detector.tracking.matching import boxes_touch
from models.alert import Alert, Finding
from models.config import LearningRule
from models.detection import Box, Label
from models.incident import DismissReason
from models.ledger import EntryKind, LedgerDraft, LedgerEntry, ViewPlace, view_place
from models.nuisance_digest import NuisanceDraft, NuisanceProposal, NuisanceState
from models.suppression import Holder
from models.times import ALWAYS, Times

__all__ = [
    "STANDING_REASONS",
    "FalseAlarm",
    "Obstacle",
    "false_alarm_of",
    "find_nuisances",
    "obstacle_at",
    "place_of",
]

STANDING_REASONS: Final = frozenset(
    {
        DismissReason.SHADOW,
        DismissReason.LIGHT,
        DismissReason.LENS_DROPLET,
        DismissReason.CLIFF,
        DismissReason.TREE,
        DismissReason.WATER,
        DismissReason.ROAD,
        DismissReason.BUILDING,
        DismissReason.ANTENNA,
        DismissReason.DUST,
        DismissReason.VEHICLE,
        DismissReason.MACHINE,
        DismissReason.CHIMNEY,
        DismissReason.KITCHEN_SMOKE,
        DismissReason.STEAM,
        DismissReason.OTHER,
    }
)
"""Reasons that name something at a place. Weather, the camera and what burns are not among them."""

MOST_OF_A_VIEW: Final = 300
"""Alarms of one view that are held against each other, the newest: their pairs are counted."""

WIDTH_PX, HEIGHT_PX = 1600.0, 900.0
"""Size of the plane in which boxes are compared; shares of any picture are laid out on it."""

MINUTES: Final = 24 * 60
MARGIN_MINUTES: Final = 30
"""Hours of the day begin so long before the first alarm and are rounded outwards to as much."""


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """An alert that people dismissed.

    Attributes:
        alert_id: number.
        place: where its plume stood.
        reason: what they said that it was.
        raised_at: UTC, when the alert was raised.
        first_seen_at: UTC capture time of the first frame of it.
        captured_at: UTC capture time of the frame that decided.
    """

    alert_id: int
    place: ViewPlace
    reason: DismissReason
    raised_at: datetime
    first_seen_at: datetime
    captured_at: datetime


class Obstacle(StrEnum):
    """Why a place is not proposed, or no longer."""

    FIRE = "fire"  # something burnt near it, or nobody has said that it did not
    ENTRY = "entry"  # an entry of the ledger covers it


def place_of(alert: Alert) -> ViewPlace | None:
    """Where the plume of an alert stood when it was last seen; None where no picture tells."""
    sizes = [(kept.width_px, kept.height_px) for kept in alert.evidence if kept.boxes]
    boxes = reference_boxes(alert.draft.decision.scores, 1)
    if not sizes or not boxes:
        return None
    (width_px, height_px), box = sizes[-1], boxes[-1]
    sides = (
        box.x_min / width_px,
        box.y_min / height_px,
        box.x_max / width_px,
        box.y_max / height_px,
    )
    return view_place(alert.draft.camera_id, alert.draft.preset, sides)


def false_alarm_of(alert: Alert, reason: DismissReason) -> FalseAlarm | None:
    """What is to be known of a dismissed alert.

    None where an entry of the ledger could not have held it: its place is not known, its reason
    names nothing that stands there, or it was flame at night.
    """
    place = place_of(alert)
    is_night_flame = Finding.NIGHT_FLAME in alert.draft.decision.findings
    if place is None or is_night_flame or reason not in STANDING_REASONS:
        return None
    draft = alert.draft
    return FalseAlarm(
        alert.alert_id, place, reason, alert.opened_at, draft.first_seen_at, draft.captured_at
    )


def find_nuisances(
    alarms: Iterable[FalseAlarm],
    *,
    may_burn: Sequence[ViewPlace],
    ledger: Sequence[LedgerEntry],
    known: Sequence[NuisanceProposal],
    rule: LearningRule,
    zone: ZoneInfo,
    now: datetime,
) -> list[NuisanceDraft]:
    """What is to be proposed, by camera, preset and first alert; in whatever order alarms come.

    Args:
        alarms: each alert once.
        may_burn: where something burnt or may burn.
        ledger: entries that hold now or later.
        known: proposals of before. Where one is open no other is made, and alarms that people had
            before them when they decided count no more.
        rule: how often, how near, how long.
        zone: of the site's clock.
        now: UTC.
    """
    views: dict[tuple[str, int], list[FalseAlarm]] = {}
    for one in sorted(alarms, key=lambda each: each.alert_id):
        if not any(_was_decided(one, proposal, rule) for proposal in known):
            views.setdefault((one.place.camera_id, one.place.preset), []).append(one)
    waiting = [_place(one) for one in known if one.state is NuisanceState.OPEN]
    found: list[NuisanceDraft] = []
    for _, mine in sorted(views.items()):
        for anchor, members in _groups(mine[-MOST_OF_A_VIEW:], rule):
            days = {one.captured_at.astimezone(zone).date() for one in members}
            moments = [one.captured_at for one in members]
            if (
                len(days) >= rule.least_days
                and not any(_is_there(anchor, place) for place in waiting)
                and obstacle_at(anchor, moments, may_burn, ledger, rule=rule, zone=zone) is None
            ):
                found.append(_draft(anchor, members, len(days), rule=rule, zone=zone, now=now))
    return found


def obstacle_at(
    place: ViewPlace,
    moments: Sequence[datetime],
    may_burn: Iterable[ViewPlace],
    ledger: Iterable[LedgerEntry],
    *,
    rule: LearningRule,
    zone: ZoneInfo,
) -> Obstacle | None:
    """Why a place is not to be proposed.

    Args:
        place: that would be held.
        moments: UTC, of its alarms; an entry covers the place if its hours hold all of them.
        may_burn: where something burnt or may burn.
        ledger: entries that hold now or later.
        rule: how far from fires.
        zone: of the site's clock.
    """
    box = _box(place)
    for fire in may_burn:
        if _same_view(place, fire):
            near = math.dist(_foot(box), _foot(_box(fire))) <= rule.clear_of_fires * _size_px(box)
            if near or boxes_touch(box, _box(fire)):
                return Obstacle.FIRE
    for entry in ledger:
        there = entry.draft.place
        if (
            entry.draft.kind is EntryKind.NUISANCE
            and isinstance(there, ViewPlace)
            and _is_there(place, there)
            and all(entry.draft.times.cover(at, zone) for at in moments)
        ):
            return Obstacle.ENTRY
    return None


def _groups(
    alarms: Sequence[FalseAlarm], rule: LearningRule
) -> Iterable[tuple[ViewPlace, list[FalseAlarm]]]:
    """Places of a view with their alarms: first the one to which most belong, each alarm once.

    Of two with as many the smaller box counts, for there growth shows sooner; then the older one.
    """
    near: dict[int, set[int]] = {one.alert_id: {one.alert_id} for one in alarms}
    for one, other in combinations(alarms, 2):
        if _belongs(one.place, other, rule) and _belongs(other.place, one, rule):
            near[one.alert_id].add(other.alert_id)
            near[other.alert_id].add(one.alert_id)
    left = {one.alert_id: one for one in alarms}
    while left:
        chosen = min(
            left.values(),
            key=lambda one: (
                -len(near[one.alert_id] & left.keys()),
                _box(one.place).area_px,
                one.alert_id,
            ),
        )
        members = [left[number] for number in sorted(near[chosen.alert_id] & left.keys())]
        if len(members) < rule.least_alarms:
            return
        yield chosen.place, members
        for one in members:
            del left[one.alert_id]


def _belongs(place: ViewPlace, alarm: FalseAlarm, rule: LearningRule) -> bool:
    """Whether an entry of the ledger at the place would have held the alarm, and it stood near."""
    anchor, box = _box(place), _box(alarm.place)
    if math.dist(_foot(anchor), _foot(box)) > rule.nearness * _size_px(anchor):
        return False
    if not boxes_touch(anchor, box):
        return False
    held = Suppression(Holder.NUISANCE, "", None, anchor, anchor.area_px)
    seen = Seen(
        camera_id=place.camera_id,
        preset=place.preset,
        track=0,
        frame_sequence=1,
        at=alarm.captured_at,
        boxes=(box, box),
        smallest_px=SMALLEST_SHARE * WIDTH_PX * HEIGHT_PX,
    )
    plume = Plume(anchor.area_px, anchor, alarm.captured_at, 0, anchor, 0, alarm.captured_at)
    return release_of(seen, held, plume) is None


def _was_decided(alarm: FalseAlarm, proposal: NuisanceProposal, rule: LearningRule) -> bool:
    decided_at = proposal.decided_at
    return (
        decided_at is not None
        and alarm.raised_at <= decided_at
        and _same_view(alarm.place, _place(proposal))
        and _belongs(_place(proposal), alarm, rule)
    )


def _draft(
    place: ViewPlace,
    members: Sequence[FalseAlarm],
    days: int,
    *,
    rule: LearningRule,
    zone: ZoneInfo,
    now: datetime,
) -> NuisanceDraft:
    said = Counter(one.reason for one in members)
    reason = min(said, key=lambda each: (-said[each], each))
    moments = [at for one in members for at in (one.first_seen_at, one.captured_at)]
    return NuisanceDraft(
        camera_id=place.camera_id,
        preset=place.preset,
        reason=reason,
        alert_ids=tuple(one.alert_id for one in members),
        first_at=min(one.captured_at for one in members),
        last_at=max(one.captured_at for one in members),
        days=days,
        suggested=LedgerDraft(
            kind=EntryKind.NUISANCE,
            place=place,
            from_at=now,
            until_at=now + timedelta(days=rule.lasts_days),
            times=_hours(moments, rule, zone),
            reason=reason,
            reported_by="",
            note="",
        ),
    )


def _hours(moments: Sequence[datetime], rule: LearningRule, zone: ZoneInfo) -> Times:
    """Hours of the day that hold all moments; without limits where they are not narrow."""
    local = [at.astimezone(zone) for at in moments]
    minutes = sorted({at.hour * 60 + at.minute for at in local})
    after = [*minutes[1:], minutes[0] + MINUTES]
    widest = max(range(len(minutes)), key=lambda at: after[at] - minutes[at])
    first, last = after[widest] % MINUTES, minutes[widest]
    begins = (first - MARGIN_MINUTES) // MARGIN_MINUTES * MARGIN_MINUTES
    lasts = (last - first) % MINUTES + (first - begins)
    ends = begins + -(-(lasts + 1 + MARGIN_MINUTES) // MARGIN_MINUTES) * MARGIN_MINUTES
    if ends - begins > rule.narrow_hours * 60:
        return ALWAYS
    return Times(begins % MINUTES, ends % MINUTES)


def _place(proposal: NuisanceProposal) -> ViewPlace:
    place = proposal.suggested.place
    assert isinstance(place, ViewPlace)  # noqa: S101 -- a digest proposes nothing else
    return place


def _is_there(place: ViewPlace, other: ViewPlace) -> bool:
    return _same_view(place, other) and boxes_touch(_box(place), _box(other))


def _same_view(first: ViewPlace, second: ViewPlace) -> bool:
    return (first.camera_id, first.preset) == (second.camera_id, second.preset)


def _box(place: ViewPlace) -> Box:
    return Box(
        Label.SMOKE,
        0.0,
        place.x_min * WIDTH_PX,
        place.y_min * HEIGHT_PX,
        place.x_max * WIDTH_PX,
        place.y_max * HEIGHT_PX,
    )


def _foot(box: Box) -> tuple[float, float]:
    return (box.x_min + box.x_max) / 2.0, box.y_max


def _size_px(box: Box) -> float:
    return max(box.x_max - box.x_min, box.y_max - box.y_min)
