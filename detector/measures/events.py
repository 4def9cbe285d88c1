"""What every alert was, and what became of every fire.

An alert is *right* when it opens while a fire burns that somebody could see and, where a frame near
it was boxed, touches a true box; *early* when it opens before any fire of its recording was lit;
*ignored* where nobody is to be judged; *unjudged* where nothing is known; else *false*. An early
alert is a false one, and the fire is judged all the same: a way of counting that lets an early
alert pass for the fire, or drops it from every sum, flatters whoever cries often.

A fire is *found* by the first right alert at it, *missed* without one, and *unseen* when nobody
could see it in a frame that counts, or its only alert stands where nobody is to be judged.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from detector.measures.place import holds, location_error_m
from detector.measures.truth_boxes import is_ignored, nearest, touches
from models.footage import TrueFire, Truth
from models.replay import Played, PlayedAlert

__all__ = ["Chance", "FireOutcome", "Outcome", "Verdict", "Watched", "assign", "judge_recording"]

LONGEST_GAP_S: Final = 600.0
"""A frame watches for no longer: a still every three hours does not watch three hours."""
NEAR_CADENCES: Final = 2.0
"""How many of the usual gaps between frames a boxed frame may be away to judge an alert."""
UNSURE_S: Final = 120.0
"""Where nobody knows the ignition, a person's first sight is taken to be as late as those gaps, and
no later: else a detector that sees a fire one frame before the person would have lost it."""


class Verdict(StrEnum):
    """What an alert was."""

    RIGHT = "right"
    FALSE = "false"
    EARLY = "early"
    IGNORED = "ignored"
    UNJUDGED = "unjudged"

    @property
    def is_false(self) -> bool:
        """Whether it counts as a false alarm."""
        return self in {Verdict.FALSE, Verdict.EARLY}


class Outcome(StrEnum):
    """What became of a fire."""

    FOUND = "found"
    MISSED = "missed"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Chance:
    """Which fires an alert may be about, as places in the truth's fires.

    Attributes:
        named: all of these: it touches boxes that say so.
        one_of: one of these, nobody says which; those lit first come first. Empty beside names.
    """

    named: tuple[int, ...] = ()
    one_of: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether it may be about any."""
        return bool(self.named or self.one_of)


@dataclass(frozen=True, slots=True)
class FireOutcome:
    """What became of one fire.

    Attributes:
        name: of the fire.
        outcome: found, missed or unseen.
        alert: index of the alert that found it; None, as is all below, without one.
        from_visible_s: from when a person first sees it; below 0 the alert came first.
        from_visible_frames: the same in frames that were scored; 0 is the first that shows it.
        from_ignition_s: None where nobody knows when it was lit.
        location_error_m: None where no place was told, or none is true.
        in_region: whether a told region holds it; None likewise.
    """

    name: str
    outcome: Outcome
    alert: int | None = None
    from_visible_s: float | None = None
    from_visible_frames: int | None = None
    from_ignition_s: float | None = None
    location_error_m: float | None = None
    in_region: bool | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """How one recording was watched.

    Attributes:
        name: of the recording.
        scene: that it shows.
        verdicts: one an alert.
        chances: one an alert; empty ones unless it is right.
        fires: one a fire, in the order of the truth.
        watched_s: camera time.
        judged_s: the part of it in which an alert could have been false.
    """

    name: str
    scene: str
    verdicts: tuple[Verdict, ...]
    chances: tuple[Chance, ...]
    fires: tuple[FireOutcome, ...]
    watched_s: float
    judged_s: float


def judge_recording(played: Played) -> Watched:
    """Judge one recording."""
    truth = played.truth
    gaps = _gaps(played)
    watched_s = sum(gap_s for _, gap_s in gaps)
    scene = played.scene or played.name
    if truth is None:
        verdicts = (Verdict.UNJUDGED,) * len(played.alerts)
        nothing = (Chance(),) * len(played.alerts)
        return Watched(played.name, scene, verdicts, nothing, (), watched_s, 0.0)
    judge = _Judge(played, truth)
    judged = [judge.verdict(alert) for alert in played.alerts]
    verdicts = tuple(verdict for verdict, _ in judged)
    right = tuple(chance if verdict is Verdict.RIGHT else Chance() for verdict, chance in judged)
    excused = [chance if verdict is Verdict.IGNORED else Chance() for verdict, chance in judged]
    return Watched(
        name=played.name,
        scene=scene,
        verdicts=verdicts,
        chances=right,
        fires=judge.outcomes(right, excused),
        watched_s=watched_s,
        judged_s=sum(gap_s for at_s, gap_s in gaps if not _nobody_is_judged(truth, at_s)),
    )


def assign(chances: Iterable[tuple[int, Chance]]) -> dict[int, int]:
    """Which alert found which fire.

    An alert that nobody can tell the fire of finds one, the first lit of those not found yet: one
    alert does not find two fires because both burn.

    Args:
        chances: alerts by rising index, each with what it may be about.

    Returns:
        Index of the fire to index of the first alert at it.
    """
    found: dict[int, int] = {}
    for alert, chance in chances:
        for fire in chance.named:
            found.setdefault(fire, alert)
        left = [fire for fire in chance.one_of if fire not in found]
        if left:
            found[left[0]] = alert
    return found


