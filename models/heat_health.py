"""How a node does: folded from what it sends, frame by frame, and told as troubles.

Everything here is a pure function of its arguments; what must be remembered of a node between two
frames is one small :class:`NodeFacts`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, hypot, isfinite, radians
from statistics import median
from typing import Final

from models.config.nodes import NodesRule
from models.heat_intake import FrameDraft, KeptNode
from models.heat_node import HeatNode, NodeReading, NodeTrouble
from models.patrol import DangerClass

__all__ = [
    "DayDetail",
    "NodeFacts",
    "as_captured",
    "clock_error_s",
    "follow_detail",
    "follow_forgery",
    "follow_frame",
    "interval_s",
    "troubles_of",
]

MOST_DELAYS: Final = 5
LEAST_LIVE: Final = 3
"""An outage makes one frame late that was taken while nothing waited; of three the least is not."""

SURE_DELAY_S: Final = 60.0
"""Nothing that waited on a node comes within it, so the clock is no further behind."""

GAPS_LEARNT: Final = 24
IN_A_ROW: Final = 3
DRIFTS_IN_A_ROW: Final = 5
MOST_DAYS: Final = 60
DIRTY_DAYS: Final = 3
LEAST_USUAL_DAYS: Final = 4
BEST_OF_DAY: Final = 3
FORGERY_HOURS: Final = 24.0
FORGERIES: Final = 3
SILENT_SLACK_S: Final = 120.0
BATTERY_BACK: Final = 0.05  # what came back above a threshold must be so far above it
VOLTS_BACK: Final = 0.1
SIGNAL_BACK_DB: Final = 3.0
_METRES_A_DEGREE: Final = 111_195.0  # of a great circle on a sphere of 6371 km


@dataclass(frozen=True, slots=True)
class DayDetail:
    """Fine detail of a day's frames.

    Attributes:
        day: number of the day in UTC, from the calendar's beginning.
        best: the three highest figures of it, the highest first; fewer where it had fewer.
    """

    day: int
    best: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is remembered of a node.

    Attributes:
        delays_s: between capture by its own clock and receipt, of its latest frames, the latest
            last; below 0 where its clock is ahead.
        live_delays_s: likewise, of frames taken while nothing waited on it.
        told_interval_s: that it was told last; 0 for not yet.
        away_m: from where it was set up, by its latest readings.
        tilts_deg: of its mount, likewise.
        usual_gap_c: by which its shutter used to read above its board, the mean of the first.
        gaps: readings that the mean is of.
        drifts_c: by which its latest readings lie beside that.
        days: fine detail, the oldest day first.
        forged_at: UTC, when somebody sent in its name; the latest three.
    """

    delays_s: tuple[float, ...] = ()
    live_delays_s: tuple[float, ...] = ()
    told_interval_s: int = 0
    away_m: tuple[float, ...] = ()
    tilts_deg: tuple[float, ...] = ()
    usual_gap_c: float = 0.0
    gaps: int = 0
    drifts_c: tuple[float, ...] = ()
    days: tuple[DayDetail, ...] = ()
    forged_at: tuple[datetime, ...] = ()

    def moved_anew(self) -> "NodeFacts":
        """What is still true when it was set up elsewhere, or its lens looks at something else."""
        return replace(self, away_m=(), tilts_deg=(), days=())


def interval_s(node: HeatNode, danger: DangerClass) -> int:
    """Wanted seconds between two frames of a node on a day of a danger class."""
    return node.intervals_s[int(danger) - 1]


def clock_error_s(facts: NodeFacts) -> float | None:
    """Seconds by which a node's clock is ahead; negative where it is behind, None for not known.

    What is measured is the delay: the way through the air and its wait on the node, less the
    clock's error. Both are 0 or more, so the least delay bounds the error: below 0 the clock is
    ahead by so much at least. Above 0 it is behind by so much at most, and it is so much where
    nothing waited on the node.
    """
    if not facts.delays_s:
        return None
    least_s = min(facts.delays_s)
    if least_s <= SURE_DELAY_S:
        return -least_s
    if len(facts.live_delays_s) >= LEAST_LIVE:
        return -min(facts.live_delays_s)
    return None


