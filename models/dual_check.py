"""When a registration of a pair is to be checked, and what becomes of it by what a check says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from models.dual import PairRegistration, RegistrationState

__all__ = [
    "CHECK_EVERY",
    "RETRY_AFTER",
    "UNCHECKED_AFTER",
    "aged",
    "confirmed",
    "drifted",
    "is_due",
]

CHECK_EVERY: Final = timedelta(days=1)
RETRY_AFTER: Final = timedelta(hours=1)
"""After pictures that showed too little: a fog lifts, a night ends."""
UNCHECKED_AFTER: Final = timedelta(hours=48)


def is_due(registration: PairRegistration | None, tried_at: datetime | None, now: datetime) -> bool:
    """Whether pictures are to be asked.

    Args:
        registration: of the preset; None for none yet.
        tried_at: UTC, when they were asked last; None for not yet.
        now: UTC. A clock that went back asks at once.
    """
    if tried_at is not None and timedelta(0) <= now - tried_at < RETRY_AFTER:
        return False
    if registration is None or registration.state is not RegistrationState.GOOD:
        return True
    checked_at = registration.checked_at
    return checked_at is None or not timedelta(0) <= now - checked_at < CHECK_EVERY


def confirmed(registration: PairRegistration, at: datetime) -> PairRegistration:
    """Two pictures have found it where it was."""
    return replace(registration, state=RegistrationState.GOOD, checked_at=at)


def drifted(registration: PairRegistration) -> PairRegistration:
    """Two checks in turn have found it elsewhere; when it was last right is kept."""
    return replace(registration, state=RegistrationState.DRIFTED)


def aged(registration: PairRegistration, now: datetime) -> PairRegistration:
    """As it stands without a check for long; what has drifted stays so."""
    known_at = max(registration.made_at, registration.checked_at or registration.made_at)
    if registration.state is RegistrationState.GOOD and now - known_at > UNCHECKED_AFTER:
        return replace(registration, state=RegistrationState.UNCHECKED)
    return registration