class _Judge:
    """Judges the alerts and fires of one recording."""

    def __init__(self, played: Played, truth: Truth) -> None:
        self.played = played
        self.truth = truth
        self.times = [frame.at_s for frame in played.frames]
        gaps = [after - before for before, after in pairwise(self.times)]
        self.near_s = NEAR_CADENCES * median(gaps) if gaps else 0.0
        self.lit_s = [_lit_s(fire, min(self.near_s, UNSURE_S)) for fire in truth.fires]
        visible = [place for place, fire in enumerate(truth.fires) if fire.is_visible]
        self.visible = sorted(visible, key=lambda place: (self.lit_s[place], place))

    def verdict(self, alert: PlayedAlert) -> tuple[Verdict, Chance]:
        """What an alert was, and which fires it may be about were it not ignored."""
        chance = self._chance(alert)
        if is_ignored(alert.box, alert.at_s, self.truth.ignored, self.played.size_px):
            return Verdict.IGNORED, chance
        if chance:
            return Verdict.RIGHT, chance
        if self.visible and alert.at_s < self.lit_s[self.visible[0]]:
            return Verdict.EARLY, chance
        return Verdict.FALSE, chance

    def _chance(self, alert: PlayedAlert) -> Chance:
        fires = self.truth.fires
        burning = tuple(place for place in self.visible if self._burns(place, alert.at_s))
        boxed = nearest(self.truth.boxed_at_s, alert.at_s, self.near_s)
        if boxed is None:
            return Chance(one_of=burning)
        boxed_at_s = self.truth.boxed_at_s[boxed]
        touched = {
            box.fire
            for box in self.truth.boxes
            if box.at_s == boxed_at_s and touches(alert.box, box, self.played.size_px)
        }
        named = tuple(place for place in burning if fires[place].name in touched)
        return Chance(named, burning if "" in touched and not named else ())

    def _burns(self, place: int, at_s: float) -> bool:
        until_s = self.truth.fires[place].until_s
        return self.lit_s[place] <= at_s and (until_s is None or at_s <= until_s)

    def outcomes(
        self, right: Sequence[Chance], excused: Sequence[Chance]
    ) -> tuple[FireOutcome, ...]:
        """What became of the fires."""
        found = assign(enumerate(right))
        # An ignored alert may have been the fire's, and no second one opens while it lasts.
        spared = assign(enumerate(excused))
        scored = [frame.at_s for frame in self.played.frames if not frame.refused]
        answer = []
        for place, fire in enumerate(self.truth.fires):
            first_s = fire.first_visible_s
            if first_s is None or place not in found:
                sees = self._could_be_seen(fire) and place not in spared
                answer.append(FireOutcome(fire.name, Outcome.MISSED if sees else Outcome.UNSEEN))
                continue
            alert = self.played.alerts[found[place]]
            answer.append(
                FireOutcome(
                    name=fire.name,
                    outcome=Outcome.FOUND,
                    alert=found[place],
                    from_visible_s=alert.at_s - first_s,
                    from_visible_frames=(
                        bisect_left(scored, alert.at_s) - bisect_left(scored, first_s)
                    ),
                    from_ignition_s=(
                        None if fire.ignition_s is None else alert.at_s - fire.ignition_s
                    ),
                    location_error_m=location_error_m(alert.fix, fire.lon_deg, fire.lat_deg),
                    in_region=holds(alert.fix, fire.lon_deg, fire.lat_deg),
                )
            )
        return tuple(answer)

    def _could_be_seen(self, fire: TrueFire) -> bool:
        """Whether a frame that counts shows it; one that was refused counts, the camera failed."""
        first_s = fire.first_visible_s
        return first_s is not None and any(
            first_s <= at_s
            and (fire.until_s is None or at_s <= fire.until_s)
            and not _nobody_is_judged(self.truth, at_s)
            for at_s in self.times
        )


def _lit_s(fire: TrueFire, unsure_s: float) -> float:
    """When a visible fire was lit, as far as is known; for one that nobody saw, never."""
    if fire.ignition_s is not None:
        return fire.ignition_s
    return float("inf") if fire.first_visible_s is None else fire.first_visible_s - unsure_s


def _nobody_is_judged(truth: Truth, at_s: float) -> bool:
    """Whether the whole picture is ignored then."""
    return any(
        one.span.holds(at_s)
        and (one.x_min, one.y_min, one.x_max, one.y_max) == (0.0, 0.0, 1.0, 1.0)
        for one in truth.ignored
    )


def _gaps(played: Played) -> list[tuple[float, float]]:
    """Each scored frame but the last, with the seconds that it watches."""
    times = [frame.at_s for frame in played.frames if not frame.refused]
    return [(one, min(max(0.0, after - one), LONGEST_GAP_S)) for one, after in pairwise(times)]