def as_captured(facts: NodeFacts, told_at: datetime, received_at: datetime) -> datetime:
    """When a frame was taken, as far as the node's clock is known; never after its receipt.

    A clock that is ahead moves only what comes from the future: the node may have set it since, and
    then an older frame is right.
    """
    error_s = clock_error_s(facts)
    if (
        error_s is not None
        and abs(error_s) > SURE_DELAY_S
        and (error_s < 0 or told_at > received_at)
    ):
        told_at -= timedelta(seconds=error_s)
    return min(told_at, received_at)


def follow_frame(
    facts: NodeFacts, node: HeatNode, draft: FrameDraft, *, is_latest: bool
) -> NodeFacts:
    """With a frame that was taken in.

    Args:
        facts: before it.
        node: as it was set up.
        draft: the frame.
        is_latest: no frame of it was taken later; what an older one says of it is over.
    """
    delay_s = (draft.received_at - draft.told_at).total_seconds()
    reading = draft.reading
    live = facts.live_delays_s
    if reading.kept_frames == 0:
        live = (*live, delay_s)[-MOST_DELAYS:]
    facts = replace(
        facts,
        delays_s=(*facts.delays_s, delay_s)[-MOST_DELAYS:],
        live_delays_s=live,
        told_interval_s=draft.told_interval_s,
    )
    return _with_reading(facts, node, reading) if is_latest else facts


def follow_detail(facts: NodeFacts, captured_at: datetime, detail: float) -> NodeFacts:
    """With the fine detail of a frame that was looked at; frames come in any order."""
    if not isfinite(detail):
        return facts
    number = captured_at.toordinal()
    best = {one.day: one.best for one in facts.days}
    ranked = sorted((*best.get(number, ()), detail), reverse=True)
    best[number] = tuple(ranked[:BEST_OF_DAY])
    days = tuple(DayDetail(day, best[day]) for day in sorted(best)[-MOST_DAYS:])
    return replace(facts, days=days)


def follow_forgery(facts: NodeFacts, count: int, at: datetime) -> NodeFacts:
    """With pushes of somebody else in its name.

    Args:
        facts: before them.
        count: of them, 1 or more.
        at: UTC, of the latest.
    """
    latest = (*facts.forged_at, *[at] * min(count, FORGERIES))
    return replace(facts, forged_at=latest[-FORGERIES:])


def troubles_of(
    kept: KeptNode,
    facts: NodeFacts,
    reading: NodeReading,
    *,
    last_received_at: datetime | None,
    danger: DangerClass,
    now: datetime,
    rule: NodesRule,
    before: tuple[NodeTrouble, ...] = (),
) -> tuple[NodeTrouble, ...]:
    """What is wrong with a node, the gravest first; one that is retired has no troubles.

    Args:
        kept: the node.
        facts: of it.
        reading: that came with its latest frame.
        last_received_at: UTC, of the frame that came last; None for none yet.
        danger: class of the day.
        now: UTC.
        rule: thresholds.
        before: what was wrong with it until now: what hovers at a threshold does not flicker.
    """
    if kept.node.is_retired:
        return ()
    wanted_s = interval_s(kept.node, danger)
    since_s = (now - (last_received_at or kept.entered_at)).total_seconds()
    # A node sleeps by what it was told last; it cannot know of another class before it wakes.
    silent_s = rule.silent_intervals * max(wanted_s, facts.told_interval_s) + SILENT_SLACK_S
    error_s = clock_error_s(facts)
    forged_from = now - timedelta(hours=FORGERY_HOURS)
    found = {
        NodeTrouble.MOVED: _is_beyond(facts.away_m, rule.moved_m, IN_A_ROW)
        or _is_beyond(facts.tilts_deg, rule.tilted_deg, IN_A_ROW)
        or reading.is_moved,
        NodeTrouble.FORGED: sum(at >= forged_from for at in facts.forged_at) >= FORGERIES,
        # A view is as silent as its camera, of which the cameras tell; one on tour comes by seldom.
        NodeTrouble.SILENT: since_s > silent_s and kept.node.view is None,
        NodeTrouble.BATTERY: _is_empty(reading, rule, was=NodeTrouble.BATTERY in before),
        NodeTrouble.CLOCK: error_s is not None and abs(error_s) > rule.clock_off_s,
        NodeTrouble.DRIFT: _is_beyond(facts.drifts_c, rule.drift_c, DRIFTS_IN_A_ROW),
        NodeTrouble.DIRTY: _is_dirty(facts.days, rule, now),
        NodeTrouble.SIGNAL: _is_weak(reading, rule, was=NodeTrouble.SIGNAL in before),
        NodeTrouble.BACKLOG: (reading.kept_frames or 0) >= rule.backlog_frames,
    }
    return tuple(trouble for trouble in NodeTrouble if found[trouble])


