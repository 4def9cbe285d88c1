"""A recording over time: what burned, what was scored, what was refused, when it alerted.

Positions are shares of the width, so that letters keep their size on a narrow screen and on paper.
However long a recording is, its drawing has at most :data:`COLUMNS` columns, each with the most
that was seen in it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from detector.report.markup import Both, Child, Markup, both_texts, clipped, joined, tag
from detector.report.numbers import count, duration, length, moment
from detector.report.shape import FireRow, SequenceRow
from detector.report.words import say, word

__all__ = ["listed", "timeline"]

COLUMNS: Final = 240
FEWEST_COLUMNS: Final = 60
SCORES_PX: Final = 40.0
"""Height of a score of 1."""
TOP_PX: Final = 22.0
REFUSED_PX: Final = 8.0
ALERTS_PX: Final = 20.0
_BASE: Final = TOP_PX + SCORES_PX
HEIGHT_PX: Final = TOP_PX + SCORES_PX + REFUSED_PX + ALERTS_PX
MOST_MARKS: Final = 120
MARKS: Final = {"right": "▲", "false": "✕", "early": "◆", "ignored": "○", "unjudged": "□"}


def timeline(sequence: SequenceRow, number: int, *, is_drill: bool = False) -> Markup:
    """One recording.

    Args:
        sequence: to draw.
        number: tells its ids from those of others.
        is_drill: made, not taken; it is marked as such.
    """
    named = f"recording-{number}"
    return tag(
        "section",
        tag("h3", clipped(sequence.name), *((" ", _drill_mark()) if is_drill else ()), id=named),
        tag("p", *_about(sequence), class_="about"),
        _drawing(sequence, named),
        tag(
            "div",
            tag("span", _time(sequence, 0)),
            tag("span", _time(sequence, -1)),
            class_="ends",
        ),
        tag("ul", *(tag("li", _fate(fire)) for fire in sequence.fires[:MOST_MARKS]))
        if sequence.fires
        else None,
        class_="timeline",
    )


def _drill_mark() -> Markup:
    return tag("span", say("time.drill"), class_="kind")


def _about(sequence: SequenceRow) -> list[Child]:
    parts: list[Child] = [say("time.frames", count=count(len(sequence.frames)))]
    refused = [frame.refused for frame in sequence.frames if frame.refused]
    if refused:
        words = listed([word("drop", one) for one in sorted(set(refused))[:6]])
        parts.append(say("time.refused", count=count(len(refused)), why=words))
    if not sequence.is_known:
        parts.append(say("time.unknown"))
    elif not sequence.fires:
        parts.append(say("time.quiet"))
    alerts = len(sequence.alerts)
    parts.append(say("time.alerts", count=count(alerts)) if alerts else say("time.no_alerts"))
    parts += [
        word("part", value)
        for _, value in sorted(sequence.conditions.items())
        if isinstance(value, str)
    ]
    range_m = sequence.conditions.get("range_m")
    if isinstance(range_m, float):
        parts.append(length(range_m))
    return [one for part in parts for one in (" · ", part)][1:]


def _drawing(sequence: SequenceRow, named: str) -> Markup:
    from_s, until_s = sequence.from_s, sequence.until_s
    span_s = (until_s - from_s) or 1.0

    def share(at_s: float) -> float:
        return min(100.0, max(0.0, 100.0 * (at_s - from_s) / span_s))

    def band(start_s: float, end_s: float | None, look: str) -> Markup:
        left, right = share(start_s), 100.0 if end_s is None else share(end_s)
        return tag(
            "rect",
            x=f"{left:.2f}%",
            width=f"{max(right - left, 0.2):.2f}%",
            y=TOP_PX,
            height=SCORES_PX,
            class_=look,
        )

    def mark(at_s: float, look: str, says: Both) -> Markup | None:
        if not from_s <= at_s <= until_s:
            return None
        at = share(at_s)
        # Ignition comes first: its word stands left of its line, and neither hides the other.
        end = "end" if at > 70.0 or (look == "ignition" and at > 10.0) else "start"
        return joined(
            tag("line", x1=f"{at:.2f}%", x2=f"{at:.2f}%", y1=TOP_PX - 6.0, y2=_BASE, class_=look),
            both_texts(says, x=f"{at:.2f}%", y=12.0, class_=f"word {end}"),
        )

    fires = sequence.fires[:MOST_MARKS]
    alerts = sequence.alerts[:MOST_MARKS]
    words_for = fires if len(fires) <= 2 else ()  # more words would lie over each other
    return tag(
        "svg",
        *(
            band(fire.first_visible_s, fire.until_s, "burning")
            for fire in fires
            if fire.first_visible_s is not None
        ),
        *(band(one.from_s, one.until_s, "left-out") for one in sequence.ignored[:MOST_MARKS]),
        tag("line", x1="0", x2="100%", y1=_BASE, y2=_BASE, class_="base"),
        _columns(sequence, share),
        *(marked for fire in words_for for marked in _moments(fire, mark)),
        *(
            tag(
                "text",
                MARKS[alert.verdict],
                tag("title", _alert_words(alert.verdict, alert.label, alert.at_s)),
                x=f"{share(alert.at_s):.2f}%",
                y=HEIGHT_PX - 4.0,
                class_=f"alert {alert.verdict}",
            )
            for alert in alerts
        ),
        width="100%",
        height=HEIGHT_PX,
        class_="time",
        role="img",
        aria_labelledby=named,
    )


def _moments(
    fire: FireRow, mark: Callable[[float, str, Both], Markup | None]
) -> Iterator[Markup | None]:
    if fire.ignition_s is not None and fire.ignition_s != fire.first_visible_s:
        yield mark(fire.ignition_s, "ignition", say("time.ignition"))
    if fire.first_visible_s is not None:
        yield mark(fire.first_visible_s, "first-sight", say("time.first_sight"))


def _columns(sequence: SequenceRow, share: Callable[[float], float]) -> Markup:
    """Scores and refused frames, the most of each column."""
    columns = min(COLUMNS, max(FEWEST_COLUMNS, len(sequence.frames)))
    smoke, flame = [0.0] * columns, [0.0] * columns
    refused = [False] * columns
    for frame in sequence.frames:
        column = min(columns - 1, int(share(frame.at_s) / 100.0 * columns))
        if frame.refused:
            refused[column] = True
        smoke[column] = max(smoke[column], frame.smoke)
        flame[column] = max(flame[column], frame.flame)
    return joined(
        *(
            tag(
                "svg",
                tag("path", d=path, class_=look),
                viewBox=f"0 0 {columns} 100",
                preserveAspectRatio="none",
                x="0",
                y=top,
                width="100%",
                height=height,
            )
            for look, path, top, height in (
                ("smoke", _bars(smoke), TOP_PX, SCORES_PX),
                ("flame", _bars(flame, narrow=True), TOP_PX, SCORES_PX),
                ("refused", _bars([float(one) for one in refused]), _BASE + 2.0, REFUSED_PX - 4.0),
            )
            if path
        )
    )


def _bars(values: Sequence[float], *, narrow: bool = False) -> str:
    """Upright bars from the lower edge of a field 100 high; nothing for 0."""
    left, width = (0.3, 0.4) if narrow else (0.05, 0.9)
    return "".join(
        f"M{i + left:g} 100v-{100.0 * min(1.0, value):.0f}h{width:g}V100z"
        for i, value in enumerate(values)
        if value >= 0.01
    )


def _fate(fire: FireRow) -> Both:
    """What became of a fire, in one line."""
    name = clipped(fire.name, 60)
    if fire.outcome == "unseen":
        return say("time.fire_unseen", name=name, why=fire.unseen)
    if fire.outcome == "missed":
        return say("time.fire_missed", name=name)
    said = say("time.fire_found_plain", name=name)
    if fire.from_visible_s is not None and fire.from_visible_frames is not None:
        said = say(
            "time.fire_found",
            name=name,
            delay=duration(fire.from_visible_s),
            frames=count(fire.from_visible_frames),
        )
    if fire.location_error_m is not None:
        said = said + " · " + say("time.located", error=length(fire.location_error_m))
    if fire.in_region is not None:
        said = said + " · " + say(f"time.{'in' if fire.in_region else 'out_of'}_region")
    return said


def _alert_words(verdict: str, label: str, at_s: float) -> str:
    """Of an alert, both languages in one line: a title cannot be switched."""
    parts = (word("label", label), word("verdict", verdict), moment(at_s))
    return " / ".join(" ".join(getattr(part, side) for part in parts) for side in ("zh", "en"))


def _time(sequence: SequenceRow, index: int) -> Both:
    return moment((sequence.from_s, sequence.until_s)[index])


def listed(words: Sequence[Both]) -> Both:
    """Words one after the other, each once."""
    between = say("unit.list")
    kept = list(dict.fromkeys(words))
    return Both(between.zh.join(one.zh for one in kept), between.en.join(one.en for one in kept))
