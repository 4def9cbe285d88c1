from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from api_rig import QUICK, ApiRig, build_api
from detector_rig import build_rig, smoke

from api.auth import passwords
from models.alert import Alert


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """To one event loop for all: making one for each request takes longer than most requests."""
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture
def api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portal: BlockingPortal
) -> Iterator[ApiRig]:
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    rig = build_api(tmp_path, portal=portal)
    yield rig
    rig.context.nodes.intake.close()
    rig.context.store.close()


@pytest.fixture
def burn(api: ApiRig, tmp_path: Path) -> Callable[[], Alert]:
    """Let the pipeline see a fire at the red ridge; returns the alert."""

    def see() -> Alert:
        store = api.context.store
        rig = build_rig(store, tmp_path, {"t1-red": store.cameras.get("t1-red")})
        for step in range(4):
            frame = rig.frame(60.0 * step, "t1-red")
            rig.scorer.script[frame.sequence] = [smoke(0.8)]
            rig.pipeline.process([frame])
        return store.alerts.working()[0]

    return see
