"""Replays made of values: recordings as they come out of the watch, and the result around them."""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from detector.measures import figures_of
from detector.replay.result import played_as_json
from models.config import Settings
from models.detection import Box, Label
from models.footage import Conditions, Ignored, Light, Sky, Span, TrueBox, TrueFire, Truth
from models.replay import Played, PlayedAlert, PlayedFrame

__all__ = [
    "JUNK",
    "RecordingMade",
    "alert_at",
    "made_result",
    "result_of",
    "three_recordings",
    "ways_into",
    "with_value",
]

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
STEP_S = 60.0
SIZE_PX = (1280, 720)
JUNK: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([[], [[]], {}, {"x": 1}, [1], "9" * 10, "2026-01-01T00:00:00Z", "smoke"]),
)
"""What a document may have in the place of a value."""


@dataclass(frozen=True)
class RecordingMade:
    """A recording of one frame a minute.

    Attributes:
        from_s: of its first frame.
        refused: words by the index of their frame.
        smoke: scores by the index of their frame.
        log_odds: likewise.
        alerts: seconds and evidence of each.
    """

    name: str
    frames: int = 30
    from_s: float = 0.0
    truth: Truth | None = field(default_factory=Truth)
    conditions: Conditions = field(default_factory=Conditions)
    refused: dict[int, str] = field(default_factory=dict)
    smoke: dict[int, float] = field(default_factory=dict)
    log_odds: dict[int, float] = field(default_factory=dict)
    alerts: Sequence[PlayedAlert] = ()
    scene: str = ""

    def played(self) -> Played:
        at_s = [self.from_s + STEP_S * index for index in range(self.frames)]
        return Played(
            name=self.name,
            scene=self.scene or self.name,
            size_px=SIZE_PX,
            conditions=self.conditions,
            truth=self.truth,
            is_dated=True,
            frames=tuple(
                PlayedFrame(
                    at_s=one,
                    captured_at=START + timedelta(seconds=one),
                    refused=self.refused.get(index, ""),
                    smoke=self.smoke.get(index, 0.0),
                    log_odds=self.log_odds.get(index),
                )
                for index, one in enumerate(at_s)
            ),
            alerts=tuple(self.alerts),
        )


def alert_at(
    frame: int,
    *,
    from_s: float = 0.0,
    log_odds: float = 2.5,
    findings: Sequence[str] = ("persisted", "grew"),
    box: tuple[float, float, float, float] = (600.0, 300.0, 680.0, 360.0),
) -> PlayedAlert:
    """An alert of smoke at a frame of a recording of one a minute."""
    at_s = from_s + STEP_S * frame
    return PlayedAlert(
        frame=frame,
        at_s=at_s,
        captured_at=START + timedelta(seconds=at_s),
        label=Label.SMOKE,
        score=0.71,
        log_odds=log_odds,
        most_log_odds=log_odds + 1.0,
        findings=tuple(findings),
        hits=4,
        seen_for_s=180.0,
        box=Box(Label.SMOKE, 0.71, *box),
        last_at_s=at_s + 60.0,
        sightings=2,
    )


def three_recordings() -> list[Played]:
    """A fire that is found after an early alarm, one that is missed, and a false alarm."""
    found = RecordingMade(
        "ridge",
        from_s=-600.0,
        truth=Truth(
            (TrueFire("north slope", 120.0, 0.0, 240.0),),
            ignored=(Ignored(Span(900.0, 960.0), why="birds"),),
        ),
        conditions=Conditions(light=Light.DAY, sky=Sky.HAZE, range_m=3200.0),
        refused={3: "frozen", 4: "frozen"},
        smoke={index: 0.1 + 0.02 * index for index in range(10, 30)},
        log_odds={14: 1.2, 15: 2.4},
        alerts=[alert_at(5, from_s=-600.0, log_odds=2.1), alert_at(15, from_s=-600.0)],
    )
    missed = RecordingMade(
        "valley",
        truth=Truth(
            (
                TrueFire("barn", 300.0, None, None, 1200.0),
                TrueFire("behind", None, unseen="behind the ridge"),
            ),
            boxes=(TrueBox(600.0, Label.SMOKE, 0.25, 0.5, 0.375, 0.75, "barn"),),
            boxed_at_s=(600.0,),
        ),
        conditions=Conditions(light=Light.NIGHT),
        refused={6: "corrupt"},
        smoke={7: 0.31, 8: 0.2},
        log_odds={7: 0.9},
    )
    quiet = RecordingMade(
        "quiet", frames=40, alerts=[alert_at(8, log_odds=3.75, findings=("drifted", "unheard of"))]
    )
    return [found.played(), missed.played(), quiet.played()]


def result_of(played: Sequence[Played], name: str = "autumn", **run: object) -> dict[str, Any]:
    """``result.json`` of a run, read back from its text as whoever opens the file reads it."""
    settings = Settings()
    result = {
        "format": 1,
        "run": {
            "name": name,
            "model": {"name": "firewatch", "version": "2026.11.0", "sha256": "ab" * 32},
            "config_version": "c0ffee",
            "settings": {"evidence": settings.evidence.model_dump()},
            "footage": [{"name": one.name, "sha256": "cd" * 32} for one in played],
        }
        | run,
        "figures": figures_of(played),
        "sequences": [played_as_json(one) for one in played],
    }
    told: dict[str, Any] = json.loads(json.dumps(result, allow_nan=False))
    return told


def made_result() -> dict[str, Any]:
    """Of :func:`three_recordings`."""
    return result_of(three_recordings())


def ways_into(value: object) -> list[tuple[Any, ...]]:
    """Ways to every value inside a document, of each list to its first two only."""
    return [way for way in _ways(value) if way]


def with_value(document: dict[str, Any], way: tuple[Any, ...], value: object) -> dict[str, Any]:
    """A copy with another value in one place."""
    changed: dict[str, Any] = copy.deepcopy(document)
    inside: Any = changed
    for step in way[:-1]:
        inside = inside[step]
    inside[way[-1]] = value
    return changed


def _ways(value: object, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _ways(one, (*way, key))
    elif isinstance(value, list):
        for index, one in enumerate(value[:2]):
            yield from _ways(one, (*way, index))
