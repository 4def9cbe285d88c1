"""People who sign in, and what their role allows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Role", "Session", "User"]


class Role(StrEnum):
    """What a person may do; each role may do all that the one before it may."""

    VIEWER = "viewer"
    MONITOR = "monitor"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Whether this role may do what ``needed`` may do.

        >>> Role.ADMIN.allows(Role.MONITOR), Role.VIEWER.allows(Role.MONITOR)
        (True, False)
        """
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    """A person as the store knows them.

    Attributes:
        name: sign-in name, ``[a-z0-9._-]{1,40}`` or Chinese characters.
        role: what they may do.
        password_hash: argon2id, with its parameters and salt.
        must_change_password: the password was made by a command and works only for changing it.
    """

    name: str
    role: Role
    password_hash: str
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; the token itself is never stored.

    Attributes:
        user: who.
        expires_at: UTC.
    """

    user: User
    expires_at: datetime
