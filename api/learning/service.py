"""What a person decides on a proposal of the digest."""

from dataclasses import replace

from api.context import Context
from api.learning.digesting import obstacle_to
from api.learning.schemas import AcceptRequest
from api.ledger.service import check_length
from detector.nuisances import Obstacle
from models.errors import Conflict
from models.nuisance_digest import NuisanceProposal, NuisanceState
from models.user import User

__all__ = ["accept"]


def accept(context: Context, proposal_id: int, body: AcceptRequest, user: User) -> NuisanceProposal:
    """Write the entry that is proposed, from now on.

    Args:
        context: of the application.
        proposal_id: of the proposal.
        body: until when and at which hours, where the person wants it otherwise.
        user: who accepts.

    Raises:
        NotFound: no such proposal or camera.
        Conflict: it is decided (``nuisance_decided``), something burnt near it since
            (``nuisance_fire``), or an entry covers it by now (``nuisance_entry``).
        NotPermitted: a monitor asks for more than a fortnight; code ``ledger_too_long``.
        InputRefused: no such entry can be, see :func:`models.ledger.check_entry`.
    """
    store, now = context.store, context.clock.now()
    proposal = store.digests.get(proposal_id)
    if proposal.state is NuisanceState.OPEN:
        store.cameras.get(proposal.camera_id)
        obstacle = obstacle_to(store, context.clock, context.settings, proposal)
        if obstacle is not None:
            store.digests.overtake(proposal_id)
            raise _overtaken(proposal_id, obstacle)
    suggested = proposal.suggested
    lasts = suggested.until_at - suggested.from_at
    until_at = now + lasts if body.until_at is None else body.until_at
    check_length(until_at, now, user)
    draft = replace(
        suggested,
        from_at=now,
        until_at=until_at,
        times=suggested.times if body.times is None else body.times.times(),
        note=body.note.strip(),
    )
    return store.digests.accept(proposal_id, draft, author=user.name)


def _overtaken(proposal_id: int, obstacle: Obstacle) -> Conflict:
    if obstacle is Obstacle.FIRE:
        return Conflict(
            f"Near the place of proposal {proposal_id} something burnt, or nobody has judged it.",
            remedy="Judge what is open there; the next digest looks again.",
            code="nuisance_fire",
        )
    return Conflict(
        f"An entry of the ledger covers the place of proposal {proposal_id} by now.",
        remedy="Change that entry, if it is not enough.",
        code="nuisance_entry",
    )
