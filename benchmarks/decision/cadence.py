"""Whether the same footage means the same at every cadence, from live video to a frame a minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.decision.judging import Judge
from benchmarks.decision.recordings import CADENCE_CLIPS, Circle, clip
from benchmarks.support.report import Measure, figure, limit, skipped
from detector.evaluate.footage import Sampling

__all__ = ["CADENCES_FPS", "CadenceRow", "cadences", "compare"]

CADENCES_FPS = {"25 fps": 25.0, "1 fps": 1.0, "0.2 fps": 0.2, "1 a minute": 1.0 / 60.0}
LAP_S = 11.3
"""Clips go round in so many seconds, the longest of them cut: neither five seconds nor a minute is
a multiple of it, or the slow cadences would see the same frame each time."""
LENGTH_S = 420.0
BOUND_FRAMES = 3.0
"""How many of its own frames later than at 25 fps a slower cadence may alert."""


@dataclass(frozen=True, slots=True)
class CadenceRow:
    """What one clip says at every cadence.

    Attributes:
        fps: frames a second by the name of the cadence, the finest first.
        first_s: seconds of the first alert by cadence, None without one.
        most: highest sum of log-odds by cadence, None where nothing was followed.
    """

    fps: Mapping[str, float]
    first_s: Mapping[str, float | None]
    most: Mapping[str, float | None]

    @property
    def agrees(self) -> bool:
        """All cadences alert, or none does."""
        return len({at_s is None for at_s in self.first_s.values()}) == 1

    @property
    def late_frames(self) -> float:
        """How much later than the finest cadence the others alert, in frames of their own.

        0 where nothing alerts at the finest.
        """
        finest_s = self.first_s[next(iter(self.fps))]
        late = [
            (at_s - finest_s) * self.fps[cadence]
            for cadence, at_s in self.first_s.items()
            if at_s is not None and finest_s is not None
        ]
        return max(late, default=0.0)

    def in_words(self) -> str:
        """One cadence after the other."""
        return ", ".join(self._one(cadence) for cadence in self.first_s)

    def _one(self, cadence: str) -> str:
        at_s, most = self.first_s[cadence], self.most[cadence]
        when = "never" if at_s is None else f"{at_s:.4g} s"
        return f"{cadence} {when} (most {'-' if most is None else f'{most:.1f}'})"


def compare(
    judge: Judge, circle: Circle, fps_of: Mapping[str, float] = CADENCES_FPS
) -> CadenceRow | None:
    """Play footage at every cadence, the finest first; None when there is no time left."""
    first_s: dict[str, float | None] = {}
    most: dict[str, float | None] = {}
    for cadence, fps in fps_of.items():
        watched = judge.play(circle, Sampling(fps=fps))
        if watched is None:
            return None
        first_s[cadence] = watched.alerts[0][0] if watched.alerts else None
        sums = [frame.log_odds for frame in watched.frames if frame.log_odds is not None]
        most[cadence] = max(sums, default=None)
    return CadenceRow(fps_of, first_s, most)


def cadences(judge: Judge, footage: Path) -> list[Measure]:
    """The table, and the bars: one decision a clip, its delay bounded by the cadence.

    Of a clip without fire, and of one with fire, it is told as well when all cadences are wrong.
    """
    measures, differ, wrong, late = [], [], [], 0.0
    for name, burns in CADENCE_CLIPS.items():
        if not clip(footage, name).is_file():
            measures.append(skipped(f"cadences_{name}", "", "no such footage"))
            continue
        circle = Circle.of(clip(footage, name), longest_lap_s=LAP_S, length_s=LENGTH_S, step_s=0.0)
        row = compare(judge, circle)
        if row is None:
            return [*measures, skipped("cadences_that_differ", "clips", "no time left")]
        alerting = sum(at_s is not None for at_s in row.first_s.values())
        words = f"{'burns' if burns else 'quiet'}: {row.in_words()}"
        measures.append(figure(f"cadences_{name}", alerting, "of 4 alert", words))
        differ += [] if row.agrees else [name]
        wrong += [name] if row.agrees and (alerting > 0) is not burns else []
        late = max(late, row.late_frames)
    return [
        *measures,
        limit("cadences_that_differ", len(differ), "clips", ", ".join(differ), 0.0),
        figure("cadences_that_are_all_wrong", len(wrong), "clips", ", ".join(wrong)),
        limit("cadence_delay", late, "own frames", "most that any is after 25 fps", BOUND_FRAMES),
    ]
