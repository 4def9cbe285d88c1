"""What an H.264 stream says of itself, and its pictures as MP4 wants them. Nothing is decoded.

Sources: ITU-T H.264 (08/2021) sections 7.3.1, 7.3.2.1 and Annex B; ISO/IEC 14496-15 section 5.3.3.1
for the configuration record; RFC 6381 section 3.3 for the codec's name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Parameters", "SequenceShape", "lengthed", "parameters_of", "shape_of", "units_of"]

_SEQUENCE, _PICTURE = 7, 8
_PARTS: Final = frozenset({1, 2, 3, 4, 5, 6})  # slices, and what is said beside them
_WITH_CHROMA: Final = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244})
_MOST_OFFSETS: Final = 255
_MOST_BITS: Final = 32
_CROP_UNITS: Final = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}  # by chroma format: across, down


@dataclass(frozen=True, slots=True)
class SequenceShape:
    """What a sequence parameter set says.

    Attributes:
        profile: ``profile_idc``.
        compatible: the byte of constraint flags.
        level: ``level_idc``.
        chroma_format: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        luma_bits: of a sample.
        chroma_bits: of a sample.
        width_px: as shown.
        height_px: as shown.
    """

    profile: int
    compatible: int
    level: int
    chroma_format: int
    luma_bits: int
    chroma_bits: int
    width_px: int
    height_px: int

    @property
    def codec(self) -> str:
        """The name by which a browser knows it, such as ``avc1.640028``."""
        return f"avc1.{self.profile:02x}{self.compatible:02x}{self.level:02x}"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameter sets in force, each without its start code.

    Attributes:
        sequences: sequence parameter sets.
        pictures: picture parameter sets.
    """

    sequences: tuple[bytes, ...] = ()
    pictures: tuple[bytes, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether a decoder can begin with them."""
        return bool(self.sequences and self.pictures)

    def record(self) -> bytes:
        """The configuration record (``avcC``) of them.

        Raises:
            ValueError: they are not whole, or too many or too large.
        """
        shape = shape_of(self.sequences[0]) if self.is_whole else None
        if shape is None or len(self.sequences) > 31 or len(self.pictures) > 255:
            raise ValueError("no usable parameter sets")
        out = bytearray([1, shape.profile, shape.compatible, shape.level, 0xFF])
        for mark, kind in ((0xE0, self.sequences), (0, self.pictures)):
            out.append(mark | len(kind))
            for unit in kind:
                if len(unit) > 0xFFFF:
                    raise ValueError("a parameter set of more than 64 kB")
                out += len(unit).to_bytes(2, "big") + unit
        if shape.profile in {100, 110, 122, 144}:
            out += bytes([0xFC | shape.chroma_format])
            out += bytes([0xF8 | shape.luma_bits - 8, 0xF8 | shape.chroma_bits - 8, 0])
        return bytes(out)


def units_of(data: bytes) -> Iterator[bytes]:
    """The units of a byte stream of Annex B, without start codes and the zeros behind them."""
    at = data.find(b"\0\0\1")
    while at >= 0:
        begin = at + 3
        at = data.find(b"\0\0\1", begin)
        unit = (data[begin:] if at < 0 else data[begin:at]).rstrip(b"\0")
        if unit:
            yield unit


def parameters_of(data: bytes, before: Parameters) -> Parameters:
    """The parameter sets in some coded bytes; those that they do not hold stay as before."""
    sequences = {unit: None for unit in units_of(data) if unit[0] & 31 == _SEQUENCE}
    pictures = {unit: None for unit in units_of(data) if unit[0] & 31 == _PICTURE}
    return Parameters(tuple(sequences) or before.sequences, tuple(pictures) or before.pictures)


def lengthed(data: bytes) -> bytes:
    """A picture with lengths for start codes, without its parameter sets, which stand apart."""
    out = bytearray()
    for unit in units_of(data):
        if unit[0] & 31 in _PARTS:
            out += len(unit).to_bytes(4, "big")
            out += unit
    return bytes(out)


def shape_of(unit: bytes) -> SequenceShape:
    """Read a sequence parameter set.

    Raises:
        ValueError: it is none, is cut short, or says what cannot be.
    """
    if len(unit) < 4 or unit[0] & 31 != _SEQUENCE:
        raise ValueError("no sequence parameter set")
    bits = _Bits(unit[4:].replace(b"\0\0\3", b"\0\0"))
    bits.golomb()  # the set's own number
    chroma, luma_bits, chroma_bits, apart = 1, 8, 8, 0
    if unit[1] in _WITH_CHROMA:
        chroma = bits.golomb()
        apart = bits.take(1) if chroma == 3 else 0
        luma_bits, chroma_bits = 8 + bits.golomb(), 8 + bits.golomb()
        bits.take(1)
        if bits.take(1):
            for number in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _skip_scaling(bits, 16 if number < 6 else 64)
    if chroma > 3 or max(luma_bits, chroma_bits) > 14:
        raise ValueError("no such samples")
    _skip_order(bits)
    bits.golomb()  # reference pictures
    bits.take(1)
    across, down = bits.golomb() + 1, bits.golomb() + 1
    whole = bits.take(1)
    if not whole:
        bits.take(1)
    bits.take(1)
    left, right, top, bottom = (
        (bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb())
        if bits.take(1)
        else (0, 0, 0, 0)
    )
    unit_x, unit_y = _CROP_UNITS[0 if apart else chroma]
    width_px = 16 * across - (left + right) * unit_x
    height_px = (16 * down - (top + bottom) * unit_y) * (2 - whole)
    if not (0 < width_px <= 0xFFFF and 0 < height_px <= 0xFFFF):
        raise ValueError("a picture without pixels, or with too many")
    return SequenceShape(
        unit[1], unit[2], unit[3], chroma, luma_bits, chroma_bits, width_px, height_px
    )


def _skip_scaling(bits: "_Bits", size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: "_Bits") -> None:
    """Numbers of frames, and how their order is told."""
    bits.golomb()
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        count = bits.golomb()
        if count > _MOST_OFFSETS:
            raise ValueError("too many offsets")
        for _ in range(count):
            bits.golomb()


class _Bits:
    """Reads bits from the first to the last."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise ValueError("a parameter set that is cut short")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _MOST_BITS:
                raise ValueError("no number")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        value = self.golomb()
        return (value + 1) // 2 if value & 1 else -(value // 2)
