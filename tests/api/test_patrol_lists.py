"""Patrols travel with the list of cameras: how a bureau of a hundred towers sets them up."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePath

import pytest

from api.cameras.exchange import ImportReport, import_cameras, write_cameras
from models.clock import ManualClock
from models.patrol import DangerClass
from models.store import Store
from models.times import Season


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    clock = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    with closing(Store.open(f"sqlite:///{tmp_path / 'fw.db'}", clock=clock)) as opened:
        yield opened


def taken(store: Store, data: bytes) -> ImportReport:
    return import_cameras(store, data, toml=True, actor="li")


TOURED = """
[[cameras]]
camera_id = "t1"
name = "塔一"
position = { lon_deg = 106.6, lat_deg = 29.0, height_m = 900.0 }
presets = [
  { number = 0, name = "北", pose = { azimuth_deg = 0.0, horizontal_fov_deg = 30.0 } },
  { number = 4, name = "南", pose = { azimuth_deg = 180.0, horizontal_fov_deg = 30.0 } }
]
link = { adapter = "rtsp", address = "rtsp://10.0.0.5/1" }
credential = { user = "u", password = "pass-word" }
[cameras.patrol]
address = "http://10.0.0.5/onvif/device_service?token=secret-1"
tokens = [{ preset = 0, token = "1" }, { preset = 4, token = "7" }]
[[cameras.patrol.tours]]
name = "白天"
stops = [{ preset = 4, dwell_s = 20 }, { preset = 0, dwell_s = 15.5 }]
least_danger = 3
[cameras.patrol.tours.times]
from_minute = 360
to_minute = 1200
season = { from_month = 2, from_day = 1, to_month = 5, to_day = 10 }
"""


def test_a_list_brings_patrols_and_takes_them_out_again(store: Store) -> None:
    assert taken(store, TOURED.encode()).written
    before = store.links.all()
    patrol = before[0].patrol
    assert patrol is not None
    assert patrol.mover.tokens == ((0, "1"), (4, "7"))
    assert patrol.tours[0].times.season == Season(2, 1, 5, 10)
    assert patrol.tours[0].least_danger is DangerClass.HIGH
    written = write_cameras(before, PurePath("x.toml"), chinese=True, with_passwords=False)
    assert b"secret-1" not in written
    report = taken(store, written)
    assert [line.outcome for line in report.lines] == ["same"]
    assert store.links.all() == before
    bare = TOURED.partition("[cameras.patrol]")[0]
    assert [line.outcome for line in taken(store, bare.encode()).lines] == ["same"]
    assert store.links.all() == before
    off = TOURED.replace("[[cameras.patrol.tours]]", "is_on = false\n[[cameras.patrol.tours]]")
    (line,) = taken(store, off.encode()).lines
    assert (line.outcome, line.changes) == ("changed", ("patrol",))
    assert not store.links.all()[0].patrol.is_on  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("was", "instead", "code"),
    [
        ("dwell_s = 20", "dwell_s = 0", "patrol_dwell"),
        ("preset = 4, dwell_s", "preset = 5, dwell_s", "patrol_preset"),
        ("http://10.0.0.5/onvif", "http://10.0.0.6/onvif", "camera_credential_again"),
        ("http://10.0.0.5/onvif", "http://a:b@10.0.0.5/onvif", "link_credential_inside"),
        ("least_danger = 3", "least_danger = 9", "entry_choice"),
    ],
)
def test_a_patrol_that_cannot_be_is_refused_by_the_list(
    store: Store, was: str, instead: str, code: str
) -> None:
    assert was in TOURED
    report = taken(store, TOURED.replace(was, instead).encode())
    assert not report.written
    (line,) = report.lines
    assert line.fault is not None
    assert line.fault.code == code
    assert store.links.all() == []
