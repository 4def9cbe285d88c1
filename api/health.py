"""``/api/health``: is the watch working, for people and for a supervisor; public, no secrets."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.context import Context, context_of
from detector.evidence import WEIGHTS, StageState

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["health"])

WELL = frozenset({"connecting", "live", "ended"})


class HealthAnswer(BaseModel):
    """Counts, not names.

    Attributes:
        status: ``ok``, or ``degraded`` when a camera is not well or frames fail on their way.
        provider: execution provider of the network.
        arrangement: runs of the network side by side x threads of each; and whether that is usual,
            was measured at this start or is remembered.
        cameras: number of cameras in each state.
        frames_scored: since start.
        frames_corrupt: since start.
        frames_hurried: since start; looked at in full only, because others waited.
        frames_failed: since start.
        second_stage: whether a second opinion on tracks is off, on, missing or failed; the watch
            goes on without one that is missing or failed, and is degraded.
        evidence_fits: the evidence over time was fitted on the network in force; on another one its
            log-odds are not what they say, and the watch is degraded.
        newest_event: sequence of the newest change.
    """

    status: str
    provider: str
    arrangement: str
    cameras: dict[str, int]
    frames_scored: int
    frames_corrupt: int
    frames_hurried: int
    frames_failed: int
    second_stage: StageState
    evidence_fits: bool
    newest_event: int


@router.get("/health")
def get_health(context: Annotated[Context, Depends(context_of)]) -> HealthAnswer:
    """The state of the whole."""
    states = Counter(str(gateway.status().state) for gateway in list(context.gateways.values()))
    counts = context.counts
    unwell = any(state not in WELL for state in states) or counts.frames_failed > 0
    unwell |= counts.second_stage in {StageState.MISSING, StageState.FAILED}
    fits = WEIGHTS.fits(context.site.model.name)
    return HealthAnswer(
        status="degraded" if unwell or not fits else "ok",
        provider=context.site.provider,
        arrangement=context.site.arrangement,
        cameras=dict(states),
        frames_scored=counts.frames_scored,
        frames_corrupt=counts.frames_corrupt,
        frames_hurried=counts.frames_hurried,
        frames_failed=counts.frames_failed,
        second_stage=counts.second_stage,
        evidence_fits=fits,
        newest_event=context.store.events.latest(),
    )
