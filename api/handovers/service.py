"""Who signs what: the giver by their session, the taker by theirs or by their password."""

from datetime import datetime, timedelta
from typing import Final

from api.context import Context
from api.handovers.drafting import draft_of
from api.handovers.schemas import TakeRequest
from models.errors import Conflict, InputRefused, NotPermitted
from models.handover import Handover
from models.user import Role, User

__all__ = ["LONGEST_READ", "give", "take"]

LONGEST_READ: Final = timedelta(minutes=10)
"""Who has looked at a draft for longer looks at what has changed before they sign."""


def give(context: Context, user: User, seen_until: datetime, remark: str) -> Handover:
    """Sign as who ends their shift: what holds now is kept, not what held when they looked.

    Args:
        context: of the application.
        user: who signs.
        seen_until: ``until_at`` of the draft that they have seen, UTC.
        remark: may be empty.

    Raises:
        Conflict: that draft is too old (``handover_stale``), or somebody was faster
            (``handover_given``).
    """
    draft = draft_of(context)
    if abs(draft.until_at - seen_until) > LONGEST_READ:
        raise Conflict(
            "This page was drafted more than ten minutes ago.",
            remedy="Draft it anew, look at what has changed, and sign.",
            code="handover_stale",
        )
    return context.store.handovers.give(
        draft.from_at, draft.until_at, draft.items, remark.strip(), author=user.name
    )


def take(
    context: Context, user: User, handover_id: int, asked: TakeRequest, address: str
) -> Handover:
    """Sign as who begins their shift.

    Args:
        context: of the application.
        user: whose session it is.
        handover_id: of the page.
        asked: whose signature it is.
        address: that the request comes from.

    Raises:
        InputRefused: a name without a password, or the other way round; code
            ``handover_password``.
        NotSignedIn: name or password is wrong; code ``wrong_credentials``.
        TooManyAttempts: as in signing in.
        NotPermitted: whoever it is may not take over; code as of a route that denies them.
        WatchError: as :meth:`models.store.handovers.HandoverRepository.take`.
    """
    remark = asked.remark.strip()
    if (asked.name is None) != (asked.password is None):
        raise InputRefused(
            "A signature at somebody else's console needs name and password.",
            remedy="Give both, or neither to sign as yourself.",
            code="handover_password",
        )
    if asked.name is None or asked.password is None:
        return context.store.handovers.take(handover_id, author=user.name, remark=remark)
    taker = context.auth.prove(asked.name, asked.password, address)
    _check_may_take(taker)
    return context.store.handovers.take(
        handover_id, author=taker.name, remark=remark, session_of=user.name
    )


def _check_may_take(taker: User) -> None:
    """What every route asks of its session is asked of a password too."""
    if taker.must_change_password:
        raise NotPermitted(
            "The password was set by an administrator.",
            remedy="Sign in and choose your own password first.",
            code="must_change_password",
        )
    if not taker.role.allows(Role.MONITOR):
        raise NotPermitted(
            f"This needs the role {Role.MONITOR}.", remedy="Ask an administrator for it."
        )
    if taker.townships:
        raise NotPermitted(
            "This is for people of the whole district.",
            remedy="Ask one of them, or an administrator.",
            code="whole_district",
        )