def _with_reading(facts: NodeFacts, node: HeatNode, reading: NodeReading) -> NodeFacts:
    if reading.lon_deg is not None and reading.lat_deg is not None:
        away_m = _distance_m(node, reading.lon_deg, reading.lat_deg)
        facts = replace(facts, away_m=(*facts.away_m, away_m)[-IN_A_ROW:])
    if reading.tilt_deg is not None:
        facts = replace(facts, tilts_deg=(*facts.tilts_deg, reading.tilt_deg)[-IN_A_ROW:])
    if reading.shutter_c is None or reading.board_c is None:
        return facts
    gap_c = reading.shutter_c - reading.board_c
    if facts.gaps < GAPS_LEARNT:
        gaps = facts.gaps + 1
        usual_c = facts.usual_gap_c + (gap_c - facts.usual_gap_c) / gaps
        return replace(facts, usual_gap_c=usual_c, gaps=gaps)
    drifts_c = (*facts.drifts_c, gap_c - facts.usual_gap_c)
    return replace(facts, drifts_c=drifts_c[-DRIFTS_IN_A_ROW:])


def _is_beyond(figures: tuple[float, ...], most: float, count: int) -> bool:
    """Whether so many in a row are all beyond a threshold."""
    return len(figures) >= count and all(abs(figure) > most for figure in figures[-count:])


def _distance_m(node: HeatNode, lon_deg: float, lat_deg: float) -> float:
    at = node.position
    east = (lon_deg - at.lon_deg + 180.0) % 360.0 - 180.0
    return _METRES_A_DEGREE * hypot(east * cos(radians(at.lat_deg)), lat_deg - at.lat_deg)


def _is_empty(reading: NodeReading, rule: NodesRule, *, was: bool) -> bool:
    share, volts = reading.battery_share, reading.battery_v
    if share is not None and share < rule.battery_share + (BATTERY_BACK if was else 0.0):
        return True
    if volts is None or rule.battery_v is None:
        return False
    return volts < rule.battery_v + (VOLTS_BACK if was else 0.0)


def _is_weak(reading: NodeReading, rule: NodesRule, *, was: bool) -> bool:
    if reading.signal_dbm is None:
        return False
    return reading.signal_dbm < rule.signal_dbm + (SIGNAL_BACK_DB if was else 0.0)


def _is_dirty(days: tuple[DayDetail, ...], rule: NodesRule, now: datetime) -> bool:
    """Whether the best frames of three whole days show much less than those of the days before.

    The best, for rain and fog take the detail of a frame, but seldom of a whole day; three days,
    for at times they do.
    """
    today = now.toordinal()
    whole = [one.best[-1] for one in days if one.day < today and len(one.best) == BEST_OF_DAY]
    usual = whole[:-DIRTY_DAYS]
    if len(usual) < LEAST_USUAL_DAYS:
        return False
    bar = rule.dirty_share * median(usual)
    return all(figure < bar for figure in whole[-DIRTY_DAYS:])
