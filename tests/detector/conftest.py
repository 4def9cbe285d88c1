from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_rig import DeskRig
from detector_rig import CAMERA, START, Rig, build_rig

from models.clock import ManualClock
from models.store import Store


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(START))
    store.cameras.put(CAMERA)
    yield build_rig(store, tmp_path, {"t1": CAMERA})
    store.close()


@pytest.fixture
def desk_rig(tmp_path: Path) -> Iterator[DeskRig]:
    clock = ManualClock(START)
    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)
    yield DeskRig(store, clock, tmp_path)
    store.close()
