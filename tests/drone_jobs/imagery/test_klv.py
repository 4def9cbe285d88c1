"""Packets of MISB ST 0601: against another reader, against scipy's rotations, against hostility."""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from klv_rig import FLIGHT_ITEMS, KEY, mapped, packet
from klvdata import misb0601  # type: ignore[import-untyped]
from klvdata.common import packet_checksum  # type: ignore[import-untyped]
from klvdata.klvparser import KLVParser  # type: ignore[import-untyped]
from scipy.spatial.transform import Rotation

from drone_jobs.imagery import klv
from drone_jobs.imagery.klv import LocalSet, local_sets
from drone_jobs.imagery.klv_values import look_of, precision_time, value_of
from models.flight import AttitudeSource, LookGap
from models.height import HeightSystem

KNOWN_TO_THEM = (5, 6, 7, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 75, 90, 91)
SIZES = {5: 2, 6: 2, 7: 2, 15: 2, 16: 2, 17: 2, 25: 2, 75: 2}
quick = settings(max_examples=50, deadline=None)


def one(data: bytes) -> LocalSet:
    found = local_sets(data)
    assert (len(found.whole), found.damaged) == (1, 0)
    return found.whole[0]


def raw_items() -> st.SearchStrategy[dict[int, bytes]]:
    return st.fixed_dictionaries(
        {},
        optional={
            tag: st.binary(min_size=SIZES.get(tag, 4), max_size=SIZES.get(tag, 4))
            for tag in KNOWN_TO_THEM
        },
    )


@quick
@given(raw_items())
@example({13: b"\x80\x00\x00\x00", 6: b"\x80\x00", 19: b"\x80\x00\x00\x00"})
@example({5: b"\x00\x00", 13: b"\x00\x00\x00\x00", 75: b"\xff\xff"})
def test_every_value_is_what_another_reader_makes_of_the_same_bytes(
    items: dict[int, bytes],
) -> None:
    ours = one(packet(items))
    theirs: dict[int, Any] = {
        vars(kind)["key"][0]: kind
        for name, kind in vars(misb0601).items()
        if isinstance(kind, type) and hasattr(kind, "_domain") and name != "MappedElementParser"
    }
    for tag in KNOWN_TO_THEM:
        told = value_of(ours, tag)
        if tag not in items:
            assert told is None
            continue
        try:
            expected = float(theirs[tag](items[tag]).value.value)
        except ValueError:  # the most negative value: they refuse it, we tell nothing
            assert told is None
        else:
            assert told == pytest.approx(expected, rel=1e-12, abs=1e-9)


@quick
@given(raw_items(), st.integers(0, 2**50))
def test_another_reader_walks_through_our_packets_and_finds_the_same_bytes(
    items: dict[int, bytes], micros: int
) -> None:
    data = packet({2: struct.pack(">Q", micros), **items})
    ((key, inside),) = KLVParser(data, 16)
    found = {tag[0]: value for tag, value in KLVParser(inside, 1)}
    assert key == KEY
    assert found.pop(1) == packet_checksum(data)
    assert found == dict(one(data).items)


def test_a_packet_of_several_spellings_of_its_length_is_the_same() -> None:
    for long in (0, 1, 2, 3, 4):
        assert one(packet(FLIGHT_ITEMS, long=long)).items == FLIGHT_ITEMS
    big = {200: bytes(300), 2_097_151: b"x"}  # tags of two and three bytes, a length of three
    assert one(packet(big)).items == big


def test_the_later_of_two_values_counts_and_unknown_tags_are_kept() -> None:
    assert one(packet([(3, b"first"), (3, b"second"), (141, b"?")])).items == {
        3: b"second",
        141: b"?",
    }


def test_packets_are_found_between_other_bytes() -> None:
    data = b"\x00\x01\x02" + packet(FLIGHT_ITEMS) + KEY[:9] + packet({3: b"two"}) + b"\xff"
    found = local_sets(data)
    assert [dict(each.items) for each in found.whole] == [FLIGHT_ITEMS, {3: b"two"}]
    assert found.damaged == 0


