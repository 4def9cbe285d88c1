"""Signing in and out; sessions are random tokens of which only the hash is stored."""

import hashlib
import secrets
import threading
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
HASHES_AT_ONCE = 2
"""One argon2id hash takes 64 MiB: a flood of sign-ins waits in line instead of filling memory."""


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
        self._counting = threading.Lock()
        self._hashing = threading.Semaphore(HASHES_AT_ONCE)

    def sign_in(self, name: str, password: str, address: str) -> tuple[User, str]:
        """Check a password and open a session.

        Returns:
            The user, and the token that the browser keeps; it cannot be had again.

        Raises:
            NotSignedIn: code ``wrong_credentials``, whichever of the two is wrong.
            TooManyAttempts: five failures of this account from this address within a minute.
        """
        self._check_patience(name, address)
        user = self._store.users.get(name)
        with self._hashing:
            fits = verify_password(user.password_hash if user else None, password)
        if user is None or not fits:
            self._count_failure(name, address)
            raise NotSignedIn("Name or password is wrong.", code="wrong_credentials")
        with self._counting:
            self._failures.pop((name, address), None)
        return user, self._open_session(user.name)

    def _check_patience(self, name: str, address: str) -> None:
        with self._counting:
            count, last_s = self._failures.get((name, address), (0, 0.0))
        left_s = LOCK_S - (self._clock.monotonic_s() - last_s)
        if count >= MAX_FAILURES and left_s > 0.0:
            raise TooManyAttempts("Too many wrong passwords.", remedy=f"Wait {left_s:.0f} s.")

    def _count_failure(self, name: str, address: str) -> None:
        now_s = self._clock.monotonic_s()
        with self._counting:
            count, last_s = self._failures.pop((name, address), (0, now_s))
            recent = now_s - last_s < LOCK_S
            self._failures[name, address] = (count + 1 if recent else 1, now_s)
            while len(self._failures) > MAX_REMEMBERED:
                self._failures.popitem(last=False)

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
        with self._hashing:
            fits = verify_password(user.password_hash, current)
        if not fits:
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
