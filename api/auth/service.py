"""Signing in and out; sessions are random tokens of which only the hash is stored."""

import hashlib
import secrets
from collections import OrderedDict
from datetime import timedelta

from api.auth.passwords import check_strength, hash_password, verify_password
from api.errors import TooManyAttempts
from models.clock import Clock
from models.errors import NotSignedIn
from models.store import Store
from models.user import User

__all__ = ["SESSION_LIFE", "AuthService"]

SESSION_LIFE = timedelta(hours=12)  # one shift

MAX_FAILURES = 5
LOCK_S = 60.0
MAX_REMEMBERED = 10_000


class AuthService:
    """Accounts and sessions of one installation.

    Args:
        store: where users and sessions live.
        clock: for expiry and throttling.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def sign_in(self, name: str, password: str, address: str) -> tuple[User, str]:
        """Check a password and open a session.

        Returns:
            The user, and the token that the browser keeps; it cannot be had again.

        Raises:
            NotSignedIn: code ``wrong_credentials``, whichever of the two is wrong.
            TooManyAttempts: five failures of this account from this address within a minute.
        """
        key = (name, address)
        count, last_s = self._failures.get(key, (0, 0.0))
        waited_s = self._clock.monotonic_s() - last_s
        if count >= MAX_FAILURES and waited_s < LOCK_S:
            raise TooManyAttempts(
                "Too many wrong passwords.", remedy=f"Wait {LOCK_S - waited_s:.0f} s."
            )
        user = self._store.users.get(name)
        if not verify_password(user.password_hash if user else None, password) or user is None:
            self._failures[key] = (
                count + 1 if waited_s < LOCK_S else 1,
                self._clock.monotonic_s(),
            )
            self._failures.move_to_end(key)
            while len(self._failures) > MAX_REMEMBERED:
                self._failures.popitem(last=False)
            raise NotSignedIn("Name or password is wrong.", code="wrong_credentials")
        self._failures.pop(key, None)
        return user, self._open_session(user.name)

    def user_of(self, token: str | None) -> User:
        """Who a token belongs to.

        Raises:
            NotSignedIn: no token, an unknown one or an expired one.
        """
        session = self._store.sessions.get(_hash_of(token)) if token else None
        if session is None:
            raise NotSignedIn("You are not signed in.", remedy="Sign in.")
        return session.user

    def sign_out(self, token: str | None) -> None:
        """Forget a session; an unknown one is no error."""
        if token:
            self._store.sessions.delete(_hash_of(token))

    def change_password(self, user: User, current: str, new: str) -> tuple[User, str]:
        """Set a new password; every session of the account ends and a new one opens.

        Raises:
            NotSignedIn: code ``wrong_credentials`` when the current password is wrong.
            InputRefused: code ``weak_password``.
        """
        if not verify_password(user.password_hash, current):
            raise NotSignedIn("The current password is wrong.", code="wrong_credentials")
        check_strength(new, user.name)
        self._store.users.set_password(
            user.name, hash_password(new), must_change=False, actor=user.name
        )
        self._store.sessions.delete_all_of(user.name)
        changed = self._store.users.get(user.name)
        if changed is None:
            raise NotSignedIn("The account is gone.", remedy="Ask an administrator.")
        return changed, self._open_session(user.name)

    def _open_session(self, user_name: str) -> str:
        token = secrets.token_urlsafe(32)
        self._store.sessions.create(_hash_of(token), user_name, self._clock.now() + SESSION_LIFE)
        return token


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
