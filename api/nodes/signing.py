"""The right to push: every push is signed with its node's own key.

The lines that are signed begin with the name of this form, so that no signature of another form can
ever be taken for one of it.
"""

import hashlib
import hmac
import secrets
from typing import Final

__all__ = ["FORM", "is_signed", "new_key", "sign"]

FORM: Final = "firewatch-node-1"
_KEY_BYTES: Final = 32
_NO_KEY: Final = secrets.token_hex(_KEY_BYTES)


def new_key() -> str:
    """A key of 256 random bits, 64 hexadecimal digits; as text it is what signs."""
    return secrets.token_hex(_KEY_BYTES)


def sign(
    key: str, *, node_id: str, sequence: str, captured_at: str, reading: str, body: bytes
) -> str:
    """The signature of a push, 64 hexadecimal digits; every text exactly as it is sent."""
    lines = (
        FORM,
        node_id,
        sequence,
        captured_at,
        hashlib.sha256(reading.encode("utf-8", "surrogatepass")).hexdigest(),
        hashlib.sha256(body).hexdigest(),
    )
    told = "\n".join(lines).encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), told, hashlib.sha256).hexdigest()


def is_signed(
    key: str | None,
    signature: str,
    *,
    node_id: str,
    sequence: str,
    captured_at: str,
    reading: str,
    body: bytes,
) -> bool:
    """Whether a push has its node's signature; takes as long where there is no such node.

    Args:
        key: of the node; None where there is none.
        signature: as it was sent.
        node_id: as it was sent, and so are the others.
        sequence: likewise.
        captured_at: likewise.
        reading: likewise.
        body: the picture.
    """
    right = sign(
        key or _NO_KEY,
        node_id=node_id,
        sequence=sequence,
        captured_at=captured_at,
        reading=reading,
        body=body,
    )
    told = signature.strip().lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(right.encode(), told) and key is not None
