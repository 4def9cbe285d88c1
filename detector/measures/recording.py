"""One played recording, judged once, for every figure that it enters."""

from dataclasses import dataclass

from detector.measures.boxes import Judged, Scene, judge_each
from detector.measures.events import Watched, judge_recording
from detector.measures.onfire import Onfire, onfire_of
from detector.measures.precision import OVERLAPS
from detector.measures.truth_boxes import boxed_scenes
from models.detection import Label
from models.replay import Played

__all__ = ["Recording", "judged_recording"]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording with its verdicts.

    Attributes:
        played: what came of it.
        watched: its alerts and fires, judged.
        scenes: its boxed frames.
        judged: of each class, for each of the ten overlaps, one entry a boxed frame.
        onfire: what it gives to the contest's score.
    """

    played: Played
    watched: Watched
    scenes: tuple[Scene, ...]
    judged: dict[Label, tuple[tuple[Judged, ...], ...]]
    onfire: Onfire


def judged_recording(played: Played) -> Recording:
    """Judge a recording."""
    watched = judge_recording(played)
    scenes = tuple(boxed_scenes(played))
    return Recording(
        played=played,
        watched=watched,
        scenes=scenes,
        judged={label: _judged(scenes, label) for label in Label},
        onfire=onfire_of(played, watched),
    )


def _judged(scenes: tuple[Scene, ...], label: Label) -> tuple[tuple[Judged, ...], ...]:
    each = [judge_each(scene, label, OVERLAPS.tolist()) for scene in scenes]
    return tuple(tuple(one[place] for one in each) for place in range(len(OVERLAPS)))
