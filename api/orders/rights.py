"""Whose orders somebody sees and acts on: of their townships', or all of them."""

from api.auth.scope import outside
from models.duty import DISTRICT
from models.order import Order
from models.user import Role, User

__all__ = ["check_township", "is_theirs", "knows_people"]


def is_theirs(user: User, township: str) -> bool:
    """Whether orders of a township are theirs; the district's are for people of all of it."""
    return not user.townships or (township != DISTRICT and township in user.townships)


def check_township(user: User, order: Order | str) -> None:
    """Refuse an order, or a township's orders, that :func:`is_theirs` denies.

    Raises:
        NotPermitted: code ``outside_townships``.
    """
    township = order if isinstance(order, str) else order.draft.township
    if not is_theirs(user, township):
        raise outside()


def knows_people(user: User) -> bool:
    """Whether they are told who is called, at which telephone: people who act on it, no program."""
    return user.is_person and user.role.allows(Role.MONITOR)
