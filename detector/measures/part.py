"""Figures of some recordings, each with what it was in every draw of their scenes.

Where fewer than two scenes have anything to say, nobody knows what a third would say: there are no
draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.measures.boxes import ANY_SIZE, Judged, judge
from detector.measures.events import FireOutcome, Outcome, Verdict
from detector.measures.froc import SECONDS_A_DAY
from detector.measures.intervals import draw_scenes, drawn_median, garwood, wilson
from detector.measures.onfire import Onfire, drawn_onfire, onfire_score
from detector.measures.precision import OVERLAPS, average_precision, drawn_precision
from detector.measures.recording import Recording
from detector.measures.reliability import LEAST_SCORE, calibration_error, drawn_error
from models.detection import Label

__all__ = ["Figure", "Fires", "Part"]

Floats = NDArray[np.float64]
Fires = Callable[[Recording], Sequence[FireOutcome]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of some recordings.

    Attributes:
        name: what it says.
        value: None where nothing tells.
        drawn: (draws,) of every draw of scenes; None where fewer than two scenes tell.
        exact: interval by counting alone; None without one.
        count: how many it counts.
        of: out of how many.
        unit: empty, ``s``, ``frames``, ``m`` or ``1/camera-day``.
        is_better_higher: which way is better.
    """

    name: str
    value: float | None
    drawn: Floats | None = None
    exact: tuple[float, float] | None = None
    count: int | None = None
    of: int | None = None
    unit: str = ""
    is_better_higher: bool = True


