"""Whose rows of the roster somebody reads and writes.

Somebody who is limited to townships reads theirs and the district's own, and writes theirs only.
"""

from api.auth.scope import outside
from models.duty import DISTRICT
from models.user import User

__all__ = ["check_reads", "check_writes", "reads", "writes"]


def reads(user: User, township: str) -> bool:
    """Whether they see rows of a township, or of the district."""
    return township == DISTRICT or writes(user, township)


def writes(user: User, township: str) -> bool:
    """Whether they change rows of a township; the district's are for people of all of it."""
    return not user.townships or township in user.townships


def check_reads(user: User, township: str) -> None:
    """Refuse what :func:`reads` denies.

    Raises:
        NotPermitted: code ``outside_townships``.
    """
    if not reads(user, township):
        raise outside()


def check_writes(user: User, *townships: str) -> None:
    """Refuse what :func:`writes` denies for any of some townships.

    Raises:
        NotPermitted: code ``outside_townships``.
    """
    if not all(writes(user, township) for township in townships):
        raise outside()