@quick
@given(st.data())
def test_no_changed_byte_passes_and_the_next_packet_is_still_found(data: st.DataObject) -> None:
    good = packet(FLIGHT_ITEMS)
    at = data.draw(st.integers(len(KEY), len(good) - 1))
    changed = bytearray(good)
    changed[at] ^= data.draw(st.integers(1, 255))
    found = local_sets(bytes(changed) + packet({3: b"next"}))
    assert {3: b"next"} in [dict(each.items) for each in found.whole]
    assert all(dict(each.items) == {3: b"next"} for each in found.whole)
    assert found.damaged == 1


@pytest.mark.parametrize(
    "tail",
    [
        b"",  # no length
        b"\x80",  # of no told length
        b"\x85\x00\x00\x00\x00\x04",  # a length of five bytes
        b"\x84\xff\xff\xff\xff",  # four gigabytes
        b"\x82\x01",  # a length cut off
        b"\x00",  # nothing inside
        b"\x04\x02\x02ab",  # no checksum
        b"\x06\x02\x09ab\x01\x02",  # an item longer than the packet
        b"\x01\x02",  # a tag without a length
        b"\x03\x80\x01\x00",  # a tag that begins with nothing
        b"\x04\xff\xff\xff\xff",  # a tag without end
        b"\x03\x01\x01\x00",  # a checksum of one byte
    ],
)
def test_a_malformed_packet_is_counted_and_not_used(tail: bytes) -> None:
    found = local_sets(KEY + tail)
    assert (found.whole, found.damaged) == ((), 1)


def test_nothing_may_stand_behind_the_checksum() -> None:
    whole = packet({3: b"abc"})
    inner = whole[len(KEY) + 1 :] + b"\x04\x01x"
    found = local_sets(KEY + bytes([len(inner)]) + inner)
    assert (found.whole, found.damaged) == ((), 1)


def test_a_packet_larger_than_any_real_one_is_refused_though_it_is_all_there() -> None:
    assert local_sets(packet({3: bytes(klv.MOST_BYTES)})).damaged == 1
    assert local_sets(packet({3: bytes(klv.MOST_BYTES - 100)})).damaged == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([KEY, packet({3: b"a"}), b"\x84", b"\x01\x02", bytes(9)])))
def test_any_bytes_end_in_an_answer(parts: list[bytes]) -> None:
    found = local_sets(b"".join(parts))
    assert len(found.whole) + found.damaged == b"".join(parts).count(KEY)


def test_more_items_than_any_standard_has_are_refused() -> None:
    assert local_sets(packet(dict.fromkeys(range(2, 2_000), b""))).damaged == 1
    assert local_sets(packet(dict.fromkeys(range(2, 500), b""))).damaged == 0


def test_many_keys_without_packets_cost_no_more_than_their_bytes() -> None:
    assert local_sets(KEY * 20_000).damaged == 20_000