class Part:
    """Some recordings, by scene."""

    def __init__(
        self,
        recordings: Sequence[Recording],
        fires: Callable[[Recording], Sequence[FireOutcome]],
    ) -> None:
        self.recordings = recordings
        self.scenes = sorted({one.watched.scene for one in recordings})
        self.column = {name: place for place, name in enumerate(self.scenes)}
        self.draws = draw_scenes(len(self.scenes)) if len(self.scenes) > 1 else None
        self.fires = [
            (self.column[one.watched.scene], fire) for one in recordings for fire in fires(one)
        ]

    def recall(self) -> Figure:
        """Share of the fires that somebody could see which were found."""
        judged = [(c, fire) for c, fire in self.fires if fire.outcome is not Outcome.UNSEEN]
        rows = [(c, fire.outcome is Outcome.FOUND, 1) for c, fire in judged]
        return self._share("event_recall", rows)

    def precision(self) -> Figure:
        """Share of the judged alerts that were right."""
        rows = []
        for one in self.recordings:
            right = one.watched.verdicts.count(Verdict.RIGHT)
            false = sum(verdict.is_false for verdict in one.watched.verdicts)
            rows.append((self.column[one.watched.scene], right, right + false))
        return self._share("precision", rows)

    def region_holds(self) -> Figure:
        """Share of the located fires that a told region holds."""
        rows = [(c, fire.in_region, 1) for c, fire in self.fires if fire.in_region is not None]
        return self._share("region_holds", rows)

    def _share(self, name: str, rows: Sequence[tuple[int, int, int]]) -> Figure:
        hits, of = self._sums(rows)
        count, total = int(hits.sum()), int(of.sum())
        if total == 0:
            return Figure(name, None, count=0, of=0)
        drawn = self._drawn(of > 0, lambda draws: _divided(draws @ hits, draws @ of))
        return Figure(name, count / total, drawn, wilson(count, total), count, total)

    def false_alarms(self) -> Figure:
        """False alarms, early ones among them, a day of camera time in which one was judged."""
        name, unit = "false_alarms_per_camera_day", "1/camera-day"
        rows = [
            (
                self.column[one.watched.scene],
                sum(verdict.is_false for verdict in one.watched.verdicts),
                one.watched.judged_s / SECONDS_A_DAY,
            )
            for one in self.recordings
        ]
        false, days = self._sums(rows)
        count, total = int(false.sum()), float(days.sum())
        if total <= 0.0:
            return Figure(name, None, count=count, unit=unit, is_better_higher=False)
        low, high = garwood(count)
        return Figure(
            name,
            count / total,
            self._drawn(days > 0, lambda draws: _divided(draws @ false, draws @ days)),
            (low / total, high / total),
            count,
            unit=unit,
            is_better_higher=False,
        )

    def early_alarms(self) -> Figure:
        """Alerts that opened before any fire of their recording was lit."""
        verdicts = [one.watched.verdicts for one in self.recordings]
        rows = [
            (self.column[one.watched.scene], one.watched.verdicts.count(Verdict.EARLY), 0)
            for one in self.recordings
        ]
        early, _ = self._sums(rows)
        count = int(early.sum())
        return Figure(
            "early_alarms",
            count,
            self._drawn(np.ones(len(self.scenes), np.bool_), lambda draws: draws @ early),
            garwood(count),
            count,
            sum(map(len, verdicts)),
            is_better_higher=False,
        )

    def times(self) -> list[Figure]:
        """How soon fires were found."""
        return [
            self.median("time_to_detect_s", "s", lambda fire: fire.from_visible_s),
            self.median("time_to_detect_frames", "frames", lambda fire: fire.from_visible_frames),
            self.median("time_from_ignition_s", "s", lambda fire: fire.from_ignition_s),
        ]

    def median(self, name: str, unit: str, of: Callable[[FireOutcome], float | None]) -> Figure:
        """Median over the fires of which something is known."""
        known = [(column, value) for column, fire in self.fires if (value := of(fire)) is not None]
        found = sum(fire.outcome is Outcome.FOUND for _, fire in self.fires)
        if not known:
            return Figure(name, None, count=0, of=found, unit=unit, is_better_higher=False)
        columns = np.array([column for column, _ in known], np.int64)
        values = np.array([value for _, value in known], np.float64)
        tells = np.bincount(columns, minlength=len(self.scenes)) > 0
        return Figure(
            name,
            float(np.median(values)),
            self._drawn(tells, lambda draws: drawn_median(values, columns, draws)),
            count=len(known),
            of=found,
            unit=unit,
            is_better_higher=False,
        )

    def onfire(self) -> Figure:
        """The contest's score; frame rate and memory are not held against it."""
        rows = np.zeros((len(self.scenes), 4))
        for one in self.recordings:
            got = one.onfire
            rows[self.column[one.watched.scene]] += (got.found, got.missed, got.false, got.delay_s)
        found, missed, false, delay_s = rows.sum(axis=0).tolist()
        value = onfire_score(Onfire(int(found), int(missed), int(false), delay_s))
        tells = rows[:, 0] + rows[:, 1] > 0
        return Figure(
            "onfire_score",
            None if np.isnan(value) else value,
            self._drawn(tells, lambda draws: drawn_onfire(rows, draws)),
            count=int(found),
            of=int(found + missed),
        )

    def average_precision(
        self,
        name: str,
        label: Label,
        overlaps: int,
        area_px: tuple[float, float] = ANY_SIZE,
    ) -> Figure:
        """Mean of the average precision at the first of the ten overlaps."""
        if area_px == ANY_SIZE:
            judged = [one.judged[label][:overlaps] for one in self.recordings]
            pooled = [[row for one in judged for row in one[place]] for place in range(overlaps)]
        else:
            scenes = [scene for one in self.recordings for scene in one.scenes]
            pooled = [
                [judge(scene, label, least_iou, area_px) for scene in scenes]
                for least_iou in OVERLAPS[:overlaps].tolist()
            ]
        truths = self._tells(pooled[0], [row.truths for row in pooled[0]])
        count = int(truths.sum())
        if count == 0:
            return Figure(name, None, count=0)

        def drawn(draws: Floats) -> Floats:
            rows = [drawn_precision(one, self.scenes, draws) for one in pooled]
            return np.asarray(np.mean(rows, axis=0), np.float64)

        value = float(np.mean([average_precision(one) for one in pooled]))
        return Figure(name, value, self._drawn(truths > 0, drawn), count=count)

    def calibration(self, label: Label) -> Figure:
        """How far scores are from the share of right ones, at an overlap of one half."""
        name = f"calibration_error_{label.word}"
        judged = [row for one in self.recordings for row in one.judged[label][0]]
        counts = self._tells(judged, [int((one.scores >= LEAST_SCORE).sum()) for one in judged])
        count = int(counts.sum())
        if count == 0:
            return Figure(name, None, count=0, is_better_higher=False)
        return Figure(
            name,
            calibration_error(judged),
            self._drawn(counts > 0, lambda draws: drawn_error(judged, self.scenes, draws)),
            count=count,
            is_better_higher=False,
        )

    def _tells(self, judged: Sequence[Judged], counts: Sequence[int]) -> Floats:
        return self._sums(
            [(self.column[one.group], n, 0) for one, n in zip(judged, counts, strict=True)]
        )[0]

    def _sums(self, rows: Sequence[tuple[int, float, float]]) -> tuple[Floats, Floats]:
        """Two sums of each scene, from rows of its column and what it adds."""
        answer = np.zeros((2, len(self.scenes)))
        for column, first, second in rows:
            answer[:, column] += (first, second)
        return answer[0], answer[1]

    def _drawn(self, tells: NDArray[np.bool_], of: Callable[[Floats], Floats]) -> Floats | None:
        """The figure of every draw, where at least two scenes tell something."""
        return of(self.draws) if self.draws is not None and tells.sum() > 1 else None


def _divided(first: Floats, second: Floats) -> Floats:
    answer = np.full(len(first), np.nan)
    np.divide(first, second, out=answer, where=second > 0)
    return answer
