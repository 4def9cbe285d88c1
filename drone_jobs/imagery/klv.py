"""Packets of MISB ST 0601 in bytes from outside: found, measured and held against their checksum.

A packet is a key of 16 bytes, a BER length and items of tag, length and value; the tag is a BER-OID
(seven bits a byte, more to follow while the eighth is set), the last item is a 16-bit running sum
over everything before its own value. A packet that is cut off, too large, malformed inside or whose
sum does not fit is counted and passed over; nothing of it is used.

Sources: MISB ST 0601.17 sections 6.2 and 6.3 (structure, checksum), SMPTE ST 336 (BER).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["KEY", "LocalSet", "LocalSets", "local_sets"]

KEY: Final = bytes.fromhex("060e2b34020b01010e01030101000000")
"""Universal key of the UAS Datalink Local Set."""

MOST_BYTES: Final = 65_536
"""Of one packet; real ones have a few hundred."""

MOST_ITEMS: Final = 512
"""Of one packet; the standard has 143 tags."""

_CHECKSUM: Final = 1
_LONGEST_LENGTH: Final = 4  # bytes of a BER length after its first
_LONGEST_TAG: Final = 3  # bytes of a BER-OID: 2,097,151 tags


@dataclass(frozen=True, slots=True)
class LocalSet:
    """One packet whose checksum fits.

    Attributes:
        items: value of each tag as sent; of a tag that comes twice, the later one.
    """

    items: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class LocalSets:
    """What was found in bytes.

    Attributes:
        whole: in their order.
        damaged: how many began and could not be used.
    """

    whole: tuple[LocalSet, ...]
    damaged: int


class _Malformed(Exception):
    """Not as the standard writes it."""


def local_sets(data: bytes) -> LocalSets:
    """All packets in bytes, with whatever else between them.

    Args:
        data: of one access unit of a stream, or a whole recording of packets.
    """
    whole: list[LocalSet] = []
    damaged = 0
    at = data.find(KEY)
    while at >= 0:
        after = at + len(KEY)
        try:
            local_set, after = _packet(data, at)
        except _Malformed:
            damaged += 1  # and the next key is looked for inside: a lost end hides no other packet
        else:
            whole.append(local_set)
        at = data.find(KEY, after)
    return LocalSets(tuple(whole), damaged)


def _packet(data: bytes, begin: int) -> tuple[LocalSet, int]:
    """The packet whose key begins there, and where it ends."""
    length, at = _length(data, begin + len(KEY))
    end = at + length
    if end - begin > MOST_BYTES or end > len(data):
        raise _Malformed
    items: dict[int, bytes] = {}
    tag = 0
    while at < end:
        if tag == _CHECKSUM or len(items) > MOST_ITEMS:
            raise _Malformed  # behind the sum, which does not cover it, or without end
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > end:
            raise _Malformed
        items[tag] = data[at : at + length]
        at += length
    told = items.pop(_CHECKSUM, b"")
    if tag != _CHECKSUM or len(told) != 2:
        raise _Malformed
    if int.from_bytes(told) != _sum(data[begin : end - 2]):
        raise _Malformed
    return LocalSet(items), end


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A BER length and where its value begins; the indefinite form is none of this standard's."""
    if at >= len(data):
        raise _Malformed
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 1 <= count <= _LONGEST_LENGTH or at + 1 + count > len(data):
        raise _Malformed
    return int.from_bytes(data[at + 1 : at + 1 + count]), at + 1 + count


def _tag(data: bytes, at: int) -> tuple[int, int]:
    """A BER-OID and where it ends; a leading byte of nothing would give a tag two spellings."""
    tag = 0
    for byte in data[at : at + _LONGEST_TAG]:
        if tag == 0 and byte == 0x80:
            raise _Malformed
        tag = tag << 7 | byte & 0x7F
        at += 1
        if byte < 0x80:
            return tag, at
    raise _Malformed


def _sum(data: bytes) -> int:
    """Even bytes count 256-fold, odd ones once."""
    return (sum(data[0::2]) * 256 + sum(data[1::2])) & 0xFFFF
