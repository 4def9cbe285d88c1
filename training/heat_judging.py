"""How well fires are told from warm things on places and cameras that were left out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from models.units import FloatArray
from training.heat_frames import Seen

__all__ = ["Counts", "Scored", "cross_fitted", "folds", "judged", "lowest_limit"]

FOLDS = 3
BLOCKS = 6
MOST_FALSE = 0.01
LIMITS = np.arange(-2.0, 9.0, 0.1)

Scored = tuple[Seen, FloatArray]


@dataclass(frozen=True, slots=True)
class Counts:
    """Labelled boxes of the ground frames, any spot of them, and confuser frames.

    Attributes:
        found: fires with a spot at the limit or beyond.
        missed: fires without.
        rocks: boxes of hot rock and roofs with such a spot.
        rock_boxes: of them all.
        others: such spots of ground frames that are no fire, labelled or not.
        false: such spots in confuser frames.
        frames: of confusers.
        cut_false: such spots in their cut and scaled variants.
        cut_frames: of those.
    """

    found: int = 0
    missed: int = 0
    rocks: int = 0
    rock_boxes: int = 0
    others: int = 0
    false: int = 0
    frames: int = 0
    cut_false: int = 0
    cut_frames: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Of both."""
        names = [one.name for one in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def f1(self) -> float:
        """Of fires among the labelled boxes."""
        return 2.0 * self.found / max(1, 2 * self.found + self.missed + self.rocks)


def folds(frames: Sequence[Seen], key: str) -> Iterator[tuple[str, list[Seen], list[Seen]]]:
    """Each place or camera left out, with a third of the confusers: name, rest, left out.

    Confusers are cut by name into six runs, for neighbours are of one flight.

    Args:
        frames: all of them.
        key: ``point`` or ``camera``.
    """
    names = sorted({one.frame.name for one in frames if not one.frame.boxes})
    fold_of = {name: row * BLOCKS // len(names) % FOLDS for row, name in enumerate(names)}
    keys = sorted({getattr(one.frame, key) for one in frames if one.frame.boxes})
    for number, left_out in enumerate(keys):
        away = [
            getattr(one.frame, key) == left_out
            if one.frame.boxes
            else fold_of[one.frame.name] == number
            for one in frames
        ]
        yield (
            left_out,
            [one for one, out in zip(frames, away, strict=True) if not out],
            [one for one, out in zip(frames, away, strict=True) if out],
        )


def judged(scored: Sequence[Scored], limit: float) -> Counts:
    """Count; ground frames as they are, confusers as they are and as variants."""
    total = Counts()
    for one, scores in scored:
        beyond = scores >= limit
        others = int((beyond & ~one.is_fire).sum())
        if not one.frame.boxes:
            total += (
                Counts(cut_false=others, cut_frames=1)
                if one.is_variant
                else Counts(false=others, frames=1)
            )
        elif not one.is_variant:
            fires = [rows for is_fire, rows in one.boxes if is_fire]
            found = sum(any(beyond[row] for row in rows) for rows in fires)
            rocks = [
                any(beyond[row] and not one.is_fire[row] for row in rows)
                for is_fire, rows in one.boxes
                if not is_fire
            ]
            total += Counts(found, len(fires) - found, sum(rocks), len(rocks), others)
    return total


def lowest_limit(scored: Sequence[Scored]) -> float:
    """At which confuser frames as they are have at most one false candidate in a hundred."""
    for limit in LIMITS:
        counts = judged(scored, limit)
        if counts.false <= MOST_FALSE * counts.frames:
            return float(limit)
    return float(LIMITS[-1])


def cross_fitted(
    frames: Sequence[Seen],
    key: str,
    score: Callable[[list[Seen]], Callable[[Seen], FloatArray]],
) -> tuple[Counts, Counts, list[Scored]]:
    """Judge what was left out, at limits that the other folds set, and at one limit for all.

    Args:
        frames: all of them.
        key: ``point`` or ``camera``.
        score: learns of frames how to score one.

    Returns:
        With each fold's limit found on the others; with one limit found on all; the scores.
    """
    parts: list[list[Scored]] = []
    for _, rest, left_out in folds(frames, key):
        asked = score(rest)
        parts.append([(one, asked(one)) for one in left_out])
    total = Counts()
    for number, part in enumerate(parts):
        others = [one for row, other in enumerate(parts) if row != number for one in other]
        total += judged(part, lowest_limit(others))
    together = [one for part in parts for one in part]
    return total, judged(together, lowest_limit(together)), together
