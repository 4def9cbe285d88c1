"""A run's ``result.json`` as what a report is made of; what is wrong in it is refused by place."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from detector.report.given import Given
from detector.report.shape import (
    OUTCOMES,
    VERDICTS,
    AlertRow,
    BoxPx,
    Curve,
    FireRow,
    FootageRow,
    FrameRow,
    IgnoredRow,
    Measure,
    Result,
    Run,
    SequenceRow,
    Slice,
    TrueBoxRow,
)
from models.errors import InputRefused

__all__ = ["measures_in", "read_result"]

EDGES = ("x_min", "y_min", "x_max", "y_max")
LABELS = ("smoke", "flame")
UNITS = ("", "s", "frames", "m", "1/camera-day")


def read_result(result: Mapping[str, Any]) -> Result:
    """Check and read a result.

    Args:
        result: what ``result.json`` says.

    Raises:
        InputRefused: it is no result of a replay; names the place.
    """
    given = Given(result)
    if given["format"].whole() != 1:
        raise InputRefused(
            "The result is of a format that this version does not know.",
            remedy="Read it with the version that has written it, or replay the footage again.",
            code="replay_format",
        )
    figures = given["figures"]
    counts = figures["counts"].members()
    refused = counts.pop("refused", Given({})).members()
    judged = {one["name"].text(): one for one in figures["sequences"].each()}
    curves = figures["curves"]
    return Result(
        run=_run(given["run"]),
        counts={name: one.number() for name, one in counts.items()},
        refused={word: one.whole() for word, one in refused.items()},
        headline=measures_in(figures["headline"]),
        slices=tuple(
            Slice(one["by"].text(), one["word"].text(), measures_in(one["measures"]))
            for one in figures["slices"].each()
        ),
        precision_recall=_curves(curves["precision_recall"]),
        reliability=_curves(curves["reliability"]),
        froc=_curve(curves["froc"]),
        sequences=tuple(_sequence(one, judged) for one in given["sequences"].each()),
    )


def measures_in(given: Given) -> tuple[Measure, ...]:
    """A list of measures.

    Raises:
        InputRefused: it is none.
    """
    return tuple(
        Measure(
            name=one["name"].text(),
            value=one["value"].maybe_number(),
            low=one["low"].maybe_number(),
            high=one["high"].maybe_number(),
            count=one["count"].maybe_whole(),
            of=one["of"].maybe_whole(),
            unit=one["unit"].one_of(UNITS),
            better=one["better"].one_of(("higher", "lower")),
        )
        for one in given.each()
    )


def _run(given: Given) -> Run:
    model = given["model"]
    return Run(
        name=given["name"].text(""),
        model=model["name"].text(),
        model_version=model["version"].text(),
        model_sha256=model["sha256"].text(),
        config_version=given["config_version"].text(""),
        settings={name: one.value for name, one in given["settings"].members().items()},
        footage=tuple(
            FootageRow(
                one["name"].text(), one["sha256"].text(""), one["is_drill"].maybe_truth() or False
            )
            for one in given["footage"].each()
        ),
        refused=tuple(
            (one["name"].text(), one["code"].text("")) for one in given["refused"].each()
        ),
    )


def _curves(given: Given) -> dict[str, Curve]:
    return {label: _curve(one) for label, one in given.members().items()}


def _curve(given: Given) -> Curve:
    """Its points, three numbers each, without those that cannot be placed."""
    points = []
    for one in given.each():
        point = [number.maybe_number() for number in one.each()]
        if len(point) != 3:
            raise _no_match(one, "no point of three numbers")
        across, up, weight = point
        if across is not None and up is not None:
            points.append((across, up, 0.0 if weight is None else weight))
    return tuple(points)


def _sequence(given: Given, judged: Mapping[str, Given]) -> SequenceRow:
    name = given["name"].text()
    verdicts = judged.get(name)
    if verdicts is None:
        raise _no_match(given, "a sequence without figures")
    truth = given["truth"]
    outcomes = {one["name"].text(): one for one in verdicts["fires"].each()}
    frames = tuple(map(_frame, given["frames"].each()))
    if any(after.at_s < before.at_s for before, after in pairwise(frames)):
        raise _no_match(given["frames"], "not in the order of time")
    alerts = list(given["alerts"].each())
    words = [one.one_of(VERDICTS) for one in verdicts["alerts"].each()]
    if len(words) != len(alerts):
        raise _no_match(given["alerts"], f"{len(alerts)} alerts with {len(words)} verdicts")
    fires = tuple(_fire(one, outcomes) for one in truth["fires"].each()) if truth.value else ()
    for fire in fires:
        if fire.alert is not None and fire.alert >= len(alerts):
            raise _no_match(given, f"found by alert {fire.alert}, which is none,")
    return SequenceRow(
        name=name,
        scene=given["scene"].text(""),
        conditions=_conditions(given["conditions"]),
        is_known=truth.value is not None,
        is_dated=given["is_dated"].maybe_truth() or False,
        fires=fires,
        boxes=tuple(map(_true_box, truth["boxes"].each())) if truth.value else (),
        ignored=tuple(map(_ignored, truth["ignored"].each())) if truth.value else (),
        frames=frames,
        alerts=tuple(_alert(one, word) for one, word in zip(alerts, words, strict=True)),
    )


def _frame(given: Given) -> FrameRow:
    return FrameRow(
        at_s=given["at_s"].number(),
        refused=given["refused"].text(""),
        smoke=given["smoke"].maybe_number() or 0.0,
        flame=given["flame"].maybe_number() or 0.0,
        log_odds=given["log_odds"].maybe_number(),
    )


def _alert(given: Given, verdict: str) -> AlertRow:
    return AlertRow(
        frame=given["frame"].whole(),
        at_s=given["at_s"].number(),
        captured_at=given["captured_at"].text(""),
        label=given["label"].one_of(LABELS),
        score=given["score"].number(),
        log_odds=given["log_odds"].number(),
        findings=tuple(one.text() for one in given["findings"].each()),
        hits=given["hits"].whole(),
        seen_for_s=given["seen_for_s"].number(),
        box=_box(given["box"]) if "box" in given else None,
        verdict=verdict,
    )


def _fire(given: Given, outcomes: Mapping[str, Given]) -> FireRow:
    name = given["name"].text()
    verdict = outcomes.get(name)
    if verdict is None:
        raise _no_match(given, "a fire without a verdict")
    return FireRow(
        name=name,
        first_visible_s=given["first_visible_s"].maybe_number(),
        ignition_s=given["ignition_s"].maybe_number(),
        clear_s=given["clear_s"].maybe_number(),
        until_s=given["until_s"].maybe_number(),
        unseen=given["unseen"].text(""),
        outcome=verdict["outcome"].one_of(OUTCOMES),
        alert=verdict["alert"].maybe_whole(),
        from_visible_s=verdict["from_visible_s"].maybe_number(),
        from_visible_frames=verdict["from_visible_frames"].maybe_number(),
        from_ignition_s=verdict["from_ignition_s"].maybe_number(),
        location_error_m=verdict["location_error_m"].maybe_number(),
        in_region=verdict["in_region"].maybe_truth(),
    )


def _true_box(given: Given) -> TrueBoxRow:
    return TrueBoxRow(given["at_s"].number(), given["label"].one_of(LABELS), _box(given))


def _ignored(given: Given) -> IgnoredRow:
    span = given["span"]
    return IgnoredRow(
        span["from_s"].number(), span["until_s"].maybe_number(), given["why"].text("")
    )


def _box(given: Given) -> BoxPx:
    """A box as four named edges."""
    edges = [given[edge].number() for edge in EDGES]
    return edges[0], edges[1], edges[2], edges[3]


def _conditions(given: Given) -> dict[str, str | float]:
    return {
        name: one.value if isinstance(one.value, str) else one.number()
        for name, one in given.members().items()
        if one.value is not None
    }


def _no_match(given: Given, what: str) -> InputRefused:
    return InputRefused(
        f"This is no result of a replay: {given.place} is {what}.",
        remedy="Name a result.json that 'firewatch replay' has written.",
        code="replay_result",
    )
