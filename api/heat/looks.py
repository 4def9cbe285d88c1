"""What people decide on a look, and how heat becomes evidence of a fire."""

from contextlib import suppress
from datetime import datetime

from api.context import Context
from api.heat.schemas import LookAnswer
from detector.incidents import Correlator
from models.audit import SYSTEM
from models.crossing import Report
from models.errors import Conflict, NotFound, NotPermitted
from models.heat_look import HeatLook, LookState
from models.incident import Link
from models.observation import ObservationDraft, ObservationSource
from models.user import User

__all__ = ["became_fire", "check_decider", "joined_fire", "look_answers", "names_of"]


def look_answers(context: Context, looks: list[HeatLook]) -> tuple[LookAnswer, ...]:
    """Looks with the names of their nodes and cameras."""
    cameras = {one.camera_id: one.name for one in context.store.cameras.all()}
    nodes = names_of(context, {look.node_id for look in looks})
    return tuple(LookAnswer.of(look, nodes[look.node_id], cameras) for look in looks)


def names_of(context: Context, node_ids: set[str]) -> dict[str, str]:
    """Names of nodes; of one that nobody knows, its key."""
    names = dict.fromkeys(node_ids, "")
    for node_id in node_ids:
        names[node_id] = node_id
        with suppress(NotFound):
            names[node_id] = context.store.nodes.get(node_id).name or node_id
    return names


def became_fire(context: Context, look: HeatLook, *, author: str, note: str) -> HeatLook:
    """A person says that it is a fire: it joins the one that it is of, or opens one.

    Raises:
        Conflict: somebody has decided already; code ``look_decided``.
    """
    draft = _draft_of(context, look)
    correlator = Correlator(context.store, context.store.cameras.standpoints())
    link = correlator.link_of_told(draft, is_drill=look.is_drill)
    return _confirmed(context, correlator, look, draft, link, author=author, note=note)


def joined_fire(context: Context, look: HeatLook) -> HeatLook | None:
    """The look as evidence of the fire that others see there; None where nobody does.

    The watch says so, and no person: towers, people or drones have told of a fire whose place or
    direction agrees with the heat's, within its error and in its time.
    """
    draft = _draft_of(context, look)
    correlator = Correlator(context.store, context.store.cameras.standpoints())
    link = correlator.link_of_told(draft, is_drill=look.is_drill)
    if link is None:
        return None
    try:
        return _confirmed(context, correlator, look, draft, link, author=SYSTEM, note="")
    except Conflict:  # somebody was faster
        return None


def check_decider(user: User) -> None:
    """Let people pass and no programs: what a look turns out to be, a person says.

    Raises:
        NotPermitted: code ``look_person``.
    """
    if not user.is_person:
        raise NotPermitted(
            "A program cannot decide on a look.",
            remedy="Let somebody do it who has signed in.",
            code="look_person",
        )


def _confirmed(
    context: Context,
    correlator: Correlator,
    look: HeatLook,
    draft: ObservationDraft,
    link: Link | None,
    *,
    author: str,
    note: str,
) -> HeatLook:
    done = context.store.heat_looks.confirm(
        look.look_id, draft, author=author, note=note, link=link
    )
    if done.state is LookState.FIRE and done.incident_id is not None:
        correlator.settle(done.incident_id)
    return context.store.heat_looks.get(look.look_id)


def _draft_of(context: Context, look: HeatLook) -> ObservationDraft:
    event = look.event
    name = names_of(context, {look.node_id})[look.node_id]
    heat = "" if event.peak_c is None else f"{event.peak_c:.0f} °C, "
    return ObservationDraft(
        ObservationSource.NODE,
        Report(look.position, look.sigma_m),
        _seen_at(event.last_at, context.clock.now()),
        told=look.node_id,
        words=f"{name}: {heat}{event.frames} frames, look {look.look_id}",
    )


def _seen_at(last_at: datetime, now: datetime) -> datetime:
    """A node's clock may be ahead of ours by more than an observation's may."""
    return min(last_at, now)
