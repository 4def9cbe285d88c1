"""Parameter sets are read as FFmpeg reads them, and what is none harms nobody."""

from fractions import Fraction

import av
import pytest
from coded_video import coded
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.video.h264 import (
    Parameters,
    lengthed,
    parameters_of,
    shape_of,
    units_of,
)

NONE = Parameters()


def sequence_of(size: tuple[int, int], **options: str) -> bytes:
    """A parameter set as x264 writes it."""
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height = size
    codec.pix_fmt = options.pop("pix_fmt", "yuv420p")
    codec.time_base, codec.thread_count = Fraction(1, 25), 1
    words = f"log-level=none:repeat-headers=1:{options.pop('words', '')}".strip(":")
    codec.options = {"preset": "ultrafast", **options, "x264-params": words}
    frame = av.VideoFrame(*size, codec.pix_fmt)
    frame.pts = 0
    data = b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])
    found = parameters_of(data, NONE)
    assert found.is_whole
    return found.sequences[0]


@settings(deadline=None, max_examples=25)
@given(st.integers(8, 1000), st.integers(8, 600))
def test_sizes_are_those_that_the_encoder_was_asked_for(across: int, down: int) -> None:
    size = (2 * across, 2 * down)
    shape = shape_of(sequence_of(size))
    assert (shape.width_px, shape.height_px) == size
    assert (shape.chroma_format, shape.luma_bits, shape.chroma_bits) == (1, 8, 8)


@pytest.mark.parametrize(
    ("options", "profile", "chroma"),
    [
        ({"profile": "baseline"}, 66, 1),
        ({"preset": "medium", "profile": "main"}, 77, 1),
        ({"preset": "medium"}, 100, 1),
        ({"pix_fmt": "yuv422p"}, 122, 2),
        ({"pix_fmt": "yuv444p"}, 244, 3),
        ({"preset": "medium", "words": "cqm=jvt"}, 100, 1),
        ({"preset": "medium", "words": "interlaced=1"}, 100, 1),
    ],
)
def test_profiles_scaling_lists_and_fields(
    options: dict[str, str], profile: int, chroma: int
) -> None:
    shape = shape_of(sequence_of((322, 180), **options))
    assert (shape.profile, shape.chroma_format) == (profile, chroma)
    assert (shape.width_px, shape.height_px) == (322, 180)
    assert shape.codec == f"avc1.{shape.profile:02x}{shape.compatible:02x}{shape.level:02x}"


def test_an_order_of_the_second_kind_is_passed_over() -> None:
    # Baseline, level 1.0; order 1 with two offsets; 2 x 2 macroblocks, bottom row cropped by 2 px.
    # Number; frames; order 1: flag, two offsets by hand, two more; references, gaps; size; fields;
    # direct; cropping 0 0 0 1.
    words = "1 1 010 0 1 1 011 00100 00101 010 0 010 010 1 0 1 1 1 1 010 0 1"
    bits = words.replace(" ", "")
    bits += "0" * (-len(bits) % 8)
    unit = bytes([0x67, 66, 0, 10]) + int(bits, 2).to_bytes(len(bits) // 8, "big")
    shape = shape_of(unit)
    assert (shape.width_px, shape.height_px) == (32, 30)


@given(st.binary(max_size=80))
def test_what_is_no_parameter_set_is_refused_and_nothing_else(data: bytes) -> None:
    for unit in (b"\x67" + data, b"\x67\x64\0\x28" + data, data):
        try:
            shape = shape_of(unit)
        except ValueError:
            continue
        assert 0 < shape.width_px <= 0xFFFF
        assert 0 < shape.height_px <= 0xFFFF


def test_a_cut_off_set_is_refused_wherever_it_is_cut() -> None:
    whole = sequence_of((640, 360), preset="medium")
    needed = [cut for cut in range(len(whole)) if not _reads(whole[:cut])]
    assert needed == list(range(len(needed)))
    assert len(needed) > 8


def _reads(unit: bytes) -> bool:
    try:
        shape_of(unit)
    except ValueError:
        return False
    return True


def test_units_are_cut_at_start_codes_of_both_lengths() -> None:
    data = b"\0\0\0\1\x67ab\0\0\1\x68cd\0\0\0\1\x65ef\0\0\1\0\0\1"
    assert list(units_of(data)) == [b"\x67ab", b"\x68cd", b"\x65ef"]
    assert list(units_of(b"no start code")) == []


def test_parameters_of_another_picture_replace_those_before() -> None:
    first = parameters_of(b"\0\0\1\x67a\0\0\1\x68b", NONE)
    assert first == Parameters((b"\x67a",), (b"\x68b",))
    assert parameters_of(b"\0\0\1\x65slice", first) is not None
    assert parameters_of(b"\0\0\1\x65slice", first) == first
    assert parameters_of(b"\0\0\1\x68c", first) == Parameters((b"\x67a",), (b"\x68c",))
    assert not Parameters((b"\x67a",)).is_whole


def test_a_picture_has_lengths_for_start_codes_and_its_parameters_stand_apart() -> None:
    unit = coded("h264", 10, 10, slices=4, delimiters=True)[0]
    data, found = lengthed(unit), []
    while data:
        length = int.from_bytes(data[:4], "big")
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    kinds = [part[0] & 31 for part in found]
    assert kinds.count(5) == 4
    assert set(kinds) <= {5, 6}
    assert found == [part for part in units_of(unit) if part[0] & 31 in {5, 6}]


@pytest.mark.parametrize(
    "parameters",
    [
        NONE,
        Parameters((b"\x67",), (b"\x68b",)),
        Parameters((b"\x67a",) * 32, (b"\x68",)),
    ],
)
def test_no_record_is_made_of_what_nobody_can_decode_by(parameters: Parameters) -> None:
    with pytest.raises(ValueError, match="parameter"):
        parameters.record()


def test_a_parameter_set_of_absurd_size_is_refused() -> None:
    whole = parameters_of(coded("h264", 10, 10)[0], NONE)
    with pytest.raises(ValueError, match="64 kB"):
        Parameters(whole.sequences, (b"\x68" * 70_000,)).record()


@pytest.mark.parametrize(("pix_fmt", "behind"), [("yuv420p", b"\xfd"), ("yuv422p", b"\xfe")])
def test_the_record_of_a_high_profile_tells_its_samples_too(pix_fmt: str, behind: bytes) -> None:
    sequence = sequence_of((320, 180), preset="medium", pix_fmt=pix_fmt)
    record = Parameters((sequence,), (b"\x68\xee",)).record()
    assert record[:4] == bytes([1]) + sequence[1:4]
    assert record[4:6] == b"\xff\xe1"
    assert record[-4:] == behind + b"\xf8\xf8\0"
    assert b"\x68\xee" in record
    low = sequence_of((320, 180), profile="baseline")
    assert Parameters((low,), (b"\x68\xee",)).record()[-2:] == b"\x68\xee"


@pytest.mark.parametrize(
    "bits", ["1" + "0" * 40, "1" + "1" + "010" + "1" + "1" + "1" + "0" * 9 + "1" * 40]
)
def test_numbers_that_nobody_writes_are_refused(bits: str) -> None:
    bits += "0" * (-len(bits) % 8)
    unit = bytes([0x67, 66, 0, 10]) + int(bits, 2).to_bytes(len(bits) // 8, "big")
    with pytest.raises(ValueError, match=r"no number|too many offsets"):
        shape_of(unit)
