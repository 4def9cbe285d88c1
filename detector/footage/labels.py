"""From the labels of pictures to the truth about a recording.

A label finds its frame by the number of the frame (videos), by the name of the picture, or by its
seconds from ignition. What is labelled becomes one fire, from the first frame in which something
burns; when it was lit, and whether it is really one, labels do not tell, and a person corrects it.
What lies before the first labelled frame and after the last is ignored: nobody looked there.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from camera_gateway.sources.video_frames import iterate_frames
from detector.evaluate.footage import PictureSequence, VideoSequence
from detector.footage.labelled import Labelled
from models.errors import FrameCorrupt, InputRefused
from models.footage import Ignored, Span, TrueBox, TrueFire, Truth

__all__ = ["FrameTimes", "frame_times", "truth_of"]

FIRE: Final = "fire 1"
UNLABELLED: Final = "nobody labelled this part"
_WITHIN_S: Final = 0.05
_NUMBER = re.compile(r"(\d{1,9})$")


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """When the frames of a recording are.

    Attributes:
        at_s: of each, from the zero of the recording, rising.
        by_stem: index of a picture by its name without folder and suffix; empty for a video, where
            a name ends with the number of its frame, from 0.
    """

    at_s: tuple[float, ...]
    by_stem: Mapping[str, int]


def frame_times(recording: PictureSequence | VideoSequence) -> FrameTimes:
    """When its frames really are; a video is decoded for it, and its header asked nothing.

    A damaged video has the frames before the damage.

    Raises:
        InputRefused: it cannot be played.
    """
    if isinstance(recording, PictureSequence):
        stems = {path.stem: index for index, (_, path) in enumerate(recording.pictures)}
        return FrameTimes(recording.times_s(), stems)
    at_s: list[float] = []
    try:
        for time_s, _frame in iterate_frames(recording.path):
            at_s.append(time_s)  # those before the damage count
    except FrameCorrupt:
        pass
    return FrameTimes(tuple(at_s), {})


def truth_of(
    labels: Iterable[Labelled],
    times: FrameTimes,
    *,
    on_refused: Callable[[InputRefused], None] | None = None,
) -> Truth:
    """What the labels say of a recording.

    Args:
        labels: of its frames; those of other recordings are refused one by one.
        times: of its frames, at least one.
        on_refused: is told of a label without its frame, and the rest is taken; without it the
            first one refuses the whole.

    Raises:
        InputRefused: no label has a frame here, or, without ``on_refused``, one has none.
    """
    placed: dict[int, Labelled] = {}
    for label in labels:
        try:
            index = _index(label, times)
            if index in placed:
                raise _stray(label, "another label stands at its frame")
        except InputRefused as error:
            if on_refused is None:
                raise
            on_refused(error)
            continue
        placed[index] = label
    if not placed:
        raise InputRefused(
            "None of the labels belongs to a frame of this recording.",
            remedy="Name the recording that was labelled.",
            code="no_labels",
        )
    ordered = sorted(placed.items())
    fires = _fires(ordered, times.at_s)
    fire = fires[0].name if fires else ""
    return Truth(
        fires,
        tuple(
            TrueBox(times.at_s[index], box.label, *box.sides, fire=fire)
            for index, label in ordered
            for box in label.boxes
        ),
        tuple(times.at_s[index] for index, label in ordered if label.is_boxed),
        tuple(_ignored(ordered, times.at_s)),
    )


def _index(label: Labelled, times: FrameTimes) -> int:
    stem = PurePosixPath(label.name).stem
    named = times.by_stem.get(stem)
    if named is None and not times.by_stem:
        found = _NUMBER.search(stem)
        named = int(found[1]) if found is not None else None
    index = label.frame if label.frame is not None else named
    if index is None and label.at_s is not None:
        index = _nearest(label.at_s, times.at_s)
    if index is None:
        raise _stray(label, "the recording has no picture of this name")
    if index >= len(times.at_s):
        raise _stray(label, f"the recording has {len(times.at_s)} frames, numbered from 0")
    return index


def _nearest(at_s: float, times_s: Sequence[float]) -> int | None:
    behind = bisect_left(times_s, at_s)
    around = [index for index in (behind - 1, behind) if 0 <= index < len(times_s)]
    best = min(around, key=lambda index: abs(times_s[index] - at_s))
    return best if abs(times_s[best] - at_s) <= _WITHIN_S else None


def _fires(ordered: Sequence[tuple[int, Labelled]], at_s: Sequence[float]) -> tuple[TrueFire, ...]:
    burning = [index for index, label in ordered if label.boxes or label.burns]
    if not burning:
        return ()
    out = [
        at_s[index]
        for index, label in ordered
        if index > burning[-1] and label.is_boxed and not label.boxes
    ]
    first_s = at_s[burning[0]]
    from_ignition = all(label.at_s is not None for _, label in ordered)
    return (
        TrueFire(
            FIRE,
            first_s,
            ignition_s=min(0.0, first_s) if from_ignition else None,
            until_s=out[0] if out else None,
        ),
    )


def _ignored(ordered: Sequence[tuple[int, Labelled]], at_s: Sequence[float]) -> Iterable[Ignored]:
    first, last = ordered[0][0], ordered[-1][0]
    if first > 0:
        yield Ignored(Span(at_s[0], at_s[first]), why=UNLABELLED)
    for index, label in ordered:
        span = Span(at_s[index], at_s[index + 1] if index + 1 < len(at_s) else None)
        for sides in label.ignored:
            yield Ignored(span, *sides)
    if last + 1 < len(at_s):
        yield Ignored(Span(at_s[last + 1]), why=UNLABELLED)


def _stray(label: Labelled, why: str) -> InputRefused:
    return InputRefused(
        f"The label {label.name[:200]!r}: {why}.",
        remedy="Leave it out, or name the recording that was labelled.",
        code="label_without_frame",
    )
