"""A store on a real file, and alerts to put into it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.alert import AlertDraft, Decision, EvidenceFrame, Finding, FrameScore
from models.clock import ManualClock
from models.detection import Box, Label, ModelReference
from models.fix import Fix, FixCluster, FixOutcome, TerrainReference
from models.frame import FrameMode, Provenance, TimeSource
from models.land import LandAnswer, Layer, NearestAsset, UnitShare
from models.site import HeightDatum, Pose, Position
from models.store import Store

if TYPE_CHECKING:
    from postgresql_rig import PostgresqlShelf

START = datetime(2026, 11, 25, 3, 0, 0, 123457, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "firewatch.db"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One contract: what asks for a store and no file of it runs on both kinds.

    On SQLite in the fast suite; on a PostgreSQL server in ``./run servers``.
    """
    if "urls" in metafunc.fixturenames and "path" not in metafunc.fixturenames:
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]
        metafunc.parametrize("urls", kinds, indirect=True)


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes places for stores, each another one."""
    if getattr(request, "param", "sqlite") == "sqlite":
        names = iter(["firewatch.db", *(f"firewatch-{number}.db" for number in range(1000))])
        yield lambda: f"sqlite:///{tmp_path / next(names)}"
        return
    shelf: PostgresqlShelf = request.getfixturevalue("postgresql_shelf")
    taken: list[str] = []

    def new() -> str:
        taken.append(shelf.take())
        return shelf.server.url(taken[-1])

    yield new
    for name in taken:
        shelf.put_back(name)


@pytest.fixture
def url(urls: Callable[[], str]) -> str:
    """Where the store of this test is kept; with ``path``, in that file."""
    return urls()


@pytest.fixture
def reopen(url: str, clock: ManualClock) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def open_one_more() -> Store:
        opened.append(Store.open(url, clock=clock))
        return opened[-1]

    yield open_one_more
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    return reopen()


def _draft(key: str = "cam-1/0/1", **changes: object) -> AlertDraft:
    box = Box(Label.SMOKE, 0.0, 0.1, 0.2, 30.3, 40.4)
    seen = START - timedelta(microseconds=1)
    place = Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL)
    ring = ((106.0, 29.0), (106.1, 29.0), (106.1, 29.1), (106.0, 29.0))
    draft = AlertDraft(
        idempotency_key=key,
        camera_id="cam-1",
        preset=0,
        pose=Pose(0.0, 0.0, 0.0, 60.0),
        label=Label.SMOKE,
        score=0.1 + 0.2,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        captured_at=seen,
        received_at=START,
        time_source=TimeSource.FILE_NAME,
        first_seen_at=seen - timedelta(minutes=3),
        decision=Decision(
            decided_at=START,
            log_odds=3.25,
            threshold_log_odds=3.0,
            findings=(Finding.PERSISTED, Finding.GREW),
            scores=(FrameScore(0, seen, 0.0, None), FrameScore(1, START, 0.7, box)),
            model=ModelReference("firewatch-yolo11n", "2026.11.0", "a" * 64),
            config_version="0123456789ab",
        ),
        fix=Fix(
            outcome=FixOutcome.LOCATED,
            reason=None,
            observer=place,
            bearing_deg=0.0,
            bearing_sigma_deg=0.3,
            elevation_deg=-1.5,
            clusters=(FixCluster(place, 1.0, 90.0, 2000.0, 1900.0, 2100.0, ring),),
            terrain=TerrainReference("jacksboro", 90.0, "drill"),
        ),
        land=LandAnswer(
            (UnitShare("500110101", "古南街道", 1.0),),
            (NearestAsset(Layer.FOREST_BELT, "b1", "阻隔带", 0.0, 0.0, 12.5, None, drill=True),),
        ),
    )
    return replace(draft, **changes)


def _frame(sequence: int, **changes: object) -> EvidenceFrame:
    captured = START + timedelta(seconds=sequence)
    frame = EvidenceFrame(
        frame_sequence=sequence,
        captured_at=captured,
        received_at=captured + timedelta(microseconds=3),
        key=f"stills/{sequence}.jpg",
        sha256="b" * 64,
        width_px=1920,
        height_px=1080,
        boxes=(Box(Label.FLAME, 1.0, 0.0, 0.0, 5.5, 6.5),),
    )
    return replace(frame, **changes)


@pytest.fixture
def make_draft() -> Callable[..., AlertDraft]:
    return _draft


@pytest.fixture
def make_frame() -> Callable[..., EvidenceFrame]:
    return _frame
