"""Signing in and out, and who asks; of sessions and tokens only hashes are stored."""

import hashlib
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from api.auth.passwords import check_strength, hash_password, is_outdated, verify_password
from api.auth.patience import Patience
from api.auth.tokens import parse_token, scope_of_path, secret_sha256
from models.clock import Clock
from models.config import SecurityRule
from models.errors import NotPermitted, NotSignedIn, WatchError
from models.store import Store
from models.user import Session, User

__all__ = ["AuthService"]

logger = logging.getLogger(__name__)

HASHES_AT_ONCE: Final = 2
"""One argon2id hash takes 64 MiB: a flood of sign-ins waits in line instead of filling memory."""

NOTED_EVERY_S: Final = 60.0
"""How exactly it is kept when a session or a token was used last: a write each time would cost."""

MOST_NOTED: Final = 10_000
BEARER: Final = "bearer "


class AuthService:
    """Accounts, sessions and tokens of one installation.

    Args:
        store: where they live.
        clock: for expiry and throttling.
        rule: how long sessions last.
    """

    def __init__(self, store: Store, clock: Clock, rule: SecurityRule | None = None) -> None:
        rule = rule or SecurityRule()
        self._store = store
        self._clock = clock
        self.session_life = timedelta(hours=rule.session_hours)
        self._idle = timedelta(hours=rule.idle_hours)
        self._patience = Patience(store.sign_ins, clock)
        self._hashing = threading.Semaphore(HASHES_AT_ONCE)
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._noting = threading.Lock()

    def sign_in(self, name: str, password: str, address: str) -> tuple[User, str]:
        """Check a password and open a session.

        Returns:
            The user, and the token that the browser keeps; it cannot be had again.

        Raises:
            NotSignedIn: code ``wrong_credentials``, whichever of the two is wrong, and for an
                account that is switched off.
            TooManyAttempts: see :class:`api.auth.patience.Patience`.
        """
        user = self.prove(name, password, address)
        logger.info("%s signed in from %s", name, address)
        return user, self._open_session(user.name)

    def prove(self, name: str, password: str, address: str) -> User:
        """Check a password without opening a session, for a signature in somebody else's.

        Arguments and refusals are those of :meth:`sign_in`, and so are the counts of failures: who
        guesses here waits there.

        Returns:
            The user; what they may do is for the caller to ask.
        """
        self._patience.check(name, address)
        user = self._store.users.get(name)
        with self._hashing:
            fits = verify_password(user.password_hash if user else None, password)
        if user is None or not fits or user.disabled:
            self._patience.failed(name, address)
            # Not the name: people type passwords into the wrong field.
            logger.warning("a sign-in from %s failed", address)
            raise NotSignedIn("Name or password is wrong.", code="wrong_credentials")
        self._patience.succeeded(name, address)
        if is_outdated(user.password_hash):
            with self._hashing:
                renewed = hash_password(password)
            self._store.users.set_password(
                name, renewed, must_change=user.must_change_password, actor=name
            )
        return user

    def asker(self, session_token: str | None, authorization: str | None, path: str) -> User:
        """Who asks: a program by its token where one is sent, else a browser by its cookie.

        Args:
            session_token: of the cookie.
            authorization: header of that name.
            path: of the address that is asked for.

        Raises:
            NotSignedIn: neither holds.
            NotPermitted: the token does not open that part of the API; code ``token_scope``.
        """
        if authorization is None:
            return self.user_of(session_token)
        # Where a token is sent the cookie counts for nothing, so no foreign page gains by one.
        scheme, text = authorization[: len(BEARER)].lower(), authorization[len(BEARER) :]
        parsed = parse_token(text.strip()) if scheme == BEARER else None
        token = None
        if parsed is not None:
            token = self._store.tokens.holding(parsed[0], secret_sha256(parsed[1]))
        if token is None:
            raise NotSignedIn(
                "The token does not hold.", remedy="Ask an administrator for one.", code="token_bad"
            )
        if scope_of_path(path) not in token.scopes:
            raise NotPermitted(
                "This token does not open that part of the API.",
                remedy="Ask for one with the scope that the documentation names.",
                code="token_scope",
            )
        if self._is_due(f"token {token.token_id}"):
            with _unless_it_cannot_be_noted():
                self._store.tokens.used(token.token_id)
        return token.user

    def user_of(self, token: str | None) -> User:
        """Who a session's token belongs to; the session counts as used.

        Raises:
            NotSignedIn: no token, an unknown one, an expired one, or one not used for too long.
        """
        session = self._session(token)
        if token and session is not None:
            key = _hash_of(token)
            if self._is_due(key):
                with _unless_it_cannot_be_noted():
                    self._store.sessions.seen(key)
            return session.user
        raise NotSignedIn("You are not signed in.", remedy="Sign in.")

    def sign_out(self, token: str | None) -> None:
        """Forget a session; an unknown one is no error."""
        if token:
            self._store.sessions.delete(_hash_of(token))

    def sign_out_everywhere(self, name: str, *, actor: str) -> int:
        """End every session of an account.

        Returns:
            How many there were.
        """
        count = self._store.sessions.delete_all_of(name)
        self._store.audit.record(
            actor=actor, action="user.sessions_ended", subject=name, details={"sessions": count}
        )
        return count

    def change_password(self, user: User, current: str, new: str) -> tuple[User, str]:
        """Set a new password; every session of the account ends and a new one opens.

        Raises:
            NotSignedIn: code ``wrong_credentials`` when the current password is wrong.
            InputRefused: code ``weak_password``.
            TooManyAttempts: see :class:`api.auth.patience.Patience`.
        """
        self._patience.check(user.name, OWN)
        with self._hashing:
            fits = verify_password(user.password_hash, current)
        if not fits:
            self._patience.failed(user.name, OWN)
            raise NotSignedIn("The current password is wrong.", code="wrong_credentials")
        check_strength(new, user.name)
        self._patience.succeeded(user.name, OWN)
        with self._hashing:
            password_hash = hash_password(new)
        self._store.users.set_password(user.name, password_hash, must_change=False, actor=user.name)
        self._store.sessions.delete_all_of(user.name)
        changed = self._store.users.get(user.name)
        if changed is None:
            raise NotSignedIn("The account is gone.", remedy="Ask an administrator.")
        return changed, self._open_session(user.name)

    def _session(self, token: str | None) -> Session | None:
        session = self._store.sessions.get(_hash_of(token)) if token else None
        if session is None or self._clock.now() - session.seen_at > self._idle:
            return None
        return session

    def _is_due(self, key: str) -> bool:
        now_s = self._clock.monotonic_s()
        with self._noting:
            last_s = self._noted.get(key)
            if last_s is not None and now_s - last_s < NOTED_EVERY_S:
                return False
            self._noted[key] = now_s
            self._noted.move_to_end(key)
            if len(self._noted) > MOST_NOTED:
                self._noted.popitem(last=False)
        return True

    def _open_session(self, user_name: str) -> str:
        token = secrets.token_urlsafe(32)
        until = self._clock.now() + self.session_life
        self._store.sessions.create(_hash_of(token), user_name, until)
        return token


@contextmanager
def _unless_it_cannot_be_noted() -> Iterator[None]:
    """That somebody was here is worth a note; a full disk keeps nobody from reading."""
    try:
        yield
    except WatchError as error:
        logger.warning("it is not noted that a session or token was used: %s", error)


OWN: Final = "own session"
"""In place of an address, where somebody who is signed in gives their password once more."""


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
