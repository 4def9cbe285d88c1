"""Which part of a training set a scene goes to: all of it to one.

A picture of the same hill on both sides would make every figure a lie, so the scene is what is
drawn, by a hash of its name. Another scene more or less moves none of the others: a set that grows
keeps its judges. The shares are met as closely as chance lets them be; :func:`slack` says how
closely that is.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Final

from models.errors import InputRefused

__all__ = ["SHARES", "check_shares", "slack", "split_of"]

SHARES: Final[Mapping[str, float]] = {"train": 0.8, "val": 0.2}
_BITS: Final = 64
_TOLERANCE: Final = 1e-9


def check_shares(shares: Mapping[str, float]) -> None:
    """Refuse shares that cannot be.

    Raises:
        InputRefused: there is none, one is not above 0, they do not add up to 1, or a name is
            empty or is none for a file.
    """
    amounts = list(shares.values())
    if (
        not amounts
        or not all(math.isfinite(share) and share > 0.0 for share in amounts)
        or abs(sum(amounts) - 1.0) > _TOLERANCE
        or not all(name.isidentifier() and name.isascii() for name in shares)
    ):
        raise InputRefused(
            f"The shares {dict(shares)} cannot be.",
            remedy="Give names with shares above 0 that add up to 1, such as train 0.8, val 0.2.",
            code="split_shares",
        )


def split_of(scene: str, shares: Mapping[str, float] = SHARES, *, salt: str = "") -> str:
    """The part that a scene belongs to; always the same for the same three.

    Args:
        scene: its name.
        shares: of the parts, as :func:`check_shares` asks; their order counts.
        salt: another one draws anew.

    Raises:
        InputRefused: the shares cannot be.
    """
    check_shares(shares)
    digest = hashlib.sha256(f"{salt}\0{scene}".encode("utf-8", "surrogatepass")).digest()
    drawn = int.from_bytes(digest[: _BITS // 8], "big") / 2**_BITS
    *others, last = shares
    reached = 0.0
    for name in others:
        reached += shares[name]
        if drawn < reached:
            return name
    return last  # whose end is 1, whatever rounding makes of the sum


def slack(counts: Iterable[int], *, risk: float = 1e-6) -> float:
    """How far the share of a part in the pictures may lie from the one that was asked for.

    Args:
        counts: pictures of each scene.
        risk: chance that it lies further off all the same, above 0.

    Returns:
        A share, 0 to 1; few scenes, or one that has most pictures, make it large.

    Source: Hoeffding 1963, theorem 2.
    """
    weights = list(counts)
    total = sum(weights)
    if total <= 0:
        return 1.0
    squares = sum((weight / total) ** 2 for weight in weights)
    return min(1.0, math.sqrt(math.log(2.0 / risk) * squares / 2.0))
