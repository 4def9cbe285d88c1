"""Nodes push, and are set up: real HTTP bodies, a real store, real files."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from anyio.from_thread import BlockingPortal
from api_rig import ROOT, START, ApiRig, build_api
from node_rig import KEY, NODE, Sender, heat_png
from served import served

from api.live import LiveFeed
from api.nodes import intake as intake_module
from api.nodes import receiving
from api.nodes.desk import NodeDesk
from api.nodes.files import path_of
from api.nodes.flooding import MOST_MISSES
from api.nodes.pushes import MOST_PICTURE_BYTES, read_moment, read_reading, read_sequence
from api.nodes.signing import sign
from models.clock import ManualClock
from models.config import Settings
from models.errors import StorageFull
from models.events import EventKind
from models.heat_node import FrameRefusal, FrameState, NodeReading, NodeTrouble
from models.store import Store
from models.thermal import ThermalEncoding
from models.user import Role


@pytest.fixture
def api(tmp_path: Path, portal: BlockingPortal) -> Iterator[ApiRig]:
    rig = build_api(tmp_path, portal=portal)
    rig.context.store.nodes.add(NODE, KEY, author="t")
    yield rig
    rig.context.nodes.intake.close()
    rig.context.store.close()


@pytest.fixture
def sender(api: ApiRig) -> Sender:
    return Sender(api)


def standing_of(api: ApiRig, node_id: str = NODE.node_id) -> dict[str, Any]:
    nodes = api.client(Role.VIEWER).get("/api/nodes").json()["nodes"]
    return next(one["standing"] for one in nodes if one["node_id"] == node_id)


def files_of(api: ApiRig) -> list[Path]:
    return [one for one in (api.context.settings.data_dir / "nodes").rglob("*") if one.is_file()]


def test_a_push_is_kept_whole_and_a_second_time_it_is_the_same(api: ApiRig, sender: Sender) -> None:
    body = heat_png(1)
    taken_at = api.clock.now() - timedelta(hours=7, microseconds=1)
    first = sender.push(7, body, at=taken_at, reading={"battery_v": 3.9, "kept_frames": 3})
    assert first.status_code == 201
    told = first.json()
    assert told["sequence"] == 7
    assert told["server_time"] == api.clock.now().isoformat()
    assert told["interval_s"] in NODE.intervals_s
    api.clock.advance(60.0)
    again = sender.push(7, body, at=taken_at, reading={"battery_v": 3.9, "kept_frames": 3})
    assert again.status_code == 200
    assert again.json()["received_at"] == told["received_at"]
    (frame,) = api.context.store.nodes.frames(NODE.node_id)
    assert frame.captured_at == taken_at
    assert frame.reading == NodeReading(battery_v=3.9, kept_frames=3)
    assert files_of(api) == [path_of(api.context.settings.data_dir, frame)]
    assert files_of(api)[0].read_bytes() == body
    found = standing_of(api)
    assert (found["frames"], found["waiting"], found["repeated"]) == (1, 1, 1)
    assert found["refused"] == {}


def test_frames_out_of_order_wait_in_the_order_in_which_they_were_taken(
    api: ApiRig, sender: Sender
) -> None:
    now = api.clock.now()
    for sequence, minutes in ((3, 1), (1, 2880), (2, 60)):
        assert sender.push(sequence, at=now - timedelta(minutes=minutes)).status_code == 201
    nodes = api.context.store.nodes
    assert [one.sequence for one in nodes.waiting(9)] == [1, 2, 3]
    live = nodes.waiting(9, since=now - timedelta(minutes=5))
    assert [one.sequence for one in live] == [3], "a live frame does not wait behind two days"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("node_signature", 401),
        ("node_sequence", 409),
        ("node_stale", 422),
        ("node_ahead", 422),
        ("node_damaged", 422),
        ("node_large", 413),
        ("node_flood", 429),
    ],
)
def test_what_is_refused_is_counted_by_reason_and_told_in_the_standing(
    api: ApiRig, sender: Sender, reason: str, status: int
) -> None:
    now = api.clock.now()
    assert sender.push(0, heat_png(0)).status_code == 201
    if reason == "node_flood":
        rule = api.context.settings.nodes
        for _ in range(2 * rule.most_per_minute):
            api.context.nodes.intake._buckets.take(NODE.node_id)
    pushes = {
        "node_signature": lambda: sender.push(1, signature="0" * 64),
        "node_sequence": lambda: sender.push(0, heat_png(99)),
        "node_stale": lambda: sender.push(1, at=now - timedelta(days=14, seconds=1)),
        "node_ahead": lambda: sender.push(1, at=now + timedelta(seconds=601)),
        "node_damaged": lambda: sender.push(1, b"GIF89a" + bytes(50)),
        "node_large": lambda: sender.push(1, b"\xff\xd8\xff" + bytes(MOST_PICTURE_BYTES)),
        "node_flood": lambda: sender.push(1),
    }
    for _ in range(2):
        answer = pushes[reason]()
        assert (answer.status_code, answer.json()["code"]) == (status, reason)
    if reason == "node_flood":
        assert int(answer.headers["Retry-After"]) >= 1
    assert standing_of(api)["refused"] == {reason: 2}, "also before it is written down"
    api.context.nodes.intake.flush()
    assert standing_of(api)["refused"] == {reason: 2}
    assert api.context.store.nodes.standing(NODE.node_id).refused == {FrameRefusal(reason): 2}
    assert [one.sequence for one in api.context.store.nodes.frames(NODE.node_id)] == [0]
    assert len(files_of(api)) == 1
    assert files_of(api)[0].read_bytes() == heat_png(0), "what is kept stays as it was"


@pytest.mark.parametrize("what", ["sequence", "captured_at", "reading", "body", "node"])
def test_a_signature_holds_for_nothing_else(api: ApiRig, sender: Sender, what: str) -> None:
    api.context.store.nodes.add(replace(NODE, node_id="ridge-2"), KEY, author="t")
    at, body = api.clock.now().isoformat(), heat_png(3)
    told = {"sequence": "5", "captured_at": at, "reading": '{"battery_v":3.0}'}
    right = sign(KEY, node_id=NODE.node_id, body=body, **told)
    if what == "body":
        body = heat_png(4)
    elif what == "node":
        sender.node_id = "ridge-2"
    else:
        told[what] = {
            "sequence": "6",
            "captured_at": (api.clock.now() - timedelta(seconds=1)).isoformat(),
            "reading": '{"battery_v":4.0}',
        }[what]
    answer = sender.push(
        told["sequence"], body, at=told["captured_at"], reading=told["reading"], signature=right
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "node_signature")


def test_a_node_that_there_is_not_and_one_that_is_retired_are_unknown(
    api: ApiRig, sender: Sender
) -> None:
    stranger = Sender(api, "nobody")
    assert stranger.push(1).status_code == 404
    api.context.store.nodes.retire(NODE.node_id, author="t")
    answer = sender.push(1)
    assert (answer.status_code, answer.json()["code"]) == (404, "node_unknown")
    api.context.nodes.intake.flush()
    assert api.context.nodes.intake.strangers == 1
    refused = api.context.store.nodes.standing(NODE.node_id).refused
    assert refused == {FrameRefusal.UNKNOWN: 1}
    assert files_of(api) == []


def test_who_forges_again_and_again_is_not_read_for_a_minute(api: ApiRig, sender: Sender) -> None:
    for _ in range(MOST_MISSES):
        assert sender.push(1, signature="f" * 64).status_code == 401
    answer = sender.push(1)
    assert (answer.status_code, answer.json()["code"]) == (429, "node_flood")
    other = Sender(api, "ridge-2")
    api.context.store.nodes.add(replace(NODE, node_id="ridge-2"), KEY, author="t")
    assert other.push(1).status_code == 201, "behind the same address of a carrier"
    api.clock.advance(61.0)
    assert sender.push(1).status_code == 201
    assert NodeTrouble.FORGED in standing_of(api)["troubles"]


def test_a_clock_that_is_ahead_is_known_after_three_pushes(api: ApiRig, sender: Sender) -> None:
    ahead = timedelta(hours=2)
    statuses = []
    for sequence in range(4):
        api.clock.advance(60.0)
        pushed = sender.push(sequence, at=api.clock.now() + ahead, reading={"kept_frames": 0})
        statuses.append(pushed.status_code)
    assert statuses == [422, 422, 201, 201]
    frames = api.context.store.nodes.frames(NODE.node_id)
    assert [one.captured_at for one in frames] == [one.received_at for one in frames]
    found = standing_of(api)
    assert found["clock_error_s"] == ahead.total_seconds()
    assert found["troubles"] == ["clock"]


def test_a_full_disk_refuses_and_the_node_keeps_its_frame(tmp_path: Path) -> None:
    rig = build_api(tmp_path)
    rig.context.store.nodes.add(NODE, KEY, author="t")
    files = rig.context.nodes.files
    files._spare_bytes = 2**62  # no disk has so much free
    sender = Sender(rig)
    answer = sender.push(1)
    assert (answer.status_code, answer.json()["code"]) == (507, "node_disk")
    assert rig.context.store.nodes.frames(NODE.node_id) == []
    assert files_of(rig) == []
    files._spare_bytes = 0
    assert sender.push(1).status_code == 201
    rig.context.nodes.intake.close()
    rig.context.store.close()


def test_a_watch_that_ends_between_file_and_row_takes_the_frame_when_it_comes_again(
    api: ApiRig, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, body = api.context.store, heat_png(5)

    def cut_off(_drafts: object) -> None:
        raise StorageFull("The disk is full.", code="storage_full")

    with monkeypatch.context() as cut:
        cut.setattr(store.nodes, "take_many", cut_off)
        assert sender.push(5, body).status_code == 507
        assert sender.push(6).status_code == 507
    assert len(files_of(api)) == 2, "they lie there, and nobody knows of them"
    assert store.nodes.frames(NODE.node_id) == []
    assert sender.push(5, body).status_code == 201
    desk = NodeDesk(api.context)
    assert desk.clear_strays() == 0, "young ones may be on their way"
    api.clock.set_wall(timedelta(days=3650))
    assert desk.clear_strays() == 1
    (frame,) = store.nodes.frames(NODE.node_id)
    assert files_of(api) == [path_of(api.context.settings.data_dir, frame)]


def test_what_is_killed_between_file_and_row_is_taken_when_it_comes_again(
    tmp_path: Path, portal: BlockingPortal
) -> None:
    died = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    rig = build_api_again(tmp_path, portal)
    assert len(files_of(rig)) == 1
    assert rig.context.store.nodes.frames(NODE.node_id) == []
    sender = Sender(rig)
    assert sender.push(4, heat_png(4)).status_code == 201
    assert sender.push(4, heat_png(4)).status_code == 200
    assert [one.read_bytes() for one in files_of(rig)] == [heat_png(4)]
    rig.context.nodes.intake.close()
    rig.context.store.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from api_rig import build_api
from node_rig import KEY, NODE, Sender, heat_png
from served import served
rig = build_api(Path(sys.argv[1]))
rig.context.store.nodes.add(NODE, KEY, author="t")
rig.context.store.nodes.take_many = lambda drafts: os.kill(os.getpid(), signal.SIGKILL)
Sender(rig).push(4, heat_png(4))
"""


