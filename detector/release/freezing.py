"""What a frozen set holds, as one number that changes with any of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from detector.replay.result import as_plain, canonical
from models.footage import Conditions, Truth
from models.replay_run import PlayedFootage

__all__ = ["FrozenRecording", "set_sha256"]


@dataclass(frozen=True, slots=True)
class FrozenRecording:
    """A recording of a set, with all that a verdict rests on.

    Attributes:
        played: content and version of its truth.
        scene: intervals draw scenes.
        conditions: parts of a verdict.
        truth: of that version.
    """

    played: PlayedFootage
    scene: str
    conditions: Conditions
    truth: Truth


def set_sha256(recordings: Sequence[FrozenRecording], *, drill_fires: int, drill_seed: int) -> str:
    """SHA-256 of contents, truths, scenes, conditions and drills; names do not count.

    Args:
        recordings: in rising order of their numbers.
        drill_fires: fires of the drill scene besides.
        drill_seed: of them.
    """
    content = {
        "format": 1,
        "footage": [
            {
                "footage_id": one.played.footage_id,
                "sha256": one.played.sha256,
                "scene": one.scene,
                "conditions": as_plain(one.conditions),
                "truth": as_plain(one.truth),
            }
            for one in recordings
        ],
        "drill_fires": drill_fires,
        "drill_seed": drill_seed if drill_fires > 0 else 0,
    }
    return hashlib.sha256(canonical(content)).hexdigest()
