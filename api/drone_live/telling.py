"""From a plume that was seen live to an observation of a fire."""

from contextlib import suppress
from typing import TYPE_CHECKING

from api.drone_live.plumes import LivePlume, apart
from api.imagery.flight_looks import Flight
from api.imagery.witnessing import ONE_FLIGHT, link_of_flight
from api.observations.telling import told
from models.audit import SYSTEM
from models.crossing import Report
from models.errors import Conflict, InputRefused
from models.incident import OPEN_STATES, Link, LinkReason
from models.observation import ObservationDraft, ObservationSource

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["tell_plume"]


def tell_plume(
    context: "Context",
    plume: LivePlume,
    *,
    imagery_id: int,
    aircraft: str,
    flight: Flight | None,
    is_drill: bool,
) -> None:
    """Make its finds an observation; one that was told less sharply before is taken back.

    Told again, it is the same observation: it may be tried anew when the store failed.

    Args:
        context: of the application.
        plume: that is due.
        imagery_id: of the footage.
        aircraft: name.
        flight: that it was seen on; None where nobody knows of one.
        is_drill: of an invented fire.

    Raises:
        WatchError: the store failed.
    """
    store, lead = context.store, plume.lead
    if plume.observation_id is None:
        _recall(context, plume, imagery_id, is_drill=is_drill)
    if plume.told is not None and not plume.is_due and plume.observation_id is not None:
        store.live_imagery.tell([find.hit_id for find in plume.finds], plume.observation_id)
        plume.finds.clear()
        return
    if plume.observation_id is not None and _is_settled(context, plume.observation_id):
        store.live_imagery.tell([find.hit_id for find in plume.finds], plume.observation_id)
        plume.told = lead.report
        plume.finds.clear()
        return
    by = "" if flight is None else f", flight {flight.run.run_id}"
    draft = ObservationDraft(
        ObservationSource.DRONE, lead.report, lead.at, f"{aircraft}, live{by}: {lead.word}"
    )
    try:
        kept, _ = told(
            context,
            draft,
            author=SYSTEM,
            key=f"live-{imagery_id}-{plume.number}-{plume.times_told}",
            link=_link(context, plume, flight),
            is_drill=is_drill,
        )
    except InputRefused as refused:
        if refused.code != "observation_time":
            raise
        plume.told = lead.report  # a clock that was set: its pictures are of no time
        plume.finds.clear()
        return
    store.live_imagery.tell([find.hit_id for find in plume.finds], kept.observation_id)
    before, plume.observation_id = plume.observation_id, kept.observation_id
    plume.told = lead.report
    plume.times_told += 1
    plume.finds.clear()
    if before is not None:
        with suppress(Conflict):  # taken back before this was tried again
            store.observations.withdraw(before, author=SYSTEM)


def _recall(context: "Context", plume: LivePlume, imagery_id: int, *, is_drill: bool) -> None:
    """Take up what other footage of the flight told of the same plume: one flight, one witness."""
    store, lead = context.store, plume.lead
    told_already = store.imagery.witnesses(
        store.imagery.get(imagery_id), from_at=lead.at - ONE_FLIGHT, until_at=lead.at + ONE_FLIGHT
    )
    for one in told_already:
        witness = one.draft.witness
        if one.incident_id is None or not isinstance(witness, Report):
            continue
        is_alike = store.incidents.get(one.incident_id).is_drill is is_drill
        if is_alike and apart(witness, lead.report) <= 1.0:
            plume.observation_id, plume.told = one.observation_id, witness
            return


def _is_settled(context: "Context", observation_id: int) -> bool:
    """Whether people are done with it: nobody is told of it again for being seen better."""
    before = context.store.observations.get(observation_id)
    if before.withdrawn_at is not None or before.incident_id is None:
        return True
    return context.store.incidents.get(before.incident_id).state not in OPEN_STATES


def _link(context: "Context", plume: LivePlume, flight: Flight | None) -> Link | None:
    """The fire of what was told before; else the one that the flight was sent to look at."""
    if plume.observation_id is not None:
        before = context.store.observations.get(plume.observation_id).incident_id
        return None if before is None else Link(before, LinkReason.NEAR, detail="live")
    return link_of_flight(context, flight, plume.lead.report)
