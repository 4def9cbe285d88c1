"""Passwords: argon2id with the low-memory profile of RFC 9106, rules, and one-time ones.

Source: RFC 9106, section 4, second recommended option (64 MiB, 3 passes, 4 lanes); what is refused
follows NIST SP 800-63B section 5.1.1.2: length, what is commonly used, nothing about kinds of
characters.
"""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import InputRefused

__all__ = [
    "check_strength",
    "hash_password",
    "is_outdated",
    "make_one_time_password",
    "verify_password",
]

MIN_LENGTH = 10
MAX_LENGTH = 256  # argon2 takes any length; a bound keeps a hostile body cheap
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread over the telephone

LEAST_KINDS: Final = 5
LEAST_OF_DIGITS: Final = 16
"""Digits alone are a telephone number or a date; from this length on they are neither."""

_COMMON: Final = frozenset(
    {"password", "passw0rd", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "qaz2wsx", "q2w3e4r"}
    | {"iloveyou", "woaini", "admin", "administrator", "firewatch", "linhuoliaowang", "changeme"}
    | {"letmein", "welcome", "abcdefghij", "monitor", "viewer", "root", "test", "guest"}
)
"""What is left of a password without digits and signs at its ends may be none of these."""

_hasher = PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, salt_len=16
)
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


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than those of now."""
    return _hasher.check_needs_rehash(password_hash)


def check_strength(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, or soon guessed.

    Raises:
        InputRefused: code ``weak_password``.
    """
    plain = password.strip().lower()
    core = plain.strip("0123456789!@#$%^&*._-+=? ")
    guessed = (
        core in _COMMON
        or core == name.lower()
        or len(set(plain)) < LEAST_KINDS
        or (plain.isdecimal() and len(plain) < LEAST_OF_DIGITS)
    )
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or guessed:
        raise InputRefused(
            f"A password needs {MIN_LENGTH} to {MAX_LENGTH} characters, and neither the name, nor "
            "digits alone, nor what everybody takes.",
            remedy="Choose a longer one, for example four unrelated words.",
            code="weak_password",
        )


def make_one_time_password() -> str:
    """A random password that can be read out: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
