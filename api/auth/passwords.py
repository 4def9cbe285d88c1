"""Passwords: argon2id with the library's RFC 9106 low-memory profile, and one-time ones.

Source: RFC 9106, section 4, second recommended option (64 MiB, 3 passes, 4 lanes).
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import InputRefused

__all__ = ["check_strength", "hash_password", "make_one_time_password", "verify_password"]

MIN_LENGTH = 10
MAX_LENGTH = 256  # argon2 takes any length; a bound keeps a hostile body cheap
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread over the telephone

_hasher = PasswordHasher()
_absent_user_hash = _hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """Argon2id hash with its parameters and a fresh salt."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; as slow for no account (None) as for one that exists."""
    try:
        _hasher.verify(password_hash or _absent_user_hash, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def check_strength(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, or the account's own name.

    Raises:
        InputRefused: code ``weak_password``.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or password.strip().lower() == name.lower():
        raise InputRefused(
            f"A password needs {MIN_LENGTH} to {MAX_LENGTH} characters and may not be the name.",
            remedy="Choose a longer one, for example four unrelated words.",
            code="weak_password",
        )


def make_one_time_password() -> str:
    """A random password that can be read out: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
