"""The process that opens a stranger's file, within this one: its limits and what it answers."""

import json
import os
import resource
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import shapely
from land_files import geojson

from geo.exchange import Limits, RawLayer, child, reading
from geo.exchange.reading import read_here
from geo.exchange.wire import packed, unpacked

Patch = pytest.MonkeyPatch
LIMITS = Limits(memory_bytes=500_000_000, seconds=7.0, unpacked_bytes=3_000, file_bytes=2_000)
POINTS = RawLayer(
    "quay",
    ("code", "name"),
    (("Q1", "石角镇码头"), ("Q2", None)),
    (shapely.Point(106.6, 28.8), shapely.Point(106.7, 28.9)),
    "EPSG:4326",
    "gbk",
)


def answered(monkeypatch: Patch, folder: Path, **job: object) -> tuple[bytes, dict[int, Any]]:
    """What the process would write, and the limits that it would have set."""
    file = folder / "answer"
    limits: dict[int, Any] = {}
    with monkeypatch.context() as patch:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        patch.setattr(child.os, "dup", lambda _: number)
        patch.setattr(child.os, "dup2", lambda *_: None)
        patch.setattr(child.resource, "setrlimit", limits.__setitem__)
        patch.setattr("sys.argv", ["child", json.dumps({**job, "limits": asdict(LIMITS)})])
        child.main()
    return file.read_bytes(), limits


def test_it_reads_within_its_limits(monkeypatch: Patch, tmp_path: Path) -> None:
    file = tmp_path / "水.geojson"
    file.write_bytes(geojson(shapely.Point(106.6, 28.8)))
    answer, limits = answered(monkeypatch, tmp_path, path=str(file), name="码头", encoding=None)
    assert answer[:1] == b"L"
    assert unpacked(answer[1:]) == read_here(file, LIMITS, "码头")
    assert limits[resource.RLIMIT_AS] == (500_000_000, 500_000_000)
    assert limits[resource.RLIMIT_CPU] == (8, 8)
    assert limits[resource.RLIMIT_FSIZE] == (5_000, 5_000)
    assert limits[resource.RLIMIT_CORE] == (0, 0)


def test_a_limit_that_is_lower_already_stays(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setattr(child.resource, "getrlimit", lambda _: (4, 4))
    _, limits = answered(monkeypatch, tmp_path, path="absent", name="a", encoding=None)
    assert set(limits.values()) == {(4, 4), (0, 0)}


def test_a_refusal_is_handed_on(monkeypatch: Patch, tmp_path: Path) -> None:
    answer, _ = answered(monkeypatch, tmp_path, path="/absent", name="码头", encoding=None)
    assert answer[:1] == b"R"
    message, remedy, code = json.loads(answer[1:])
    assert "码头 cannot be read" in message
    assert remedy
    assert code == "file_unreadable"


def test_what_takes_all_memory_is_said(monkeypatch: Patch, tmp_path: Path) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(reading, "read_here", greedy)
    answer, _ = answered(monkeypatch, tmp_path, path="a", name="a", encoding=None)
    assert answer == b"M"


@pytest.mark.parametrize("what", ["gpkg", "shp"])
def test_it_writes_what_is_read_again(monkeypatch: Patch, tmp_path: Path, what: str) -> None:
    layers = tmp_path / "layers"
    layers.write_bytes(packed([POINTS]))
    path = tmp_path / ("out.gpkg" if what == "gpkg" else "")
    answer, _ = answered(
        monkeypatch,
        tmp_path,
        path=str(path),
        write=what,
        layers=str(layers),
        kinds=[["text", "text"]],
    )
    assert answer == b"W"
    file = path if what == "gpkg" else tmp_path / "quay.shp"
    (back,) = read_here(file, Limits())
    assert (back.name, back.columns, back.rows) == ("quay", POINTS.columns, POINTS.rows)
    assert back.geometries == POINTS.geometries
