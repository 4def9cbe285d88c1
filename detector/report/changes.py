"""Fires and false alarms that only one of two runs has, each with the reason."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from detector.report.differences import ChangedAlert, ChangedFire, Comparison
from detector.report.gallery import alert_reason, burns, miss_reason
from detector.report.markup import Both, Markup, clipped, joined, tag
from detector.report.numbers import count, moment
from detector.report.shape import Result, SequenceRow
from detector.report.words import say

__all__ = ["changes"]

MOST_ROWS: Final = 200

Row: TypeAlias = tuple[str, Both, Both | None]
"""Recording, fire or moment, reason."""


def changes(first: Result, second: Result, comparison: Comparison) -> Markup:
    """What the second run lost and gained against the first."""
    old, new = ({one.name: one for one in run.sequences} for run in (first, second))
    threshold, before = second.run.alert_log_odds, first.run.alert_log_odds
    parts = [
        ("fires_lost", "lost", [_lost(one, new, threshold) for one in comparison.fires_lost]),
        ("fires_gained", "gained", [_won(one, new, threshold) for one in comparison.fires_gained]),
        ("false_gained", "lost", [_alarm(one, new, threshold) for one in comparison.false_gained]),
        ("false_lost", "gained", [_alarm(one, old, before) for one in comparison.false_lost]),
    ]
    return joined(*(_part(key, look, rows) for key, look, rows in parts))


def _part(key: str, look: str, rows: Sequence[Row]) -> Markup:
    heading = tag("h3", say(f"compare.{key}"), class_=look if rows else None)
    if not rows:
        return joined(heading, tag("p", say("page.none")))
    body = [
        tag(
            "tr",
            tag("th", clipped(name), scope="row"),
            tag("td", what, class_="what"),
            tag("td", reason),
        )
        for name, what, reason in rows[:MOST_ROWS]
    ]
    heads = [
        say("table.recording"),
        say("table.fire") if key.startswith("fires") else say("table.moment"),
        say("table.reason"),
    ]
    left_out = len(rows) - MOST_ROWS
    return joined(
        heading,
        tag(
            "div",
            tag(
                "table",
                tag("thead", tag("tr", *(tag("th", one, scope="col") for one in heads))),
                tag("tbody", *body),
                class_="changes",
            ),
            class_="wide",
        ),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )


def _lost(one: ChangedFire, sequences: Mapping[str, SequenceRow], threshold: float | None) -> Row:
    """Why the second run missed it."""
    reason = None
    sequence = sequences.get(one.sequence)
    for fire in () if sequence is None else sequence.fires:
        if sequence is not None and fire.name == one.fire:
            seen = [frame for frame in sequence.frames if burns(fire, frame.at_s)]
            reason = miss_reason(seen, threshold)
    return one.sequence, _named(one.fire), reason


def _won(one: ChangedFire, sequences: Mapping[str, SequenceRow], threshold: float | None) -> Row:
    """By which alert the second run found it."""
    reason = None
    sequence = sequences.get(one.sequence)
    for fire in () if sequence is None else sequence.fires:
        if sequence is not None and fire.name == one.fire and fire.alert is not None:
            reason = alert_reason(sequence.alerts[fire.alert], threshold)
    return one.sequence, _named(one.fire), reason


def _alarm(one: ChangedAlert, sequences: Mapping[str, SequenceRow], threshold: float | None) -> Row:
    """Why it alerted."""
    sequence = sequences.get(one.sequence)
    alerts = () if sequence is None else sequence.alerts
    reason = alert_reason(alerts[one.alert], threshold) if one.alert < len(alerts) else None
    return one.sequence, moment(one.at_s), reason


def _named(name: str) -> Both:
    return Both(clipped(name), clipped(name))
