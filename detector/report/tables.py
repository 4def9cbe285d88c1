"""The figures of a run as tables: what they are, how sure they are, and what they say."""

from collections.abc import Sequence
from typing import Final

from detector.report.markup import Both, Child, Markup, clipped, joined, tag
from detector.report.numbers import count, duration, interval, measured, rounded
from detector.report.shape import Measure, Result, Slice
from detector.report.timeline import listed
from detector.report.words import known, say, word

__all__ = ["headline", "measure_name", "short", "slices"]

NOTHING: Final = "\u2013"
"""In the place of a number that nothing tells."""
FEW_FIRES: Final = 30
"""Below it the 95 % interval of a share is wider than ± 18 points at worst (Wilson)."""
MOST_PARTS: Final = 40
"""Rows of one table; a run over hundreds of scenes has as many."""
TILES: Final = ("sequences", "scenes", "frames", "camera_days", "fires", "alerts")


def measure_name(name: str) -> Both:
    """What people call a measure."""
    return say(f"measure.{name}.name") if known_measure(name) else word("measure", name)


def known_measure(name: str) -> bool:
    """Whether there are words for a measure."""
    return "." not in name and known(f"measure.{name}", "name")


def short(result: Result) -> Markup:
    """The run in a few sentences and its counts."""
    return joined(
        tag("ul", *(tag("li", said) for said in _sentences(result)), class_="short"),
        tag(
            "dl",
            *(
                tag("div", tag("dt", say(f"tile.{name}")), tag("dd", count(result.counts[name])))
                for name in TILES
                if name in result.counts
            ),
            class_="tiles",
        ),
        _not_judged(result),
    )


def _not_judged(result: Result) -> Markup | None:
    """Footage that was named and could not be judged."""
    refused = result.run.refused
    if not refused:
        return None
    rows = [
        tag("tr", tag("th", clipped(name), scope="row"), tag("td", tag("code", clipped(code))))
        for name, code in refused[:MOST_PARTS]
    ]
    left_out = len(refused) - MOST_PARTS
    return joined(
        tag("h3", say("short.not_judged", count=count(len(refused))), class_="worse"),
        _table([say("table.recording"), say("table.reason")], rows, look="not-judged"),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )


def headline(measures: Sequence[Measure]) -> Markup:
    """The table of the whole run."""
    rows = [
        tag(
            "tr",
            tag("th", measure_name(one.name), scope="row"),
            tag("td", measured(one, one.value), class_="number", data_value=one.value),
            tag("td", interval(one), class_="number"),
            tag("td", _counted(one), class_="number"),
            tag("td", _means(one), class_="means"),
        )
        for one in measures
    ]
    heads = ("measure", "value", "interval", "counted", "means")
    return _table([say(f"table.{key}") for key in heads], rows, look="headline")


def slices(result: Result) -> Markup:
    """One table for each way of cutting the footage."""
    ways = dict.fromkeys(one.by for one in result.slices)
    tables = [_slice_table(by, [one for one in result.slices if one.by == by]) for by in ways]
    return joined(*tables) if tables else tag("p", say("page.none"))


def _slice_table(by: str, parts: Sequence[Slice]) -> Markup:
    names = list(
        dict.fromkeys(
            measure.name for part in parts for measure in part.measures if measure.value is not None
        )
    )
    rows = []
    for part in parts[:MOST_PARTS]:
        values = {measure.name: measure for measure in part.measures}
        cells = [_cell(values.get(name)) for name in names]
        rows.append(tag("tr", tag("th", word("part", part.word), scope="row"), *cells))
    left_out = len(parts) - MOST_PARTS
    return joined(
        tag("h3", word("by", by)),
        _table([say("table.part"), *map(measure_name, names)], rows, look="parts"),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )


def _cell(measure: Measure | None) -> Markup:
    if measure is None or measure.value is None:
        return tag("td", NOTHING, class_="number")
    ends = interval(measure)
    return tag(
        "td",
        measured(measure, measure.value),
        tag("small", _counted(measure)) if measure.count is not None else None,
        tag("small", ends) if ends.en else None,
        class_="number",
        data_value=measure.value,
    )


def _table(heads: Sequence[Both], rows: Sequence[Child], *, look: str) -> Markup:
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
            tag("tbody", *rows),
            class_=look,
        ),
        class_="wide",
    )


def _counted(measure: Measure) -> Both:
    if measure.count is None:
        return Both("", "")
    if measure.of is None:
        return Both(count(measure.count), count(measure.count))
    return say("table.count_of", count=count(measure.count), of=count(measure.of))


def _means(measure: Measure) -> Both | None:
    if not known_measure(measure.name):
        return None
    return say(f"measure.{measure.name}.means") + " " + say(f"table.{measure.better}")


def _sentences(result: Result) -> list[Both]:
    counts = result.counts
    values = {measure.name: measure for measure in result.headline}
    visible = int(counts.get("visible_fires", 0))
    found = sum(fire.outcome == "found" for one in result.sequences for fire in one.fires)
    said = _drill(result)
    if visible == 0:
        said.append(say("short.no_fires"))
    elif found >= visible:
        said.append(say("short.all_found", visible=count(visible)))
    else:
        said.append(say("short.fires", found=count(found), visible=count(visible)))
    delay = values.get("time_to_detect_s")
    if delay is not None and delay.value is not None:
        said.append(say("short.delay", delay=duration(delay.value)))
    said += _false_alarms(result, values.get("false_alarms_per_camera_day"))
    if 0 < visible < FEW_FIRES:
        said.append(say("short.few", visible=count(visible)))
    unseen = int(counts.get("fires", 0)) - visible
    for key, number in (
        ("unseen", unseen),
        ("unjudged", counts.get("unjudged_alerts", 0)),
        ("ignored", counts.get("ignored_alerts", 0)),
    ):
        if number > 0:
            said.append(say(f"short.{key}", count=count(number)))
    refused = sum(result.refused.values())
    if refused > 0:
        why = listed([word("drop", one) for one, many in result.refused.items() if many > 0][:8])
        frames = count(counts.get("frames", 0))
        said.append(say("short.refused", count=count(refused), frames=frames, why=why))
    return said


def _drill(result: Result) -> list[Both]:
    """A warning where footage was made: what comes of it says little about real smoke."""
    footage = result.run.footage
    drills = sum(one.is_drill for one in footage)
    return [say("short.drill", count=count(drills), all=count(len(footage)))] if drills > 0 else []


def _false_alarms(result: Result, rate: Measure | None) -> list[Both]:
    counts = result.counts
    false, days = counts.get("false_alarms", 0), rounded(_days(result), 3)
    early = counts.get("early_alarms", 0)
    if false == 0:
        return [say("short.no_false", days=days)]
    told = NOTHING if rate is None or rate.value is None else rounded(rate.value, 3)
    said = [say("short.false_rate", false=count(false), days=days, rate=told)]
    return [*said, say("short.early", early=count(early))] if early > 0 else said


def _days(result: Result) -> float:
    """In which an alert could be false; all of them where the result does not tell them apart."""
    counts = result.counts
    return counts.get("judged_camera_days", counts.get("camera_days", 0.0))
