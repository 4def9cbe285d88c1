from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.sources.name_times import time_in_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1532815146_-00480.jpg", "2018-07-28T21:59:06+00:00"),
        ("1532815146.25.jpg", "2018-07-28T21:59:06.250000+00:00"),
        ("20160604T200108_-02400.jpg", "2016-06-04T20:01:08+00:00"),
        ("20260722T142639Z.jpg", "2026-07-22T14:26:39+00:00"),
        ("ca-alder-hill-1_20260108_093634.jpg", "2026-01-08T09:36:34+00:00"),
        ("2023_0826_202000.jpg", "2023-08-26T20:20:00+00:00"),
        ("canadaojp_2016_01_02_180000.jpg", "2016-01-02T18:00:00+00:00"),
        ("t_2026-01-08 09-36-34.5.png", "2026-01-08T09:36:34.500000+00:00"),
        ("99999999T999999_20260108_093634.jpg", "2026-01-08T09:36:34+00:00"),
    ],
)
def test_times_are_found(name: str, expected: str) -> None:
    found = time_in_name(name)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "name",
    ["IMG_0042.jpg", "0000000042.jpg", "20261345T000000.jpg", "x.jpg", "00010101_000000.jpg"],
)
def test_serial_numbers_are_no_times(name: str) -> None:
    assert time_in_name(name) is None


def test_a_zone_holds_for_calendar_times_without_z_only() -> None:
    china = timezone(timedelta(hours=8))
    assert time_in_name("20260108_093634.jpg", china) == datetime(2026, 1, 8, 1, 36, 34, tzinfo=UTC)
    for name in ("20260108_093634Z.jpg", "1767864994_a.jpg"):
        assert time_in_name(name, china) == time_in_name(name)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2199, 1, 1)))  # noqa: DTZ001 - zone set below
def test_every_second_survives_the_name(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert time_in_name(f"a_{moment:%Y%m%dT%H%M%S}.jpg") == moment
