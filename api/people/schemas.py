"""What accounts and tokens look like on the wire; no hash and no secret is ever told."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool

from api.bodies import RequestBody
from models.user import ApiToken, Role, TokenScope, User

__all__ = [
    "AccountAnswer",
    "AccountChange",
    "AccountList",
    "AccountRequest",
    "NewAccount",
    "NewToken",
    "TokenAnswer",
    "TokenList",
    "TokenRequest",
]

Code = Annotated[str, Field(min_length=1, max_length=100)]
Codes = Annotated[tuple[Code, ...], Field(max_length=200)]


class AccountRequest(RequestBody):
    """A new account; its one-time password is in the answer, and nowhere else.

    Attributes:
        townships: codes of the land layer that the person is limited to; none for the district.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    role: Role
    townships: Codes = ()


class AccountChange(RequestBody):
    """What is to be another; what is left out stays.

    Attributes:
        disabled: True signs every browser of the account out at once.
    """

    role: Role | None = None
    townships: Codes | None = None
    disabled: StrictBool | None = None


class AccountAnswer(BaseModel):
    """One account.

    Attributes:
        unknown_townships: codes that the land has no longer: with such a one they see every fire.
    """

    name: str
    role: Role
    townships: tuple[str, ...]
    unknown_townships: tuple[str, ...]
    disabled: bool
    must_change_password: bool

    @classmethod
    def of(cls, user: User, known: frozenset[str]) -> "AccountAnswer":
        """Without the hash."""
        return cls(
            name=user.name,
            role=user.role,
            townships=user.townships,
            unknown_townships=tuple(code for code in user.townships if code not in known),
            disabled=user.disabled,
            must_change_password=user.must_change_password,
        )


class NewAccount(BaseModel):
    """An account with the password that it signs in with once."""

    account: AccountAnswer
    one_time_password: str


class AccountList(BaseModel):
    """All accounts, by name."""

    accounts: tuple[AccountAnswer, ...]


class TokenRequest(RequestBody):
    """A new token.

    Attributes:
        name: what it is for; its deeds stand under ``api:`` and this name.
        days: that it lasts.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    role: Role = Role.VIEWER
    scopes: Annotated[tuple[TokenScope, ...], Field(min_length=1, max_length=20)]
    townships: Codes = ()
    days: Annotated[int, Field(ge=1, le=1098)] = 365


class TokenAnswer(BaseModel):
    """One token."""

    token_id: int
    name: str
    role: Role
    scopes: tuple[TokenScope, ...]
    townships: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str
    holds: bool

    @classmethod
    def of(cls, token: ApiToken, now: datetime) -> "TokenAnswer":
        """Without anything of its secret."""
        return cls(
            token_id=token.token_id,
            name=token.name,
            role=token.role,
            scopes=token.scopes,
            townships=token.townships,
            created_by=token.created_by,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
            revoked_by=token.revoked_by,
            holds=token.revoked_at is None and token.expires_at > now,
        )


class NewToken(BaseModel):
    """A token with its text, which cannot be had again."""

    token: TokenAnswer
    text: str


class TokenList(BaseModel):
    """All tokens that there ever were, the newest first."""

    tokens: tuple[TokenAnswer, ...]
