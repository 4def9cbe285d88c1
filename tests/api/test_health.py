"""``/api/health``: is the watch working now."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from api_rig import ApiRig
from detector_rig import CAMERA, Rig, build_rig, smoke

from camera_gateway.bus import MemoryBus
from camera_gateway.recording.recorder import Recorder
from camera_gateway.recording.rules import RecorderRules
from detector.evidence import StageState
from geo.relief import drill_relief
from models.detection import ModelReference
from models.errors import StoreDamaged


def test_health_is_public_and_names_nothing(api: ApiRig) -> None:
    health = api.client().get("/api/health")
    assert health.json()["status"] == "ok"
    assert health.json()["arrangement"] == "2 x 1, usual"
    api.context.counts.frames_hurried = 7
    assert api.client().get("/api/health").json()["frames_hurried"] == 7
    assert health.json()["second_stage"] == "off"
    assert "t1-red" not in health.text


def test_a_recorder_that_stopped_is_told_loudly(api: ApiRig, tmp_path: Path) -> None:
    assert api.client().get("/api/health").json()["recorder"] is None
    recorder = Recorder(
        api.context.store, api.context.vault, tmp_path / "ring", RecorderRules(), api.clock
    )
    recorder.open_ring()
    rig = replace(api, context=replace(api.context, recorder=recorder))
    health = rig.client().get("/api/health").json()
    assert (health["status"], health["recorder"]["state"]) == ("ok", "on")
    recorder.space.is_full = True
    health = rig.client().get("/api/health").json()
    assert (health["status"], health["recorder"]["state"]) == ("degraded", "full")
    recorder.previews.close()


@pytest.mark.parametrize(
    ("caution", "told", "status"),
    [
        ("", "surveyed", "ok"),
        ("drill", "drill", "ok"),
        ("coarse", "coarse", "degraded"),
        ("synthetic", "synthetic", "degraded"),
        (None, "missing", "ok"),
    ],
)
def test_relief_that_must_not_be_trusted_is_told(
    api: ApiRig, caution: str | None, told: str, status: str
) -> None:
    relief = None if caution is None else replace(drill_relief(), caution=caution)
    rig = replace(api, context=replace(api.context, terrain=relief))
    health = rig.client().get("/api/health").json()
    assert (health["terrain"], health["status"]) == (told, status)


def play(rig: Rig, fault: Exception | None) -> None:
    """One frame comes by the bus; the network fails on it, or does not."""

    async def one_frame() -> None:
        bus = MemoryBus(rig.clock, max_age_s=30.0, lossless=True)
        frame = rig.frame(0.0)
        if fault is not None:
            rig.scorer.failures[frame.sequence] = fault
        await bus.publish(frame)
        await bus.close()
        await rig.pipeline.run(bus)

    with suppress(RuntimeError):
        asyncio.run(one_frame())


def network_fails(rig: Rig, _patch: pytest.MonkeyPatch) -> None:
    play(rig, StoreDamaged("Torn."))


def nobody_foresaw(rig: Rig, _patch: pytest.MonkeyPatch) -> None:
    play(rig, RuntimeError("What is that?"))


def store_fails(rig: Rig, patch: pytest.MonkeyPatch) -> None:
    def torn(*_arguments: object) -> None:
        raise StoreDamaged("Torn.")

    with patch.context() as brief:
        for door in ("take", "note"):
            brief.setattr(rig.pipeline._desk, door, torn)
        rig.see(0.0, smoke(0.95))


def damage(rig: Rig, _patch: pytest.MonkeyPatch) -> None:
    whole = rig.frame(0.0)
    rig.pipeline.process([replace(whole, jpeg=whole.jpeg[: len(whole.jpeg) // 2])])


@pytest.mark.parametrize(
    ("what", "happens"),
    [
        ("failed", network_fails),
        ("failed", nobody_foresaw),
        ("failed", store_fails),
        ("corrupt", damage),
    ],
)
def test_health_is_degraded_while_frames_fail_and_well_again_five_minutes_after_the_last(
    api: ApiRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    happens: Callable[[Rig, pytest.MonkeyPatch], None],
) -> None:
    rig = build_rig(api.context.store, tmp_path, {"t1": CAMERA}, api.clock)
    client = ApiRig(replace(api.context, counts=rig.pipeline.counts), api.clock).client()

    def health() -> tuple[str, int, str | None]:
        answer = client.get("/api/health").json()
        return answer["status"], answer[f"frames_{what}"], answer[f"{what}_at"]

    assert health() == ("ok", 0, None)
    for count in (1, 2):
        api.clock.advance(1000.0)
        happens(rig, monkeypatch)
        status, counted, lost_at = health()
        assert (status, counted) == ("degraded", count)
        assert lost_at is not None
        api.clock.advance(298.0)
        play(rig, None)  # another frame gets through: that says nothing of the first one's cause
        assert health() == ("degraded", count, lost_at)
        api.clock.advance(2.0)
        assert health() == ("ok", count, lost_at)  # over, and not forgotten


def test_a_second_stage_that_is_wanted_and_not_to_be_had_is_told(api: ApiRig) -> None:
    for state, status in (("on", "ok"), ("missing", "degraded"), ("failed", "degraded")):
        api.context.counts.second_stage = StageState(state)
        health = api.client().get("/api/health").json()
        assert (health["second_stage"], health["status"]) == (state, status)


def test_evidence_of_another_network_is_told(api: ApiRig) -> None:
    health = api.client().get("/api/health").json()
    assert (health["evidence_fits"], health["status"]) == (True, "ok")
    other = replace(api.context.site, model=ModelReference("another", "1", "0" * 64))
    rig = ApiRig(replace(api.context, site=other), api.clock)
    health = rig.client().get("/api/health").json()
    assert (health["evidence_fits"], health["status"]) == (False, "degraded")
