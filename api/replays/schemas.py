"""What replays look like on the wire."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from models.replay_run import ReplayRun, ReplayState
from models.store.replay_rows import MOST_DRILLS, MOST_FOOTAGE, MOST_NAME, MOST_SEED

__all__ = ["ComparisonAnswer", "ReplayAnswer", "ReplayBody", "ReplayList"]

_Answer = TypeVar("_Answer", bound=BaseModel)


class ReplayBody(RequestBody):
    """What is to be played.

    Attributes:
        footage_ids: recordings of the library that are ready, each once.
        drill_fires: that the drill scene makes besides.
        drill_seed: of everything that is drawn for them.
        model: name of a card; empty for the one in force.
        every: each so manieth frame.
        fps: at most so many frames a second; null for all.
        gate_id: of the frozen set that is played, whole and with every frame; the rest is then
            left out.
    """

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    footage_ids: Annotated[
        tuple[Annotated[int, Field(ge=1, le=2**53)], ...], Field(max_length=MOST_FOOTAGE)
    ] = ()
    drill_fires: Annotated[int, Field(ge=0, le=MOST_DRILLS)] = 0
    drill_seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = 0
    model: Annotated[str, Field(max_length=MOST_NAME)] = ""
    every: Annotated[int, Field(ge=1, le=100_000)] = 1
    fps: Annotated[float | None, Field(gt=0.0, le=1_000.0)] = None
    gate_id: Annotated[int | None, Field(ge=1, le=2**53)] = None


class PlayedFootageAnswer(BaseModel):
    """A recording as it is played.

    Attributes:
        name: of its sequence in the result.
        truth_version: that it is judged by; 0 when nothing is known of it.
    """

    footage_id: int
    name: str
    sha256: str
    truth_version: int


class ReplayProgressAnswer(BaseModel):
    """How far it has come; see :class:`models.replay_run.ReplayProgress`."""

    recordings: int
    finished: int
    frames: int
    frames_planned: int | None
    frames_per_s: float | None
    left_s: float | None


class ReplayHeadlineAnswer(BaseModel):
    """What came of it; see :class:`models.replay_run.ReplayHeadline`."""

    result_sha256: str
    found: int
    fires: int
    false_alarms: int
    camera_days: float
    frames_per_s: float | None
    refused: int


class ReplayAnswer(BaseModel):
    """A replay.

    Attributes:
        weights: name and version of those that it was played with; empty before it began.
        code: of a refusal; else empty.
        ended_by: who cancelled it; else empty.
    """

    run_id: int
    name: str
    footage: tuple[PlayedFootageAnswer, ...]
    drill_fires: int
    drill_seed: int
    model: str
    every: int
    fps: float | None
    gate_id: int | None
    state: ReplayState
    progress: ReplayProgressAnswer
    weights: str
    author: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    headline: ReplayHeadlineAnswer | None
    code: str
    message: str
    remedy: str
    ended_by: str

    @classmethod
    def of(cls, run: ReplayRun) -> "ReplayAnswer":
        """On the wire."""
        draft, headline, model = run.draft, run.headline, run.model
        return cls(
            run_id=run.run_id,
            name=draft.name,
            footage=tuple(_copied(PlayedFootageAnswer, one) for one in draft.footage),
            drill_fires=draft.drill_fires,
            drill_seed=draft.drill_seed,
            model=draft.model,
            every=draft.every,
            fps=draft.fps,
            gate_id=draft.gate_id,
            state=run.state,
            progress=_copied(ReplayProgressAnswer, run.progress),
            weights="" if model is None else f"{model.name} {model.version}",
            author=run.author,
            asked_at=run.asked_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            headline=None if headline is None else _copied(ReplayHeadlineAnswer, headline),
            code=run.code,
            message=run.message,
            remedy=run.remedy,
            ended_by=run.ended_by,
        )


class ReplayList(BaseModel):
    """Replays, the newest first."""

    replays: tuple[ReplayAnswer, ...]
    next_before: int | None


class ComparedRun(BaseModel):
    """One of two replays."""

    run_id: int
    name: str


class Changed(BaseModel):
    """What only one of the two has; fires and alarms by their recording.

    Attributes:
        gained: only the second.
        lost: only the first.
    """

    gained: tuple[dict[str, Any], ...]
    lost: tuple[dict[str, Any], ...]


class ComparisonAnswer(BaseModel):
    """Two replays side by side; see :func:`detector.measures.compare`.

    Attributes:
        sequences: recordings that both have seen alike.
        left_out: names of the others.
        measures: a row a figure; differences are second less first.
    """

    first: ComparedRun
    second: ComparedRun
    sequences: int
    left_out: tuple[str, ...]
    measures: tuple[dict[str, Any], ...]
    fires: Changed
    false_alarms: Changed


def _copied(kind: type[_Answer], value: object) -> _Answer:
    return kind(**{name: getattr(value, name) for name in kind.model_fields})
