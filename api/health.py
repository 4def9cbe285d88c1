"""``/api/health``: is the watch working, for people and for a supervisor; public, no secrets."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.context import Context, context_of
from api.dual.flags import heat_flags_of
from api.poses import PoseFlag, flags_of
from api.poses.answers import FlagKind
from camera_gateway.recording.recorder import RecorderFacts, RecorderState
from detector.evidence import WEIGHTS, StageState
from geo.terrain import Terrain
from models.clock import Clock

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["health"])

WELL = frozenset({"connecting", "live", "ended"})
IN_TROUBLE = frozenset({RecorderState.FULL, RecorderState.FAILING})

LATELY_S: Final = 300.0
"""The watch is degraded for so long after a frame failed: five pictures of a camera that sends one
a minute. What fails now fails again within it; what does not is over."""


class NoticeHealth(BaseModel):
    """How notices fare.

    Attributes:
        channels: that are switched on.
        failing: of these, so often in a row that somebody must look after them.
        pending: notices that were not sent yet.
        oldest_pending_at: UTC, of the oldest of them.
    """

    channels: int
    failing: int
    pending: int
    oldest_pending_at: datetime | None


class ThermalHealth(BaseModel):
    """What became of the pictures of thermal cameras since the start.

    Attributes:
        frames: that came.
        passed: let pass, for their view had one within its interval.
        kept: whose file and row are kept.
        dropped: not kept, for the disk or the store was too slow, or they are too large.
        unknown: of no view.
        failed_at: UTC, when one could last not be kept; it is tried again.
    """

    frames: int
    passed: int
    kept: int
    dropped: int
    unknown: int
    failed_at: datetime | None


class OrderHealth(BaseModel):
    """How work orders fare.

    Attributes:
        open: that are not over.
        unanswered: of these, nobody has said that they have them, and the time for it is over.
        faults: orders and fires that the watch could not work on at its last look, and what keeps
            it from looking at all; it tries again every second.
        faults_since: UTC, of the oldest of them.
        stands_still: the watch has not looked after them for a minute.
    """

    open: int
    unanswered: int
    faults: int
    faults_since: datetime | None
    stands_still: bool


class BrokerHealth(BaseModel):
    """How listening to nodes over MQTT fares, since start.

    Attributes:
        is_joined: the broker is there.
        taken: pushes that were taken.
        failed: pushes that failed on our side; their nodes send them again.
        let_go: pushes that found no room to wait; likewise.
    """

    is_joined: bool
    taken: int
    failed: int
    let_go: int


class HealthAnswer(BaseModel):
    """Counts, not names, but for presets that somebody must calibrate.

    Attributes:
        status: ``ok``, or ``degraded`` when a camera or the recorder is not well, or a frame failed
            or was refused as corrupt on its way, or a picture of an alert could not be written,
            within the last five minutes.
        model: name and version of the network in force.
        model_fallback: the weights that were activated cannot be used, and the watch goes on with
            those that were in force before, degraded; the log says why.
        provider: execution provider of the network.
        arrangement: runs of the network side by side x threads of each; and whether that is usual,
            was measured at this start or is remembered.
        cameras: number of cameras in each state.
        frames_scored: since start.
        frames_corrupt: since start; believed by the gateway, and damaged all the same.
        corrupt_at: when the latest of them was, UTC.
        frames_hurried: since start; looked at in full only, because others waited.
        frames_failed: since start; kept from a decision by a failure.
        failed_at: when the latest of them was, UTC.
        undecided: plumes that the store has not let the watch decide on, because the disk is full
            or the database is locked or gone; they are handed in again every second.
        pictures_lost: of alerts, since start; the disk or the folder of evidence did not take them.
        pictures_lost_at: when the latest of them was, UTC.
        second_stage: whether a second opinion on tracks is off, on, missing or failed; the watch
            goes on without one that is missing or failed, and is degraded.
        evidence_fits: the evidence over time was fitted on the network in force; on another one its
            log-odds are not what they say, and the watch is degraded.
        terrain: how far positions may be trusted for the relief's sake: ``surveyed``, ``drill``,
            ``synthetic``, ``coarse``, or ``missing``, when there are directions only. Coarse and
            synthetic relief degrades the watch: positions stand on it and look like any others.
        newest_event: sequence of the newest change.
        poses: presets that look beside where they were calibrated, with the degrees, which degrades
            the watch; and those that could not be checked for days, which does not. Likewise pairs
            whose heat lies elsewhere than it was registered, or which nothing has confirmed.
        recorder: how recording fares; the watch is degraded while it is full or failing.
        notices: how channels fare; the watch is degraded while one fails.
        orders: how work orders fare; the watch is degraded while it cannot work on one.
        node_broker: how nodes are heard over MQTT; the watch is degraded while their broker is
            lost. None where they push over HTTP only.
    """

    status: str
    model: str
    model_fallback: bool
    provider: str
    arrangement: str
    cameras: dict[str, int]
    frames_scored: int
    frames_corrupt: int
    corrupt_at: datetime | None
    frames_hurried: int
    frames_failed: int
    failed_at: datetime | None
    undecided: int
    pictures_lost: int
    pictures_lost_at: datetime | None
    second_stage: StageState
    evidence_fits: bool
    terrain: str
    newest_event: int
    poses: list[PoseFlag]
    recorder: RecorderFacts | None
    notices: NoticeHealth
    orders: OrderHealth
    node_broker: BrokerHealth | None
    thermal: ThermalHealth


@router.get("/health")
def get_health(context: Annotated[Context, Depends(context_of)]) -> HealthAnswer:
    """The state of the whole."""
    states = Counter(str(gateway.status().state) for gateway in list(context.gateways.values()))
    counts, lost = context.counts, context.lost_pictures
    unwell = any(state not in WELL for state in states)
    unwell |= _lately(counts.failed_at_s, context.clock)
    unwell |= _lately(counts.corrupt_at_s, context.clock)
    unwell |= counts.waiting > 0 or _lately(lost.at_s, context.clock)
    unwell |= counts.second_stage in {StageState.MISSING, StageState.FAILED}
    relief = _trust(context.terrain)
    unwell |= relief in {"synthetic", "coarse"}
    recorder = None if context.recorder is None else context.recorder.facts()
    unwell |= recorder is not None and recorder.state in IN_TROUBLE
    now = context.clock.now()
    cameras = context.store.cameras.some(context.poses.suspects(now))
    poses = [*flags_of(context.poses, cameras, now), *heat_flags_of(context.store)]
    unwell |= any(flag.kind in {FlagKind.DRIFTED, FlagKind.HEAT_DRIFTED} for flag in poses)
    notices = _notices(context)
    unwell |= notices.failing > 0
    orders = _orders(context)
    unwell |= orders.faults > 0 or orders.stands_still
    model = context.site.model
    fits = WEIGHTS.fits(model.name)
    falls_back = context.models is not None and bool(context.models.problem)
    unwell |= falls_back
    unwell |= _lately(context.heat_fed.failed_at_s, context.clock)
    broker = _broker(context)
    unwell |= broker is not None and not broker.is_joined
    return HealthAnswer(
        status="degraded" if unwell or not fits else "ok",
        model=f"{model.name} {model.version}",
        model_fallback=falls_back,
        provider=context.site.provider,
        arrangement=context.site.arrangement,
        cameras=dict(states),
        frames_scored=counts.frames_scored,
        frames_corrupt=counts.frames_corrupt,
        corrupt_at=_moment(counts.corrupt_at_s, context.clock),
        frames_hurried=counts.frames_hurried,
        frames_failed=counts.frames_failed,
        failed_at=_moment(counts.failed_at_s, context.clock),
        undecided=counts.waiting,
        pictures_lost=lost.count,
        pictures_lost_at=_moment(lost.at_s, context.clock),
        second_stage=counts.second_stage,
        evidence_fits=fits,
        terrain=relief,
        newest_event=context.store.events.latest(),
        poses=poses,
        recorder=recorder,
        notices=notices,
        orders=orders,
        node_broker=broker,
        thermal=_thermal(context),
    )


def _thermal(context: Context) -> ThermalHealth:
    fed = context.heat_fed
    same = ("frames", "passed", "kept", "dropped", "unknown")
    return ThermalHealth(
        **{name: getattr(fed, name) for name in same},
        failed_at=_moment(fed.failed_at_s, context.clock),
    )


def _broker(context: Context) -> BrokerHealth | None:
    if not context.settings.nodes.broker.url:
        return None
    facts = context.nodes.listener.facts
    return BrokerHealth(
        is_joined=facts.is_joined, taken=facts.taken, failed=facts.failed, let_go=facts.let_go
    )


def _notices(context: Context) -> NoticeHealth:
    desk = context.notices.desk
    found = [one for one in desk.health() if one.channel.draft.enabled]
    waiting = [one.oldest_pending_at for one in found if one.oldest_pending_at is not None]
    return NoticeHealth(
        channels=len(found),
        failing=sum(desk.fails(one) for one in found),
        pending=sum(one.pending for one in found),
        oldest_pending_at=min(waiting, default=None),
    )


def _orders(context: Context) -> OrderHealth:
    faults, tick_s = context.orders.faults(), context.store.steady.tick_s()
    found = context.store.orders.open_ones()
    limit_s = context.orders.limits.push_s
    return OrderHealth(
        open=len(found),
        unanswered=sum(
            one.stops.push_tick_s is None and tick_s - one.opened_tick_s > limit_s for one in found
        ),
        faults=faults.orders + faults.fires + faults.others,
        faults_since=faults.since,
        stands_still=faults.stands_still,
    )


def _trust(terrain: Terrain | None) -> str:
    return "missing" if terrain is None else terrain.caution or "surveyed"


def _lately(at_s: float | None, clock: Clock) -> bool:
    return at_s is not None and clock.monotonic_s() - at_s < LATELY_S


def _moment(at_s: float | None, clock: Clock) -> datetime | None:
    return None if at_s is None else clock.now() - timedelta(seconds=clock.monotonic_s() - at_s)
