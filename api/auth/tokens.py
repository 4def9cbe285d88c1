"""Tokens of programs: ``ffw_<number>_<secret>``, sent as ``Authorization: Bearer``.

Only the SHA-256 of the secret is stored: with 256 random bits there is nothing to guess, so it
needs no slow hash. A token opens the parts of the API that its scopes name and nothing else;
accounts, tokens and the audit log are for people.
"""

import hashlib
import re
import secrets
from typing import Final

from models.user import TokenScope

__all__ = ["SCOPE_OF", "new_secret", "parse_token", "scope_of_path", "secret_sha256", "written"]

_TOKEN: Final = re.compile(r"ffw_([1-9][0-9]{0,18})_([A-Za-z0-9_-]{43})")

SCOPE_OF: Final[dict[str, TokenScope]] = {
    "alerts": TokenScope.INCIDENTS,
    "candidates": TokenScope.INCIDENTS,
    "events": TokenScope.INCIDENTS,
    "incidents": TokenScope.INCIDENTS,
    "ledger": TokenScope.INCIDENTS,
    "looks": TokenScope.INCIDENTS,
    "observations": TokenScope.INCIDENTS,
    "aircraft": TokenScope.CAMERAS,
    "calibration": TokenScope.CAMERAS,
    "cameras": TokenScope.CAMERAS,
    "imagery": TokenScope.CAMERAS,
    "coverage": TokenScope.CAMERAS,
    "duals": TokenScope.CAMERAS,
    "masks": TokenScope.CAMERAS,
    "nodes": TokenScope.CAMERAS,
    "patrols": TokenScope.CAMERAS,
    "steering": TokenScope.CAMERAS,
    "sweeps": TokenScope.CAMERAS,
    "wall": TokenScope.CAMERAS,
    "land": TokenScope.LAND,
    "site": TokenScope.LAND,
    "terrain": TokenScope.LAND,
    "danger": TokenScope.WEATHER,
    "weather": TokenScope.WEATHER,
    "wind": TokenScope.WEATHER,
    "evidence": TokenScope.EXPORTS,
    "exports": TokenScope.EXPORTS,
    "ogc": TokenScope.EXPORTS,
    "notices": TokenScope.NOTICES,
    "gates": TokenScope.GATES,
    "exchange": TokenScope.EXCHANGE,
}
"""By the word of an address after ``/api/``; what is not named here no token opens."""


def new_secret() -> str:
    """43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def written(token_id: int, secret: str) -> str:
    """A token as it is handed over, once."""
    return f"ffw_{token_id}_{secret}"


def parse_token(text: str) -> tuple[int, str] | None:
    """Number and secret of a token; None when it is none."""
    found = _TOKEN.fullmatch(text)
    return None if found is None else (int(found[1]), found[2])


def secret_sha256(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def scope_of_path(path: str) -> TokenScope | None:
    """The part of the API that an address belongs to; None for what no token opens."""
    words = path.split("/")
    if words[1:2] == ["ogc"]:
        return TokenScope.EXPORTS
    return SCOPE_OF.get(words[2]) if words[:2] == ["", "api"] and len(words) > 2 else None
