"""The frames of a recording that people have boxed, with their boxes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from detector.evaluate.footage import Moment, Recording, Sampling
from models.errors import FrameCorrupt, InputRefused
from models.footage import TrueBox, Truth

__all__ = ["WITHIN_S", "BoxedFrame", "boxed_frames"]

WITHIN_S: Final = 0.05
"""How far a frame may lie from the moment that was boxed: times in files are rounded."""


@dataclass(frozen=True, slots=True)
class BoxedFrame:
    """One of them.

    Attributes:
        at_s: the moment that was boxed, from the zero of the recording.
        jpeg: the picture.
        boxes: all smoke and flame in it; none where nothing burns.
    """

    at_s: float
    jpeg: bytes
    boxes: tuple[TrueBox, ...]


def boxed_frames(
    recording: Recording,
    truth: Truth,
    left_out: Counter[str],
    on_refused: Callable[[InputRefused], None],
) -> Iterator[BoxedFrame]:
    """Walk through a recording once and take the boxed frames.

    Args:
        recording: to walk through.
        truth: of it.
        left_out: counts boxed moments without a frame by why: ``ignored`` (something in it is
            neither right nor false), ``damaged``, ``missing``.
        on_refused: is told when the recording cannot be played.
    """
    boxes: dict[float, list[TrueBox]] = {at_s: [] for at_s in truth.boxed_at_s}
    for box in truth.boxes:
        boxes[box.at_s].append(box)
    taken = 0
    for at_s, moment in _nearest(_until_damage(recording, on_refused), truth.boxed_at_s):
        taken += 1
        if any(region.span.holds(at_s) for region in truth.ignored):
            left_out["ignored"] += 1
        elif isinstance(moment.picture, FrameCorrupt):
            left_out["damaged"] += 1
        else:
            yield BoxedFrame(at_s, moment.picture, tuple(boxes[at_s]))
    left_out["missing"] += len(truth.boxed_at_s) - taken


def _until_damage(
    recording: Recording, on_refused: Callable[[InputRefused], None]
) -> Iterator[Moment]:
    try:
        yield from recording.moments(Sampling())
    except InputRefused as error:
        on_refused(error)


def _nearest(
    moments: Iterator[Moment], wanted_s: Sequence[float]
) -> Iterator[tuple[float, Moment]]:
    """For each wanted time the nearest frame within reach; a frame serves one time only.

    Args:
        moments: rising.
        wanted_s: rising.
    """
    due = 0
    best: Moment | None = None
    for moment in moments:
        while due < len(wanted_s):
            away_s = abs(moment.at_s - wanted_s[due])
            if best is not None and away_s >= abs(best.at_s - wanted_s[due]):
                yield wanted_s[due], best
                due, best = due + 1, None
            elif away_s > WITHIN_S and moment.at_s > wanted_s[due]:
                due += 1  # nothing came near it
            else:
                best = moment if away_s <= WITHIN_S else None
                break
        else:
            return
    if best is not None:
        yield wanted_s[due], best