def rotation(heading: float, pitch: float, roll: float) -> Rotation:
    return Rotation.from_euler("ZYX", [heading, pitch, roll], degrees=True)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.floats(0, 359.9), st.floats(-19, 19), st.floats(-49, 49)),
    st.tuples(st.floats(0, 359.9), st.floats(-179, 179), st.floats(0, 359.9)),
)
@example((30.0, 0.0, 0.0), (0.0, -90.0, 0.0))
@example((30.0, 0.0, 0.0), (0.0, 90.0, 0.0))
@example((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
def test_the_sensor_points_where_both_turns_together_point(
    aircraft: tuple[float, float, float], sensor: tuple[float, float, float]
) -> None:
    items = FLIGHT_ITEMS | {
        5: mapped(aircraft[0], 0, 360, "H"),
        6: mapped(aircraft[1], -20, 20, "h"),
        7: mapped(aircraft[2], -50, 50, "h"),
        18: mapped(sensor[0], 0, 360, "I"),
        19: mapped(sensor[1], -180, 180, "i"),
        20: mapped(sensor[2], 0, 360, "I"),
    }
    look = look_of(one(packet(items)))
    assert look.yaw_deg is not None
    assert look.pitch_deg is not None
    assert look.roll_deg is not None
    assert 0.0 <= look.yaw_deg < 360.0
    expected = (rotation(*aircraft) * rotation(*sensor)).as_matrix()
    found = rotation(look.yaw_deg, look.pitch_deg, look.roll_deg).as_matrix()
    np.testing.assert_allclose(found, expected, atol=2e-4)  # 16-bit angles: 0.003 degrees


def test_a_look_tells_all_that_the_packet_tells() -> None:
    look = look_of(one(packet(FLIGHT_ITEMS | {75: mapped(985.0, -900, 19_000, "H")})))
    assert look.at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert look.lon_deg == pytest.approx(106.65, abs=1e-7)
    assert look.lat_deg == pytest.approx(28.85, abs=1e-7)
    assert look.height is not None
    assert look.height.system is HeightSystem.ELLIPSOID
    assert look.height.value_m == pytest.approx(985.0, abs=0.16)
    assert look.horizontal_fov_deg == pytest.approx(60.0, abs=0.002)
    assert (look.attitude, look.gaps) == (AttitudeSource.MISB, ())


def test_without_the_ellipsoid_the_height_is_above_the_sea() -> None:
    look = look_of(one(packet(FLIGHT_ITEMS)))
    assert look.height is not None
    assert look.height.system is HeightSystem.EGM96
    assert look.height.value_m == pytest.approx(1010.0, abs=0.16)


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({13: b"\x80\x00\x00\x00"}, LookGap.PLACE),
        ({14: b""}, LookGap.PLACE),
        ({13: bytes(4), 14: bytes(4)}, LookGap.PLACE),
        ({15: b"\x00"}, LookGap.HEIGHT),
        ({6: b"\x80\x00"}, LookGap.ATTITUDE),
        ({20: b"\x00\x00"}, LookGap.ATTITUDE),
        ({16: b"\x00\x00"}, LookGap.LENS),
        ({16: b"\xff\xff"}, LookGap.LENS),
    ],
)
def test_what_is_out_of_range_or_malformed_is_a_gap(
    changes: dict[int, bytes], gap: LookGap
) -> None:
    look = look_of(one(packet(FLIGHT_ITEMS | changes)))
    assert look.gaps == (gap,)
    if gap is LookGap.ATTITUDE:
        assert (look.yaw_deg, look.attitude) == (None, AttitudeSource.NONE)


def test_angles_beyond_the_narrow_range_come_by_the_wide_items() -> None:
    items = FLIGHT_ITEMS | {
        6: b"\x80\x00",
        7: b"\x80\x00",
        90: mapped(35.0, -90, 90, "i"),
        91: mapped(-70.0, -90, 90, "i"),
        18: bytes(4),
        19: bytes(4),
        20: bytes(4),
    }
    look = look_of(one(packet(items)))
    assert look.pitch_deg == pytest.approx(35.0, abs=1e-4)
    assert look.roll_deg == pytest.approx(-70.0, abs=1e-4)


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 7, b"\xff" * 8, b"\x00" * 8, struct.pack(">Q", 10**14)]
)
def test_a_time_of_no_calendar_or_a_clock_never_set_is_none(raw: bytes) -> None:
    assert precision_time(one(packet({2: raw}))) is None


def test_a_time_is_exact_to_the_microsecond() -> None:
    at = datetime(2026, 11, 27, 3, 4, 5, 678_901, UTC)
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert precision_time(one(packet({2: struct.pack(">Q", micros)}))) == at
