"""A watch with real weights: what it starts with, and how it follows while it looks."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from api_rig import ROOT
from model_rig import NEW, OLD
from starlette.testclient import TestClient

from api.app import create_app
from api.imagery.scoring import settled
from api.runtime import build_watch
from api.site import read_site
from api.watch import Watch
from models.clock import SystemClock
from models.config import Settings
from models.detection import ModelReference
from models.release import FrozenSetDraft, GateCheck, GateRule, ReleaseDraft
from models.store import Store

PATIENCE_S = 120.0
GONE = ModelReference("gone", "2026.1.0", "0" * 64)


def signed(store: Store, candidate: ModelReference, incumbent: ModelReference) -> int:
    """A release as if it had passed and was signed; its number."""
    sets = store.releases.sets() or [
        store.releases.freeze(FrozenSetDraft("s", (), 1), sha256="f" * 64, author="a")
    ]
    checks = tuple(GateCheck(rule, passes=True, code="x", values={}) for rule in GateRule)
    release = store.releases.propose(
        ReleaseDraft(sets[0].gate_id, 1, 2),
        candidate=candidate,
        incumbent=incumbent,
        checks=checks,
        author="m",
    )
    store.releases.decide(release.release_id, signs=True, author="a")
    return release.release_id


def activate(store: Store, candidate: ModelReference, incumbent: ModelReference) -> None:
    store.releases.activate(signed(store, candidate, incumbent), in_force=OLD, author="a")


@contextmanager
def watching(folder: Path) -> Iterator[tuple[Watch, Store]]:
    """A watch as it starts, and its store."""
    settings = Settings(data_dir=folder, inference_threads=1)
    with closing(Store.open(settings.store_url, clock=SystemClock())) as store:
        camera = read_site(ROOT / "examples/drill").cameras["t1-red"]
        store.cameras.put(camera)
        yield build_watch(settings, store, {}, site_name="s", drill=True, terrain=None), store


def test_killed_after_it_was_written_down_the_watch_starts_with_the_new_model(
    tmp_path: Path,
) -> None:
    with watching(tmp_path) as (watch, store):
        assert watch.context.site.model == OLD
        activate(store, NEW, OLD)  # and nobody lives to swap
    with watching(tmp_path) as (watch, store):
        assert watch.context.site.model == NEW
        assert watch.pipeline._scorer.reference == NEW
        assert watch.context.models is not None
        assert watch.context.models.problem == ""


def test_with_weights_that_are_gone_it_starts_on_the_last_good_ones_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with watching(tmp_path) as (watch, store):
        activate(store, NEW, OLD)
        activate(store, GONE, NEW)
    with watching(tmp_path) as (watch, _):
        assert watch.context.site.model == NEW
        client = TestClient(create_app(watch.context, console_dir=None))
        health = client.get("/api/health").json()
        assert (health["model_fallback"], health["status"]) == (True, "degraded")
        assert health["model"] == f"{NEW.name} {NEW.version}"
    assert "the model gone 2026.1.0 cannot be used" in caplog.text


def test_a_watch_that_runs_follows_the_command_line_and_goes_back(tmp_path: Path) -> None:
    with (
        watching(tmp_path) as (watch, store),
        TestClient(create_app(watch.context, lifespan=watch.running, console_dir=None)) as client,
    ):

        def wait_for(model: ModelReference) -> None:
            ends_s = time.monotonic() + PATIENCE_S
            while client.get("/api/health").json()["model"] != f"{model.name} {model.version}":
                assert time.monotonic() < ends_s
                time.sleep(0.1)

        wait_for(OLD)
        activate(store, NEW, OLD)
        wait_for(NEW)
        for desk in (watch.imagery, watch.footage, watch.lives):
            assert settled(desk._detector)[1] == NEW
        first = store.releases.activations()[-1].activation_id
        store.releases.go_back(first, note="alarms", author="a")
        wait_for(OLD)
