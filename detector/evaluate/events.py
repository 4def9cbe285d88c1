"""What is known of recorded fires, and how soon an alert came.

``events.csv`` names a sequence and when a person first sees its smoke and sees it clearly, in
seconds from ignition. An alarm before ignition is a false alarm, and the fire is judged all the
same: a way of counting that lets an early alarm pass for the fire, or drops it from every sum,
flatters whoever cries often.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputRefused

__all__ = ["EVENTS_FILE", "Delay", "FireEvent", "FireVerdict", "judge_fire", "read_events"]

EVENTS_FILE = "events.csv"
COLUMNS = ("sequence", "first_visible_s", "clear_s", "cadence_s")


@dataclass(frozen=True, slots=True)
class FireEvent:
    """A fire in a recording.

    Attributes:
        first_visible_s: when a person first sees the smoke, seconds from ignition.
        clear_s: when everybody sees it, not earlier.
        cadence_s: usual seconds between two frames, > 0.
    """

    first_visible_s: float
    clear_s: float
    cadence_s: float


@dataclass(frozen=True, slots=True)
class Delay:
    """From a moment to the alert; below 0 the alert came first.

    Attributes:
        seconds: by capture time.
        frames: looked at; 0 is the first frame at or after the moment.
    """

    seconds: float
    frames: int


@dataclass(frozen=True, slots=True)
class FireVerdict:
    """How a fire was watched.

    Attributes:
        false_alarms: alerts opened before ignition.
        alert_at_s: when the first alert since ignition opened; None when none did.
        from_first_visible: its delay.
        from_clear: its delay.
    """

    false_alarms: int
    alert_at_s: float | None
    from_first_visible: Delay | None
    from_clear: Delay | None


def judge_fire(
    event: FireEvent, frames_at_s: Sequence[float], alerts_at_s: Sequence[float]
) -> FireVerdict:
    """Judge one recording of a fire.

    Args:
        event: when it could be seen.
        frames_at_s: of the frames that were looked at, rising, seconds from ignition.
        alerts_at_s: when alerts opened, each at one of the frames.
    """
    alert_at_s = min((at_s for at_s in alerts_at_s if at_s >= 0.0), default=None)
    first, clear = (
        None if alert_at_s is None else _delay(moment_s, alert_at_s, frames_at_s)
        for moment_s in (event.first_visible_s, event.clear_s)
    )
    return FireVerdict(sum(at_s < 0.0 for at_s in alerts_at_s), alert_at_s, first, clear)


def _delay(moment_s: float, alert_at_s: float, frames_at_s: Sequence[float]) -> Delay:
    until_moment = sum(at_s < moment_s for at_s in frames_at_s)
    until_alert = sum(at_s < alert_at_s for at_s in frames_at_s)
    return Delay(alert_at_s - moment_s, until_alert - until_moment)


def read_events(path: Path) -> Mapping[str, FireEvent]:
    """Read ``events.csv``; further columns are passed over.

    Raises:
        InputRefused: it cannot be read, lacks a column, names a sequence twice, or has a time that
            cannot be.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputRefused(
            f"The events {path} cannot be read.", remedy="Name a CSV file with --events."
        ) from error
    lacking = [column for column in COLUMNS if column not in columns]
    if lacking:
        raise InputRefused(
            f"The events {path} lack {', '.join(lacking)}.",
            remedy=f"The first line names {', '.join(COLUMNS)}.",
        )
    events: dict[str, FireEvent] = {}
    for number, row in enumerate(rows, start=2):
        where = f"{path}, line {number}"
        name = row["sequence"]
        if name in events:
            raise InputRefused(f"{where}: {name!r} stands twice.", remedy="Keep one of the lines.")
        try:
            event = FireEvent(*(float(row[column] or "") for column in COLUMNS[1:]))
        except ValueError as error:
            raise InputRefused(
                f"{where}: a time is not a number.", remedy="Give seconds from ignition."
            ) from error
        if not (
            math.isfinite(event.first_visible_s)
            and event.first_visible_s <= event.clear_s < math.inf
            and 0.0 < event.cadence_s < math.inf
        ):
            raise InputRefused(
                f"{where}: these times cannot be.",
                remedy="clear_s is not before first_visible_s, and cadence_s is above 0.",
            )
        events[name] = event
    return events
