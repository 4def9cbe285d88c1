"""A watch's own writing, without cameras: pictures, then the alert that names them."""

import itertools
import os
from datetime import UTC, datetime, timedelta

from camera_gateway.vault import EvidenceVault
from models.alert import Alert, AlertDraft, Decision, EvidenceFrame, Finding, FrameScore
from models.detection import Box, Label, ModelReference
from models.fix import Fix, FixOutcome, NoFixReason
from models.frame import FrameMode, Provenance, TimeSource
from models.incident import Link
from models.land import LandAnswer
from models.site import HeightDatum, Pose, Position
from models.store import Store

__all__ = ["WRITER", "draft_of", "take_fire", "take_fires"]

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from fire_writer import take_fire
from camera_gateway.vault import EvidenceVault
from models.clock import SystemClock
from models.store import Store
data = Path(sys.argv[2])
store = Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=SystemClock())
vault = EvidenceVault(data / "evidence")
while True:
    print(take_fire(store, vault).alert_id, flush=True)
"""
"""Takes fires until it is killed: ``python -c WRITER SUPPORT DATA``."""

_SEEN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
_numbers = itertools.count()


def draft_of(key: str, camera_id: str = "t1", seen_at: datetime = _SEEN) -> AlertDraft:
    """What the pipeline says of a plume."""
    box = Box(Label.SMOKE, 0.5, 100.0, 100.0, 200.0, 180.0)
    scores = tuple(FrameScore(n, seen_at + timedelta(seconds=n), 0.5, box) for n in range(6))
    return AlertDraft(
        idempotency_key=key,
        camera_id=camera_id,
        preset=0,
        pose=Pose(10.0, 0.0, 0.0, 60.0),
        label=Label.SMOKE,
        score=0.5,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        captured_at=seen_at + timedelta(seconds=6),
        received_at=seen_at + timedelta(seconds=7),
        time_source=TimeSource.FILE_NAME,
        first_seen_at=seen_at,
        decision=Decision(
            decided_at=seen_at + timedelta(seconds=7),
            log_odds=3.0,
            threshold_log_odds=2.0,
            findings=(Finding.PERSISTED,),
            scores=scores,
            model=ModelReference("firewatch-yolo11n", "2026.11.0", "a" * 64),
            config_version="0123456789ab",
        ),
        fix=Fix(
            outcome=FixOutcome.DIRECTION_ONLY,
            reason=NoFixReason.NO_TERRAIN,
            observer=Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL),
            bearing_deg=10.0,
            bearing_sigma_deg=0.3,
            elevation_deg=-1.5,
            clusters=(),
            terrain=None,
        ),
        land=LandAnswer((), ()),
    )


def take_fire(
    store: Store,
    vault: EvidenceVault,
    *,
    key: str = "",
    pictures: int = 3,
    size_bytes: int = 2000,
    link: Link | None = None,
) -> Alert:
    """Keep pictures, then the alert that names them."""
    key = key or f"{os.getpid()}-{next(_numbers)}-{os.urandom(4).hex()}"
    frames = []
    for number in range(pictures):
        at, name = _SEEN + timedelta(seconds=number), f"2026/11/25/{key}/{number:04d}.jpg"
        sha256 = vault.put(name, os.urandom(size_bytes))
        frames.append(EvidenceFrame(number, at, at, name, sha256, 1920, 1080, ()))
    return store.alerts.open_alert(draft_of(key), frames, link)[0]


def take_fires(store: Store, vault: EvidenceVault, count: int) -> None:
    """The same, several times."""
    for _ in range(count):
        take_fire(store, vault)
