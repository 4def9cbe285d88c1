"""Pictures with boxes found near and far of the true ones, and recordings with alerts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from detector.measures.boxes import Scene
from models.detection import Box, Label
from models.fix import Fix
from models.footage import Conditions, Ignored, Light, Span, TrueBox, TrueFire, Truth
from models.replay import Played, PlayedAlert, PlayedFrame


def make_scenes(seed: int, count: int = 12) -> list[Scene]:
    """Pictures with up to four true boxes and up to twelve detections near and far of them."""
    random = np.random.default_rng(seed)
    answer = []
    for number in range(count):
        truths = int(random.integers(0, 5)) if number % 3 else 0
        corner = random.uniform(0, 400, (truths, 2))
        true_boxes = np.concatenate([corner, corner + random.uniform(20, 150, (truths, 2))], 1)
        near = np.repeat(true_boxes, random.integers(0, 3, truths), axis=0)
        near = near + random.normal(0, 8, near.shape)
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 5)  # no box is turned inside out
        far = random.uniform(0, 400, (int(random.integers(0, 4)), 2))
        boxes = np.concatenate([near, np.concatenate([far, far + 40], 1)])
        answer.append(
            Scene(
                name=f"p{number}",
                group=f"g{number // 2}",
                view="tower" if truths else "neg_sky",
                source="s",
                true_classes=random.integers(0, 2, truths),
                true_boxes=true_boxes,
                classes=random.integers(0, 2, len(boxes)),
                scores=random.uniform(0.001, 1, len(boxes)).round(2),  # rounding makes ties
                boxes=boxes,
            )
        )
    return answer


START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
SIZE_PX = (1000, 500)
MINUTES = [60.0 * minute for minute in range(-5, 30)]
SIDES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


def frames(times: Sequence[float], *, refused: Collection[int] = ()) -> tuple[PlayedFrame, ...]:
    """Frames at some seconds; those of some indices were not scored."""
    return tuple(
        PlayedFrame(
            at_s,
            START + timedelta(seconds=at_s),
            refused="frozen" if place in refused else "",
        )
        for place, at_s in enumerate(times)
    )


def alert(
    at_s: float,
    box: Box = Box(Label.SMOKE, 0.5, 400.0, 200.0, 500.0, 300.0),  # noqa: B008 - frozen
    *,
    most: float = 3.0,
    last_at_s: float | None = None,
    fix: Fix | None = None,
) -> PlayedAlert:
    """An alert that opens at a second of its recording."""
    return PlayedAlert(
        frame=0,
        at_s=at_s,
        captured_at=START + timedelta(seconds=at_s),
        label=box.label,
        score=box.score,
        log_odds=2.0,
        most_log_odds=most,
        findings=(),
        hits=3,
        seen_for_s=60.0,
        box=box,
        last_at_s=at_s if last_at_s is None else last_at_s,
        sightings=1,
        fix=fix,
    )


def recording(
    truth: Truth | None,
    alerts: Sequence[PlayedAlert] = (),
    times: Sequence[float] = MINUTES,
    *,
    name: str = "r",
    scene: str = "",
    conditions: Conditions = Conditions(),  # noqa: B008 - frozen
    of: Sequence[PlayedFrame] = (),
) -> Played:
    """A recording with one frame a minute from five minutes before its zero."""
    shown = tuple(of) or frames(times)
    return Played(
        name, scene, SIZE_PX, conditions, truth, is_dated=True, frames=shown, alerts=tuple(alerts)
    )


def boxes_px() -> st.SearchStrategy[Box]:
    """Detections on a coarse grid, so that many touch, cover and just miss."""
    corner = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4))
    return st.builds(
        lambda label, score, c: Box(
            label,
            score,
            c[0] * 80.0,
            c[1] * 40.0,
            min(1000.0, (c[0] + c[2]) * 80.0),
            min(500.0, (c[1] + c[3]) * 40.0),
        ),
        st.sampled_from(Label),
        st.integers(1, 1000).map(lambda number: number / 1000),
        corner,
    )


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """Up to three fires, boxed at some minutes, with up to two ignored parts."""
    fires = []
    for place in range(draw(st.integers(0, 3))):
        lit_s = 60.0 * draw(st.integers(-6, 20))
        seen_s = lit_s + 30.0 * draw(st.integers(0, 8))
        lasts_s = draw(st.none() | st.integers(1, 20))
        fires.append(
            TrueFire(
                f"f{place}",
                None if draw(st.integers(0, 4)) == 0 else seen_s,
                lit_s if draw(st.booleans()) else None,
                until_s=None if lasts_s is None else seen_s + 60.0 * lasts_s,
            )
        )
    boxed = sorted(draw(st.sets(st.integers(-5, 29), max_size=6)))
    names = ["", *(fire.name for fire in fires)]
    boxes = []
    for minute in boxed if fires else []:
        for _ in range(draw(st.integers(0, 2))):
            left, upper = draw(st.integers(0, 3)), draw(st.integers(0, 3))
            boxes.append(
                TrueBox(
                    60.0 * minute,
                    draw(st.sampled_from(Label)),
                    *(SIDES[left], SIDES[upper]),
                    *(SIDES[left + draw(st.integers(1, 2))], SIDES[upper + 1]),
                    draw(st.sampled_from(names)),
                )
            )
    ignored = [
        Ignored(
            Span(60.0 * start, None if draw(st.booleans()) else 60.0 * start + 300.0),
            *draw(st.sampled_from([(0.0, 0.0, 1.0, 1.0), (0.2, 0.2, 0.6, 0.6)])),
        )
        for start in draw(st.lists(st.integers(-5, 29), max_size=2))
    ]
    return Truth(tuple(fires), tuple(boxes), tuple(60.0 * one for one in boxed), tuple(ignored))


@st.composite
def recordings(draw: st.DrawFn, name: str = "r") -> Played:
    """A recording as it may come, with boxes found at every minute."""
    refused = draw(st.sets(st.integers(0, 34), max_size=5))
    shown = frames(MINUTES, refused=refused)
    found = draw(st.lists(boxes_px(), max_size=4))
    found.sort(key=lambda box: -box.score)
    opened = sorted(draw(st.lists(st.integers(-5, 29), max_size=6)))
    return recording(
        draw(st.none() | truths() | truths()),
        [
            alert(60.0 * minute, draw(boxes_px()), most=float(draw(st.integers(1, 5))))
            for minute in opened
        ],
        name=name,
        scene=draw(st.sampled_from(["", "hill", "valley"])),
        conditions=Conditions(light=draw(st.sampled_from([None, *Light]))),
        of=[replace(frame, found=tuple(found)) for frame in shown],
    )