def build_api_again(folder: Path, portal: BlockingPortal) -> ApiRig:
    """On what a process left behind; its people are there already."""
    store = Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=ManualClock(START))
    aside = folder / "aside"
    aside.mkdir()
    rig = build_api(aside, portal=portal)
    rig.context.store.close()
    settings = Settings(data_dir=folder)
    return ApiRig(
        replace(rig.context, store=store, settings=settings, feed=LiveFeed(store, rig.clock)),
        rig.clock,
        portal,
    )


def test_the_store_that_fails_is_told_to_each_who_waits(
    api: ApiRig, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_drafts: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(api.context.store.nodes, "take_many", fail)
    with pytest.raises(ZeroDivisionError):
        sender.push(1)


def test_bodies_that_come_at_once_are_bounded(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_TOGETHER_BYTES", 100)
    answer = sender.push(1)
    assert (answer.status_code, answer.json()["code"]) == (429, "node_flood")
    monkeypatch.setattr(receiving, "MOST_OF_ONE", 0)
    assert sender.push(1).status_code == 429
    monkeypatch.undo()
    assert sender.push(1).status_code == 201


def test_a_body_of_no_told_length_is_counted_as_it_comes(api: ApiRig, sender: Sender) -> None:
    def endless() -> Iterator[bytes]:
        yield from [b"\xff\xd8\xff" + bytes(2**20)] * 9

    answer = sender.client.post(f"/api/nodes/{NODE.node_id}/frames", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "node_large")
    assert standing_of(api)["refused"] == {"node_large": 1}


def test_nodes_are_set_up_changed_and_retired_by_administrators(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    body = {"name": "二号", "lon_deg": 106.5, "lat_deg": 29.5, "reach_m": 40.0}
    made = admin.put("/api/nodes/ridge-2", json=body)
    assert made.status_code == 200
    assert made.json()["version"] == 1
    assert made.json()["azimuth_deg"] is None
    key = admin.post("/api/nodes/ridge-2/key")
    assert key.headers["cache-control"] == "no-store"
    assert Sender(api, "ridge-2", key.json()["key"]).push(1).status_code == 201
    read = api.client(Role.VIEWER).get("/api/nodes/ridge-2")
    tag = read.headers["etag"]
    posed = {**body, "azimuth_deg": 0.0, "horizontal_fov_deg": 56.0, "tilt_deg": 0.0}
    changed = admin.put("/api/nodes/ridge-2", json=posed, headers={"If-Match": tag})
    assert (changed.json()["azimuth_deg"], changed.json()["version"]) == (0.0, 2)
    late = admin.put("/api/nodes/ridge-2", json=body, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "outdated")
    absent = admin.put("/api/nodes/ridge-3", json=body, headers={"If-Match": tag})
    assert (absent.status_code, absent.json()["code"]) == (404, "no_such_node")
    halved = admin.put("/api/nodes/ridge-2", json={**body, "tilt_deg": 0.0})
    assert (halved.status_code, halved.json()["code"]) == (422, "node_pose")
    retired = admin.post("/api/nodes/ridge-2/retire")
    assert retired.json()["is_retired"] is True
    assert Sender(api, "ridge-2", key.json()["key"]).push(2).status_code == 404
    again = admin.post("/api/nodes/ridge-2/key")
    assert (again.status_code, again.json()["code"]) == (409, "node_retired")
    deeds = [one.action for one in api.context.store.audit.entries(20, noun="node")]
    assert deeds == ["node.retired", "node.changed", "node.rekeyed", "node.added", "node.added"]
    told = "".join(api.context.store.audit.lines())
    assert key.json()["key"] not in told


def test_warm_places_are_drawn_and_stay_until_somebody_draws_others(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    body = {"name": "二号", "lon_deg": 106.5, "lat_deg": 29.5, "reach_m": 40.0}
    place = {"x_min": 0.0, "y_min": 0.2, "x_max": 0.1, "y_max": 0.3, "note": "灶房烟囱"}
    made = admin.put("/api/nodes/ridge-2", json=body)
    assert made.json()["warm_places"] == []
    drawn = admin.put("/api/nodes/ridge-2", json={**body, "warm_places": [place]})
    assert (drawn.json()["warm_places"], drawn.json()["version"]) == ([place], 2)
    kept = admin.put("/api/nodes/ridge-2", json={**body, "name": "乙"})  # an older program
    assert kept.json()["warm_places"] == [place]
    listed = api.client(Role.VIEWER).get("/api/nodes").json()["nodes"]
    assert [one["warm_places"] for one in listed if one["node_id"] == "ridge-2"] == [[place]]
    large = {**place, "x_max": 1.0, "y_max": 1.0}
    refused = admin.put("/api/nodes/ridge-2", json={**body, "warm_places": [large]})
    assert (refused.status_code, refused.json()["code"]) == (422, "node_warm")
    beyond = admin.put("/api/nodes/ridge-2", json={**body, "warm_places": [{**place, "x_max": 2}]})
    assert beyond.status_code == 422
    none = admin.put("/api/nodes/ridge-2", json={**body, "warm_places": []})
    assert none.json()["warm_places"] == []


def test_frames_are_listed_painted_and_read_out(api: ApiRig, sender: Sender) -> None:
    for sequence in range(3):
        sender.push(sequence, heat_png(sequence, hot_c=180.0))
        api.clock.advance(1.0)
    sender.push(3, b"\x89PNG\r\n\x1a\n and nothing that is one")
    viewer = api.client(Role.VIEWER)
    page = viewer.get("/api/nodes/ridge-1/frames?limit=3").json()
    assert [one["sequence"] for one in page["frames"]] == [3, 2, 1]
    rest = viewer.get(f"/api/nodes/ridge-1/frames?limit=3&before={page['next_before']}").json()
    assert [one["sequence"] for one in rest["frames"]] == [0]
    assert rest["next_before"] is None
    frame_id = rest["frames"][0]["frame_id"]
    levels = viewer.get(f"/api/nodes/ridge-1/frames/{frame_id}/levels").json()
    steps = np.frombuffer(base64.b64decode(levels["levels_base64"]), "<u2").reshape(24, 32)
    span = levels["high"] - levels["low"]
    assert levels["scale"] == "celsius"
    assert levels["low"] + steps[11, 21] / 65535 * span == pytest.approx(180.0, abs=0.02)
    assert levels["low"] + steps[0, 0] / 65535 * span == pytest.approx(18.0, abs=1.0)
    picture = viewer.get(f"/api/nodes/ridge-1/frames/{frame_id}.png")
    painted = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert painted is not None
    assert painted.shape == (24, 32, 3)
    assert painted[11, 21].sum() > painted[0, 0].sum() + 300
    assert picture.headers["firewatch-scale"] == "celsius"
    assert float(picture.headers["firewatch-low"]) < 18.5
    broken = viewer.get(f"/api/nodes/ridge-1/frames/{page['frames'][0]['frame_id']}.png")
    assert (broken.status_code, broken.json()["code"]) == (422, "thermal_damaged")
    other = viewer.get(f"/api/nodes/elsewhere/frames/{frame_id}.png")
    assert (other.status_code, other.json()["code"]) == (404, "no_such_frame")
    path_of(api.context.settings.data_dir, api.context.store.nodes.frame(frame_id)).unlink()
    gone = viewer.get(f"/api/nodes/ridge-1/frames/{frame_id}/levels")
    assert (gone.status_code, gone.json()["code"]) == (404, "node_file_gone")


def test_relative_levels_are_never_told_as_degrees(api: ApiRig, sender: Sender) -> None:
    api.context.store.nodes.change(replace(NODE, encoding=ThermalEncoding.WHITE_HOT), author="t")
    grey = np.full((24, 32), 90, np.uint8)
    _, encoded = cv2.imencode(".png", grey)
    sender.push(0, encoded.tobytes())
    viewer = api.client(Role.VIEWER)
    levels = viewer.get("/api/nodes/ridge-1/frames/1/levels").json()
    assert levels["scale"] == "relative"
    assert viewer.get("/api/nodes/ridge-1/frames/1.png").headers["firewatch-scale"] == "relative"


def test_everybody_is_told_of_a_node_that_falls_silent_and_comes_back(
    api: ApiRig, sender: Sender
) -> None:
    desk, store = NodeDesk(api.context), api.context.store
    sender.push(0)
    assert desk.review() == []
    api.clock.advance(3 * 1800.0 + 121.0)
    before = store.events.latest()
    assert desk.review() == [NODE.node_id]
    assert desk.review() == []
    assert [one.kind for one in store.events.after(before)] == [EventKind.NODE_CHANGED]
    assert store.nodes.standing(NODE.node_id).troubles == (NodeTrouble.SILENT,)
    sender.push(1)
    assert desk.review() == [NODE.node_id]


def test_files_that_nobody_needs_go_and_those_of_looks_stay(api: ApiRig, sender: Sender) -> None:
    nodes, desk = api.context.store.nodes, NodeDesk(api.context)
    for sequence in range(4):
        sender.push(sequence)
    for frame_id in (1, 2, 3):
        nodes.seen(frame_id, hottest_c=20.0, spots=0)
    nodes.need([2])
    desk.work_once()
    assert len(files_of(api)) == 4
    api.clock.advance(168 * 3600.0 + 1.0)
    assert desk.clear() == 2, "one is needed, and one nobody has looked at"
    assert [one.has_file for one in nodes.frames(NODE.node_id)] == [True, False, True, False]
    assert len(files_of(api)) == 2
    api.clock.advance(90 * 86_400.0)
    desk.clear()
    assert [one.sequence for one in nodes.frames(NODE.node_id)] == [3, 1]
    assert nodes.frame(4).state is FrameState.WAITING


def test_the_oldest_go_when_all_files_take_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = build_api(tmp_path)
    rig.context.store.nodes.add(NODE, KEY, author="t")
    sender, nodes = Sender(rig), rig.context.store.nodes
    for sequence in range(3):
        sender.push(sequence)
        rig.clock.advance(1.0)
        nodes.seen(sequence + 1, hottest_c=None, spots=None)
    monkeypatch.setattr("api.nodes.desk._GB", 1000 * nodes.frame(3).bytes / 50_000)
    assert NodeDesk(rig.context).clear() == 2
    assert [one.has_file for one in nodes.frames(NODE.node_id)] == [True, False, False]
    rig.context.nodes.intake.close()
    rig.context.store.close()


@pytest.mark.parametrize(
    "text",
    ["2026-11-25T03:00:00Z", "2026-11-25T11:00:00.123456+08:00", "2026-11-25t03:00:00z"],
)
def test_moments(text: str) -> None:
    found = read_moment(text)
    assert found is not None
    assert found.replace(microsecond=0).isoformat() == "2026-11-25T03:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-25T03:00:00", "2026-11-25", "2026-W48-3T03:00:00Z", "2026-13-25T03:00:00Z"),
        *("0001-01-01T00:00:00+23:00", "1764046800", ""),
    ],
)
def test_moments_that_are_none(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1e3", "x", "9" * 19, "\u0661"])
def test_numbers_that_are_none(text: str) -> None:
    assert read_sequence(text) is None


def test_readings() -> None:
    assert read_reading("") == NodeReading()
    assert read_reading('{"battery_v": 0, "kept_frames": 0, "firmware": "a\\nb", "more": 1}') == (
        NodeReading(battery_v=0.0, kept_frames=0, firmware="ab")
    )
    odd = (
        '{"battery_v": true, "board_c": "hot", "tilt_deg": NaN, "kept_frames": 1.5, "lon_deg": 181}'
    )
    assert read_reading(odd) == NodeReading()
    assert read_reading('{"lat_deg": 1' + "0" * 400 + "}") == NodeReading()
    for none in ("[]", "x", "1", "[" * 2000, '{"firmware": "' + "x" * 2048 + '"}'):
        assert read_reading(none) is None


def test_counts_of_strangers_do_not_fill_the_memory(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "MOST_COUNTED", 2)
    intake = api.context.nodes.intake
    for number in range(5):
        intake.count(f"n{number}", FrameRefusal.UNKNOWN)
    assert len(intake.pending()) == 2
    intake.flush()
    assert intake.strangers == 5
    assert intake.pending() == {}


def test_settings_of_nodes_have_bounds() -> None:
    assert Settings().nodes.backlog_days == 14.0


def wait_for(address: str) -> None:
    """Until somebody listens there."""
    until_s = time.monotonic() + 60.0
    while True:
        try:
            assert httpx.get(f"{address}/api/health", timeout=30.0).status_code == 200
        except httpx.TransportError:
            assert time.monotonic() < until_s, "nobody listens"
            time.sleep(0.05)
        else:
            return


def test_the_example_of_the_docs_pushes_a_frame(api: ApiRig, tmp_path: Path) -> None:
    page = (ROOT / "docs/nodes.md").read_text(encoding="utf-8")
    example = page.split("```bash\n# NODE, KEY")[1].partition("\n")[2].partition("```")[0]
    picture = tmp_path / "now.png"
    picture.write_bytes(heat_png(8))
    api.clock.set_wall(datetime.now(UTC) - api.clock.now())
    with served(api) as address:
        wait_for(address)
        done = subprocess.run(  # noqa: S603  # our own page
            ["/bin/bash", "-euo", "pipefail", "-c", example],
            env={
                "PATH": os.environ["PATH"],
                "NODE": NODE.node_id,
                "KEY": KEY,
                "WATCH": address,
                "FILE": str(picture),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    (frame,) = api.context.store.nodes.frames(NODE.node_id)
    assert path_of(api.context.settings.data_dir, frame).read_bytes() == heat_png(8)
    assert frame.reading == NodeReading(battery_v=3.91, kept_frames=0)
