from collections.abc import Iterator
from pathlib import Path

import pytest
from detector_rig import CAMERA, START, Rig, build_rig

from models.clock import ManualClock
from models.store import Store


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(START))
    store.cameras.put(CAMERA)
    yield build_rig(store, tmp_path, {"t1": CAMERA})
    store.close()
