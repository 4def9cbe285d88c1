"""People who sign in, programs that hold a token, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.errors import InputRefused

__all__ = ["ApiToken", "Role", "Session", "TokenScope", "User", "check_rights"]

MOST_TOWNSHIPS: Final = 200
LONGEST_CODE: Final = 100


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


class TokenScope(StrEnum):
    """Which part of the API a token opens; each stands for the first words of addresses."""

    INCIDENTS = "incidents"  # fires, alerts, observations, their pictures, the live feed
    CAMERAS = "cameras"  # cameras, their pictures, patrols, masks, coverage
    LAND = "land"  # layers, the network, places
    WEATHER = "weather"  # wind, danger class, weather
    EXPORTS = "exports"  # files of fires and evidence
    NOTICES = "notices"  # who is told
    GATES = "gates"  # gates hand in who passed them
    EXCHANGE = "exchange"  # the city's grid platform reads orders and fires, and reports


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who asks: a person as the store knows them, or a program with a token.

    Attributes:
        name: sign-in name, ``[a-z0-9._-]{1,40}`` or Chinese characters; of a program ``api:`` and
            the name of its token, which no person can have.
        role: what they may do.
        password_hash: argon2id, with its parameters and salt; empty for a program.
        must_change_password: the password was made by a command and works only for changing it.
        townships: codes of the land layer that they are limited to, sorted; none is the whole
            district.
        disabled: cannot sign in.
        token_id: of a program; None for a person.
    """

    name: str
    role: Role
    password_hash: str
    must_change_password: bool
    townships: tuple[str, ...] = ()
    disabled: bool = False
    token_id: int | None = None

    @property
    def is_person(self) -> bool:
        """Whether it is somebody who can answer for a verdict as the second person."""
        return self.token_id is None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; the token itself is never stored.

    Attributes:
        user: who.
        expires_at: UTC, whatever they do until then.
        seen_at: UTC, when it last asked for something, to the minute.
    """

    user: User
    expires_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program signs in with; its secret is never stored.

    Attributes:
        token_id: number, rising, never used again.
        name: what it is for; its deeds stand under ``api:`` and this name.
        role: viewer or monitor.
        scopes: parts of the API that it opens.
        townships: as of a person.
        created_by: who made it.
        created_at: UTC.
        expires_at: UTC.
        last_used_at: UTC, to the minute; None before the first time.
        revoked_at: UTC; None while it holds.
        revoked_by: who revoked it; empty while it holds.
    """

    token_id: int
    name: str
    role: Role
    scopes: tuple[TokenScope, ...]
    townships: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""

    @property
    def user(self) -> User:
        """It as somebody who asks."""
        return User(
            f"api:{self.name}",
            self.role,
            "",
            must_change_password=False,
            townships=self.townships,
            token_id=self.token_id,
        )


def check_rights(role: Role, townships: tuple[str, ...]) -> tuple[str, ...]:
    """The townships in order, each once.

    Raises:
        InputRefused: an administrator is of the whole district (``admin_scoped``), or what is no
            code, or too many (``townships_refused``).
    """
    if role is Role.ADMIN and townships:
        raise InputRefused(
            "An administrator is of the whole district.",
            remedy="Make them monitor or viewer, or leave the townships out.",
            code="admin_scoped",
        )
    fit = all(0 < len(code) <= LONGEST_CODE and code.isprintable() for code in townships)
    if len(townships) > MOST_TOWNSHIPS or not fit:
        raise InputRefused(
            f"At most {MOST_TOWNSHIPS} codes of townships, each of 1 to {LONGEST_CODE} characters.",
            code="townships_refused",
        )
    return tuple(sorted(set(townships)))
