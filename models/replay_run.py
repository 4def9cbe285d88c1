"""A replay that somebody asked the watch for: what is played, and how far it is.

What comes of it is in :mod:`models.replay`, and lies in files beside the database.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.detection import ModelReference

__all__ = [
    "PlayedFootage",
    "ReplayDraft",
    "ReplayHeadline",
    "ReplayProgress",
    "ReplayRun",
    "ReplayState",
]


class ReplayState(StrEnum):
    """How far a replay is."""

    QUEUED = "queued"  # it waits for its turn
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # nothing of it could be judged
    CANCELLED = "cancelled"  # by a person; what was finished is kept on the disk


@dataclass(frozen=True, slots=True)
class PlayedFootage:
    """A recording of the library as it is played, whatever is said of it later.

    Attributes:
        footage_id: number in the library.
        name: in the result; unique in the run.
        sha256: of its content.
        truth_version: what it is judged by; 0 when nothing is known of it.
    """

    footage_id: int
    name: str
    sha256: str
    truth_version: int


@dataclass(frozen=True, slots=True)
class ReplayDraft:
    """What somebody wants played.

    Attributes:
        name: 1 to 120 letters.
        footage: recordings that are ready, each once; may be empty when fires are drawn.
        drill_fires: fires that the drill scene makes and plays besides, 0 to 1,000.
        drill_seed: of everything that is drawn for them, 0 or more.
        model: name of a card; empty for the model that is in force when it is asked for.
        every: each so manieth frame, at least 1.
        fps: at most so many frames a second, above 0; None for all.
        gate_id: of the frozen set that it is played for; None for no gate.
    """

    name: str
    footage: tuple[PlayedFootage, ...]
    drill_fires: int = 0
    drill_seed: int = 0
    model: str = ""
    every: int = 1
    fps: float | None = None
    gate_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """How far it has come.

    Attributes:
        recordings: all of them.
        finished: of them.
        frames: that were begun.
        frames_planned: about how many there are; None when nobody knows.
        frames_per_s: since it was begun or went on; None at its start.
        left_s: about how long it still takes; None when nobody knows.
    """

    recordings: int = 0
    finished: int = 0
    frames: int = 0
    frames_planned: int | None = None
    frames_per_s: float | None = None
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class ReplayHeadline:
    """What came of it in a line; all else stands in its files.

    Attributes:
        result_sha256: of ``result.json``, 64 hexadecimal digits.
        found: fires that were found.
        fires: that could be seen.
        false_alarms: early ones included.
        camera_days: of footage of which it is known what burns.
        frames_per_s: of the whole run.
        refused: recordings that could not be judged.
    """

    result_sha256: str
    found: int
    fires: int
    false_alarms: int
    camera_days: float
    frames_per_s: float | None
    refused: int = 0


@dataclass(frozen=True, slots=True)
class ReplayRun:
    """A replay as it is kept.

    Attributes:
        run_id: number, rising.
        draft: as it was asked for; its model is named by then.
        author: who asked.
        asked_at: UTC.
        state: how far it is.
        progress: as far as it was told.
        model: the weights that it was played with; None before it began.
        started_at: UTC, when it was begun first; None before.
        ended_at: UTC, when it was done, refused or cancelled; None before.
        headline: of one that is done.
        code: of a refusal; else empty.
        message: why, in English.
        remedy: what to do.
        ended_by: who cancelled it; else empty.
    """

    run_id: int
    draft: ReplayDraft
    author: str
    asked_at: datetime
    state: ReplayState
    progress: ReplayProgress = ReplayProgress()
    model: ModelReference | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    headline: ReplayHeadline | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    ended_by: str = ""
