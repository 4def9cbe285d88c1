"""Crops of tracks as samples for the second stage: what it would be asked, and whether it burnt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.evidence.crops import CHANNELS, CROP_PX, LEAST_CROPS, MOST_CROPS
from models.units import FloatArray
from training.evidence import taught
from training.observations import Observed, ObservedTrack

__all__ = ["Samples", "history_at", "samples_of"]

CASES = 50.0
MOST_CASES = 8.0

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What the second stage is trained on.

    Attributes:
        crops: (n, crops, channels, height, width), oldest first, zeros where there is none.
        there: (n, crops) 1 where there is one.
        burns: (n,) 1 the fire, 0 something else.
        weight: (n,) cases; fires together weigh as much as everything else together.
    """

    crops: Floats32
    there: Floats32
    burns: Floats32
    weight: FloatArray


def history_at(track: ObservedTrack, frame: int) -> tuple[Floats32, Floats32] | None:
    """What the second stage would be shown of a track in one of its frames, or None."""
    taken = int(track.crop_counts[frame]) if len(track.crop_counts) > 0 else 0
    if taken < LEAST_CROPS:
        return None
    kept = track.crops[max(0, taken - MOST_CROPS) : taken]
    crops = np.zeros((MOST_CROPS, CHANNELS, CROP_PX, CROP_PX), np.float32)
    there = np.zeros(MOST_CROPS, np.float32)
    crops[-len(kept) :] = kept
    there[-len(kept) :] = 1.0
    return crops, there


def samples_of(observed: Sequence[Observed]) -> Samples:
    """Every frame of every track in which there are crops, and that is known to burn or not.

    Each recording weighs as the square root of its number of samples, as in the fit of the
    evidence.
    """
    stacks: list[tuple[Floats32, Floats32]] = []
    burns: list[float] = []
    weight: list[float] = []
    for one in observed:
        for kind in (0, 1):
            mine = [
                history
                for track in one.tracks
                for frame in np.flatnonzero((taught(one, track) == kind) & track.seen)
                if (history := history_at(track, int(frame))) is not None
            ]
            stacks += mine
            burns += [float(kind)] * len(mine)
            cases = min(np.sqrt(len(mine)), MOST_CASES)
            weight += [cases / max(len(mine), 1)] * len(mine)
    if not stacks:
        shape = (0, MOST_CROPS, CHANNELS, CROP_PX, CROP_PX)
        return Samples(
            np.zeros(shape, np.float32),
            np.zeros((0, MOST_CROPS), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0),
        )
    crops, there = (np.stack(side) for side in zip(*stacks, strict=True))
    truth, weights = np.array(burns, np.float32), np.array(weight)
    for kind in (0, 1):
        if (truth == kind).any():
            weights[truth == kind] *= CASES / weights[truth == kind].sum()
    return Samples(crops, there, truth, weights)
