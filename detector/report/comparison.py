"""Two replays side by side: ``comparison.html``, ``comparison.csv`` and ``comparison.json``."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detector.report.changes import changes
from detector.report.curves import curves_of
from detector.report.differences import Comparison, Difference, read_comparison
from detector.report.figures_csv import as_csv
from detector.report.markup import Both, Markup, clipped, joined, tag
from detector.report.numbers import count, interval, measured
from detector.report.page import flat_settings, page, reading, run_facts, section
from detector.report.reading import read_result
from detector.report.shape import Measure, Result, Slice
from detector.report.tables import measure_name
from detector.report.words import say, word
from detector.report.writing import write_whole

__all__ = ["write_comparison"]

SECTIONS: Final = ("summary", "measures", "changes", "curves", "slices", "runs", "reading")
PART_MEASURES: Final = (
    "event_recall",
    "time_to_detect_s",
    "false_alarms_per_camera_day",
    "precision",
)
MOST_PARTS: Final = 60
CSV_COLUMNS: Final = (
    "name", "first", "second", "difference", "low", "high", "p", "test", "verdict", "unit", "better"
)  # fmt: skip
NAMED: Final = 3
FEW: Final = 20
"""Below it few scenes are drawn from, and intervals come out narrower than they should."""


def write_comparison(
    out: Path,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    comparison: Mapping[str, Any],
) -> None:
    """Write how two runs differ.

    Args:
        out: folder, made when it is not there.
        first: ``result.json`` of the run that is compared with.
        second: of the other.
        comparison: of both, as :func:`detector.measures.comparing.compare` has it.

    Raises:
        InputRefused: one of them is not what it should be, or ``out`` cannot be written.
        StorageFull: the disk takes no more.
    """
    read = read_comparison(comparison)
    old, new = read_result(first), read_result(second)
    told = json.dumps(comparison, ensure_ascii=True, allow_nan=False, sort_keys=True, indent=1)
    write_whole(
        out,
        {
            "comparison.json": f"{told}\n".encode(),
            "comparison.csv": _csv(read.differences),
            "comparison.html": _page(old, new, read),
        },
    )


def _page(first: Result, second: Result, comparison: Comparison) -> bytes:
    parts = {
        "summary": tag("ul", *_sentences(comparison), class_="short"),
        "measures": joined(
            _measures(comparison.differences), tag("p", say("compare.note"), class_="more")
        ),
        "changes": changes(first, second, comparison),
        "curves": curves_of([first, second]),
        "slices": joined(
            _slices(first, second), tag("p", say("compare.parts_note"), class_="more")
        ),
        "runs": _runs(first, second),
        "reading": reading(),
    }
    names = [run.run.name or say("page.unnamed").zh for run in (first, second)]
    return page(
        say("page.comparison"),
        " → ".join(clipped(name, 50) for name in names),
        [(key, say(f"page.{key}")) for key in SECTIONS],
        *(section(key, parts[key]) for key in SECTIONS),
    )


def _sentences(comparison: Comparison) -> list[Markup]:
    lost, gained = len(comparison.fires_lost), len(comparison.fires_gained)
    said: list[tuple[Both, str | None]] = [
        (say("compare.lost", count=count(lost)), "lost")
        if lost > 0
        else (say("compare.lost_none"), None)
    ]
    if gained > 0:
        said.append((say("compare.gained", count=count(gained)), "gained"))
    new, gone = len(comparison.false_gained), len(comparison.false_lost)
    said.append((say("compare.false_changed", gained=count(new), lost=count(gone)), None))
    seen = count(comparison.sequences)
    if comparison.left_out:
        names = ", ".join(clipped(name, 60) for name in comparison.left_out[:NAMED])
        left_out = count(len(comparison.left_out))
        said.append((say("compare.only", count=seen, left_out=left_out, names=names), None))
    else:
        said.append((say("compare.same", count=seen), None))
    if comparison.sequences < FEW:
        said.append((say("compare.few"), None))
    return [tag("li", one, class_=look) for one, look in said]


def _measures(differences: Sequence[Difference]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", measure_name(one.measure.name), scope="row"),
            *(_value(one.measure, value) for value in (one.first, one.second)),
            _value(one.measure, one.measure.value, signed=True),
            tag("td", interval(one.measure, signed=True), class_="number"),
            tag("td", "" if one.p is None else f"{one.p:.3f}", class_="number", data_value=one.p),
            tag("td", say(f"compare.{one.verdict}"), class_=f"number {one.verdict}"),
        )
        for one in differences
    ]
    heads = ("measure", "first", "second", "difference", "interval", "p", "judgement")
    return _table(heads, rows, look="differences")


def _value(measure: Measure, value: float | None, *, signed: bool = False) -> Markup:
    shown = measured(measure, value, signed=signed)
    return tag("td", shown, class_="number", data_value=value)


def _slices(first: Result, second: Result) -> Markup:
    """The main figures of both runs, part by part."""
    both = {(one.by, one.word): [one, None] for one in first.slices}
    for other in second.slices:
        both.setdefault((other.by, other.word), [None, None])[1] = other
    rows = [
        tag(
            "tr",
            tag("th", word("by", by), ": ", word("part", part), scope="row"),
            *(_pair(name, sides) for name in PART_MEASURES),
        )
        for (by, part), sides in list(both.items())[:MOST_PARTS]
    ]
    if not rows:
        return tag("p", say("page.none"))
    left_out = len(both) - MOST_PARTS
    heads = [say("table.part"), *map(measure_name, PART_MEASURES)]
    return joined(
        _table(heads, rows),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )


def _pair(name: str, sides: Sequence[Slice | None]) -> Markup:
    found = [
        next((one for one in (side.measures if side else ()) if one.name == name), None)
        for side in sides
    ]
    first, second = (
        Both("\u2013", "\u2013") if one is None else measured(one, one.value) for one in found
    )
    if first == second:
        return tag("td", first, class_="number")
    return tag("td", first, " → ", second, class_="number")


def _runs(first: Result, second: Result) -> Markup:
    """Weights of both, and the settings that differ."""
    old, new = (flat_settings(one.run.settings) for one in (first, second))
    differing = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    rows = [
        tag(
            "tr",
            tag("th", tag("code", clipped(key)), scope="row"),
            *(tag("td", clipped(one.get(key, "\u2013"))) for one in (old, new)),
        )
        for key in differing
    ]
    return joined(
        *(
            joined(
                tag("h3", say(f"table.{order}"), ": ", clipped(one.run.name)), run_facts(one.run)
            )
            for order, one in (("first", first), ("second", second))
        ),
        tag("h3", say("compare.changed")),
        _table(("setting", "first", "second"), rows)
        if rows
        else tag("p", say("compare.none_changed")),
    )


def _table(
    heads: Sequence[str | Both], rows: Sequence[Markup], *, look: str | None = None
) -> Markup:
    said = [say(f"table.{one}") if isinstance(one, str) else one for one in heads]
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", one, scope="col") for one in said))),
            tag("tbody", *rows),
            class_=look,
        ),
        class_="wide",
    )


def _csv(differences: Sequence[Difference]) -> bytes:
    return as_csv(
        CSV_COLUMNS,
        [
            (
                one.measure.name,
                one.first,
                one.second,
                one.measure.value,
                one.measure.low,
                one.measure.high,
                one.p,
                one.test,
                one.verdict.removesuffix("_word"),
                one.measure.unit,
                one.measure.better,
            )
            for one in differences
        ],
    )
