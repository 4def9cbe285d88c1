from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from exif_rig import exif, with_exif
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.exif_time import exif_moment
from camera_gateway.http_times import CaptureTimes, date_of
from models.frame import TimeSource

MakeJpeg = Callable[..., bytes]
AT = datetime(2026, 11, 25, 4, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ({}, (AT, 1.0)),
        ({"offset": "Z", "written": "2026:11:25 04:00:00"}, (AT, 1.0)),
        ({"offset": "-03:30", "written": "2026:11:25 00:30:00"}, (AT, 1.0)),
        ({"subsecond": "25"}, (AT + timedelta(seconds=0.25), 0.01)),
        ({"subsecond": "250000"}, (AT + timedelta(seconds=0.25), 1e-6)),
        ({"subsecond": "x"}, (AT, 1.0)),
        ({"offset": None}, None),
        ({"offset": "CST"}, None),
        ({"offset": "+99:00"}, None),
        ({"written": "0000:00:00 00:00:00"}, None),
        ({"written": "1970:01:01 00:00:00"}, None),
        ({"written": "    :  :     :  :  "}, None),
        ({"written": "9999:12:31 23:59:59", "offset": "-23:59"}, None),
    ],
)
def test_the_moment_in_a_picture(
    segment: dict[str, str | None],
    expected: tuple[datetime, float] | None,
    order: str,
    jpeg: MakeJpeg,
) -> None:
    found = exif_moment(with_exif(jpeg(), exif(**segment, order=order)))  # type: ignore[arg-type]
    assert found == (expected if expected is None else (expected[0], pytest.approx(expected[1])))


def test_a_local_time_is_told_to_whoever_knows_whose_it_is(jpeg: MakeJpeg) -> None:
    china, nepal = timezone(timedelta(hours=8)), timezone(timedelta(hours=5, minutes=45))
    local = with_exif(jpeg(), exif(offset=None))
    assert exif_moment(local, china) == (AT, 1.0)
    assert exif_moment(local, nepal) == (AT + timedelta(hours=2, minutes=15), 1.0)
    assert exif_moment(with_exif(jpeg(), exif(offset="+08:00")), nepal) == (AT, 1.0)
    assert exif_moment(with_exif(jpeg(), exif(offset="CST")), china) is None  # it says something


def test_no_exif_and_no_directory(jpeg: MakeJpeg) -> None:
    assert exif_moment(jpeg()) is None
    assert exif_moment(b"") is None
    empty = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00"
    assert exif_moment(with_exif(jpeg(), b"\xff\xe1\x00\x12" + empty)) is None
    assert exif_moment(with_exif(jpeg(), b"\xff\xe1\x00\x0cExif\x00\x00XX")) is None


@given(st.data())
def test_a_damaged_segment_is_never_an_exception(data: st.DataObject) -> None:
    segment = bytearray(exif(subsecond="12345"))
    for _number in range(data.draw(st.integers(1, 6))):
        segment[data.draw(st.integers(10, len(segment) - 1))] = data.draw(st.integers(0, 255))
    found = exif_moment(b"\xff\xd8" + bytes(segment[: data.draw(st.integers(4, len(segment)))]))
    assert found is None or found[0].tzinfo is UTC


def test_a_picture_that_tells_its_time_is_believed_near_now(jpeg: MakeJpeg) -> None:
    times = CaptureTimes()
    good = with_exif(jpeg(1), exif(subsecond="5"))
    found = times.of(good, begun_at=AT + timedelta(seconds=1), doubt_s=0.1, told_at=None)
    assert (found.source, found.at) == (TimeSource.EXIF, AT + timedelta(seconds=0.55))
    assert found.doubt_s == pytest.approx((0.1**2 + 0.45**2) ** 0.5 / 12**0.5)
    for wrong in ("2026:11:25 13:00:00", "2026:11:25 11:00:00", "2026:11:25 12:00:03"):
        picture = with_exif(jpeg(2), exif(wrong))
        found = times.of(picture, begun_at=AT, doubt_s=0.1, told_at=None)
        assert (found.source, found.at, found.doubt_s) == (TimeSource.RECEIPT, AT, 0.1)


def test_the_same_bytes_keep_their_first_time(jpeg: MakeJpeg) -> None:
    times = CaptureTimes()
    first = times.of(jpeg(1), begun_at=AT, doubt_s=0.1, told_at=None)
    later = AT + timedelta(hours=3)
    assert times.of(jpeg(1), begun_at=later, doubt_s=0.1, told_at=later) == first
    assert times.of(jpeg(2), begun_at=later, doubt_s=0.1, told_at=None).at == later


def told(jpeg: MakeJpeg, offsets_s: list[float]) -> list[TimeSource]:
    times = CaptureTimes()
    found = []
    for number, offset_s in enumerate(offsets_s):
        now = AT + timedelta(seconds=5 * number)
        found.append(
            times.of(
                jpeg(number),
                begun_at=now,
                doubt_s=0.05,
                told_at=now + timedelta(seconds=offset_s),
            ).source
        )
    return found


def test_a_clock_beside_the_picture_must_be_near_and_steady(jpeg: MakeJpeg) -> None:
    receipt, camera = TimeSource.RECEIPT, TimeSource.CAMERA_CLOCK
    assert told(jpeg, [-0.5] * 4) == [receipt, receipt, camera, camera]
    assert told(jpeg, [3600.0] * 4) == [receipt] * 4
    assert told(jpeg, [-0.5, -0.5, -0.5, -3.0, -0.5]) == [receipt] * 2 + [camera] + [receipt] * 2


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Wed, 25 Nov 2026 04:00:00 GMT", AT),
        ("Wed, 25 Nov 2026 12:00:00 +0800", AT),
        ("Wed, 25 Nov 2026 04:00:00 -0000", None),
        ("Thu, 01 Jan 1970 00:00:12 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_header(header: str | None, expected: datetime | None) -> None:
    assert date_of(header) == expected
