"""Accounts and tokens, made and limited: what the console, the API and the command line share."""

from collections.abc import Collection
from datetime import timedelta

from api.auth.passwords import hash_password, make_one_time_password
from api.auth.tokens import new_secret, secret_sha256, written
from models.clock import Clock
from models.errors import InputRefused
from models.land import Layer
from models.store import Store
from models.user import ApiToken, Role, TokenScope, User

__all__ = [
    "check_townships",
    "make_account",
    "make_token",
    "reset_password",
    "set_rights",
    "township_codes",
]


def township_codes(store: Store) -> frozenset[str]:
    """Codes of the land's townships."""
    return frozenset(one.code for one in store.land.all() if one.layer is Layer.TOWNSHIP)


def check_townships(store: Store, codes: Collection[str]) -> None:
    """Let pass what the land has.

    Raises:
        InputRefused: a code that it has not; code ``township_unknown``. With it nothing could be
            judged, and whoever is limited to it would see everything.
    """
    missing = sorted(set(codes) - township_codes(store)) if codes else []
    if missing:
        raise InputRefused(
            f"The land has no township {missing[0][:100]}.",
            remedy="Use the codes of the township layer.",
            code="township_unknown",
        )


def make_account(
    store: Store,
    name: str,
    role: Role,
    *,
    actor: str,
    townships: tuple[str, ...] = (),
    must_change: bool = True,
) -> str:
    """Create an account with a random password.

    Returns:
        The password, which is nowhere stored in the clear.

    Raises:
        InputRefused: the name is not usable, a township is unknown, or an administrator is limited.
        Conflict: the name is or was somebody's.
    """
    check_townships(store, townships)
    password = make_one_time_password()
    user = User(name, role, hash_password(password), must_change, townships)
    store.users.add(user, actor=actor)
    return password


def reset_password(store: Store, user: User, *, actor: str) -> str:
    """Give an account a new one-time password and sign it out everywhere.

    Returns:
        The password, which is nowhere stored in the clear.
    """
    password = make_one_time_password()
    store.users.set_password(user.name, hash_password(password), must_change=True, actor=actor)
    store.sessions.delete_all_of(user.name)
    return password


def set_rights(
    store: Store, user: User, *, role: Role | None, townships: tuple[str, ...] | None, actor: str
) -> User:
    """Change role, townships or both; what is None stays.

    Raises:
        InputRefused: a township is unknown, or an administrator would be limited.
        Conflict: nobody would be left to administer; code ``last_admin``.
    """
    if townships is not None:
        check_townships(store, townships)
    return store.users.set_rights(
        user.name,
        user.role if role is None else role,
        user.townships if townships is None else townships,
        actor=actor,
    )


def make_token(
    store: Store,
    clock: Clock,
    name: str,
    *,
    role: Role,
    scopes: tuple[TokenScope, ...],
    townships: tuple[str, ...],
    days: int,
    actor: str,
) -> tuple[ApiToken, str]:
    """Make a token.

    Returns:
        It and its text, which cannot be had again.

    Raises:
        InputRefused: see :meth:`models.store.tokens.TokenRepository.add`; a township is unknown.
        Conflict: one of that name holds.
    """
    check_townships(store, townships)
    secret = new_secret()
    token = store.tokens.add(
        name,
        secret_sha256(secret),
        role=role,
        scopes=scopes,
        townships=townships,
        expires_at=clock.now() + timedelta(days=days),
        actor=actor,
    )
    return token, written(token.token_id, secret)
