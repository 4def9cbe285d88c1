"""The footage that the decision is judged on, and what is true of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from detector.evaluate.events import EVENTS_FILE, FireEvent, read_events
from detector.evaluate.footage import (
    SOME_DAY,
    Moment,
    PictureSequence,
    Recording,
    Sampling,
    VideoSequence,
    find_recordings,
)
from models.errors import InputRefused
from training.negatives import negative_sequences, quiet_pictures

__all__ = [
    "CADENCE_CLIPS",
    "FIRE_CLIPS",
    "QUIET_CLIPS",
    "Circle",
    "ToAndFro",
    "around_the_start",
    "clip",
    "ignitions",
    "made",
    "quiet_sequences",
]

QUIET_CLIPS = {
    "tamil_mist_ridge.mp4": "fog over a forested ridge",
    "bz_fog_cgi.mp4": "drawn fog",
    "yuchen_trees.mp4": "trees in wind, a person walking",
    "teerapong_nonfire_forest_trail.mp4": "a walk along a forest trail",
    "yuchen_movecam.mp4": "a car park, the camera moves",
    "pyronear_test_bg.mp4": "a fire camera's view, cloud shadow",
}
FIRE_CLIPS = {
    "furg_house6.mp4": "flames",
    "sidd_forest_5.avi": "flames",
    "gaurav_fire1.mp4": "flames by night",
    "teerapong_smoke.mp4": "a far column",
    "teerapong_Video3.mp4": "smoke and flames, the camera flies",
    "welia_borjomi_drone_smoke.mp4": "smoke, the camera flies",
}
MADE_S = 30.0
CADENCE_CLIPS = dict.fromkeys(QUIET_CLIPS, False) | dict.fromkeys(FIRE_CLIPS, True)
"""Clips to be judged at every cadence, and whether something burns in them."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A piece of footage played in a circle.

    Attributes:
        name: of the recording.
        lap: frames of one lap with their seconds, from 0.
        lap_s: length of a lap.
        length_s: of the whole.
    """

    name: str
    lap: tuple[tuple[float, bytes], ...]
    lap_s: float
    length_s: float

    @classmethod
    def of(cls, path: Path, *, longest_lap_s: float, length_s: float, step_s: float) -> "Circle":
        """Read the beginning of a video.

        Args:
            path: of the video.
            longest_lap_s: what comes later is left out.
            length_s: of the whole.
            step_s: least seconds between two frames.
        """
        sampling = Sampling(
            fps=None if step_s == 0.0 else 1.0 / step_s, video_s=longest_lap_s - 0.001
        )
        lap: list[tuple[float, bytes]] = []
        for moment in VideoSequence(path.name, path).moments(sampling):
            if not isinstance(moment.picture, bytes) or (lap and moment.at_s <= lap[-1][0]):
                break
            lap.append((moment.at_s, moment.picture))
        gap_s = lap[-1][0] - lap[-2][0] if len(lap) > 1 else 1.0
        return cls(path.name, tuple(lap), lap[-1][0] + gap_s, length_s)

    @property
    def has_known_times(self) -> bool:
        """Never."""
        return False

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """See :class:`detector.evaluate.footage.Recording`."""
        return islice(self._moments(sampling.step_s), 0, None, sampling.every)

    def _moments(self, step_s: float) -> Iterator[Moment]:
        due_s = 0.0
        for number in range(int(self.length_s / self.lap_s) + 1):
            for time_s, jpeg in self.lap:
                at_s = number * self.lap_s + time_s
                if at_s > self.length_s:
                    return
                if at_s < due_s - 0.0005:
                    continue
                due_s = max(due_s + step_s, at_s) if step_s > 0.0 else at_s
                yield Moment(at_s, SOME_DAY + timedelta(seconds=at_s), jpeg)


@dataclass(frozen=True, slots=True)
class ToAndFro:
    """A short recording, played forwards and backwards by turns until enough time has passed.

    Twelve frames of live video are seconds, in which nothing can gather enough evidence to alert.

    Attributes:
        recording: of at least two frames; a longer one is played once.
        least_s: seconds.
    """

    recording: Recording
    least_s: float

    @property
    def name(self) -> str:
        """Of the recording."""
        return self.recording.name

    @property
    def has_known_times(self) -> bool:
        """As the recording."""
        return self.recording.has_known_times

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """See :class:`detector.evaluate.footage.Recording`."""
        frames = list(self.recording.moments(sampling))
        yield from frames
        at_s, place, step = frames[-1].at_s, len(frames) - 1, -1
        while at_s < self.least_s and len(frames) > 1:
            if not 0 <= place + step < len(frames):
                step = -step
            at_s += abs(frames[place + step].at_s - frames[place].at_s)
            place += step
            captured_at = frames[0].captured_at + timedelta(seconds=at_s - frames[0].at_s)
            yield Moment(at_s, captured_at, frames[place].picture)


def ignitions(footage: Path) -> list[tuple[PictureSequence, FireEvent]]:
    """The recorded ignitions with what a person sees."""
    folder = footage / "sequences_1min"
    events = read_events(folder / EVENTS_FILE)
    return [
        (found, events[found.name])
        for found in _sequences(folder)
        if isinstance(found, PictureSequence) and found.name in events
    ]


def around_the_start(sequence: PictureSequence, event: FireEvent) -> PictureSequence:
    """Five cadences before a person sees the smoke to three after it is clear: what a bar needs."""
    zero = next(sequence.moments(Sampling()))
    start = zero.captured_at - timedelta(seconds=zero.at_s)
    kept = tuple(
        (moment, path)
        for moment, path in sequence.pictures
        if event.first_visible_s - 5 * event.cadence_s
        <= (moment - start).total_seconds()
        <= event.clear_s + 3 * event.cadence_s
    )
    return replace(sequence, pictures=kept)


def quiet_sequences(footage: Path) -> list[Recording]:
    """Weeks and days without fire."""
    return _sequences(footage / "sequences_nofire")


def clip(footage: Path, name: str) -> Path:
    """Where a clip lies."""
    return footage / "clips" / name


def made(data: Path, count: int, *, seed: int = 6) -> Sequence[Recording]:
    """Sequences made of pictures without fire on which nothing was fitted, 30 s and longer."""
    pictures = quiet_pictures(data / "detection", "val")
    for folder in (
        "sequences_nofire",
        "infrared/flir_radiometric",
        "infrared/drone_thermal_nofire",
    ):
        pictures += quiet_pictures(data / "footage" / folder, "")
    return [ToAndFro(one, MADE_S) for one in negative_sequences(pictures, count, seed=seed)]


def _sequences(folder: Path) -> list[Recording]:
    found = find_recordings([folder], leave_out=folder / "out")
    return [one for one in found if not isinstance(one, InputRefused)]
