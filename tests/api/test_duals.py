"""Pairs of cameras over HTTP and on the command line: a real store, real pictures."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from anyio.from_thread import BlockingPortal
from api_rig import START, ApiRig, build_api
from command_line import run_firewatch
from dual_rig import LAID, PAIR, TARGETS, Hand, head, heat_of, put_camera, scene
from starlette.testclient import TestClient

from camera_gateway.pictures import decode_jpeg
from detector.dual.homography import mapped
from models.clock import SystemClock
from models.dual import AgreementRule, DualPair, RegistrationSource, RegistrationState
from models.events import EventKind
from models.frame import FrameMode
from models.mask import MaskKind, ViewMask
from models.store import Store
from models.user import Role

DUAL = f"/api/cameras/{PAIR.visible_id}/dual"
BODY = {"pairs": [{"thermal": list(heat), "visible": list(seen)} for heat, seen in TARGETS]}
CORNERS = np.array([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]])


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def api(tmp_path: Path, portal: BlockingPortal, hand: Hand) -> Iterator[ApiRig]:
    rig = build_api(tmp_path, portal=portal)
    rig.context = replace(rig.context, dual_pictures=hand)
    head(rig.context.store)
    yield rig
    rig.context.nodes.intake.close()
    rig.context.store.close()


@pytest.fixture
def admin(api: ApiRig) -> TestClient:
    client = api.client(Role.ADMIN)
    answer = client.put(DUAL, json={"thermal_id": PAIR.thermal_id, "rule": "any"})
    assert answer.status_code == 200
    return client


def pairs(api: ApiRig, role: Role = Role.VIEWER) -> list[dict[str, Any]]:
    return api.client(role).get("/api/duals").json()["pairs"]  # type: ignore[no-any-return]


def miss_share(matrix: list[float]) -> float:
    """How far corners lie from where they belong, share of the visible picture."""
    return float(np.abs(mapped(tuple(matrix), CORNERS) - mapped(LAID, CORNERS)).max())


def test_a_pair_is_made_told_to_everybody_changed_and_parted(api: ApiRig) -> None:
    assert pairs(api) == []
    admin = api.client(Role.ADMIN)
    made = admin.put(DUAL, json={"thermal_id": PAIR.thermal_id})
    told = {
        "visible_id": "head-v",
        "visible_name": "head-v 号",
        "thermal_id": "head-t",
        "thermal_name": "head-t 号",
        "rule": "any",
        "registrations": [],
    }
    assert (made.status_code, made.json()) == (200, told)
    assert pairs(api) == [told]
    changed = admin.put(DUAL, json={"thermal_id": PAIR.thermal_id, "rule": "both"})
    assert changed.json()["rule"] == "both"
    assert pairs(api)[0]["rule"] == "both"
    assert admin.delete(DUAL).status_code == 204
    assert pairs(api) == []
    gone = admin.delete(DUAL)
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_pair")
    deeds = admin.get("/api/audit", params={"kind": "dual"}).json()["deeds"]
    assert [(one["actor"], one["action"]) for one in deeds] == [
        ("admin", "dual.unpaired"),
        ("admin", "dual.paired"),
        ("admin", "dual.paired"),
    ]


@pytest.mark.parametrize(
    ("visible", "thermal", "code"),
    [
        ("head-v", "head-v", "dual_same"),
        ("head-v", "t1-red", "dual_not_thermal"),
        ("head-t", "other-t", "dual_not_visible"),
        ("t1-red", "head-t", "dual_taken"),
    ],
)
def test_what_cannot_be_a_pair_is_refused_in_words(
    api: ApiRig, admin: TestClient, visible: str, thermal: str, code: str
) -> None:
    put_camera(api.context.store, "other-t", FrameMode.THERMAL)
    answer = admin.put(f"/api/cameras/{visible}/dual", json={"thermal_id": thermal})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [one["visible_id"] for one in pairs(api)] == ["head-v"]


def test_a_camera_that_is_not_there_is_not_found(admin: TestClient) -> None:
    for path, thermal in (("nobody", "head-t"), ("t1-red", "nobody")):
        answer = admin.put(f"/api/cameras/{path}/dual", json={"thermal_id": thermal})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"thermal_id": "Head T"},
        {"thermal_id": "head-t", "rule": "never"},
        {"thermal_id": "head-t", "more": 1},
        {"thermal_id": 7},
    ],
)
def test_a_body_that_is_none_is_refused(api: ApiRig, body: dict[str, object]) -> None:
    assert api.client(Role.ADMIN).put(DUAL, json=body).status_code == 422


def test_targets_register_a_preset(api: ApiRig, admin: TestClient) -> None:
    answer = admin.post(f"{DUAL}/0/targets", json=BODY)
    assert answer.status_code == 200
    told = answer.json()
    assert miss_share(told["matrix"]) < 1e-4
    assert (told["preset"], told["preset_name"]) == (0, "北坡")
    assert (told["source"], told["state"]) == ("targets", "good")
    assert told["checked_at"] is None, "no picture has confirmed it"
    assert told["made_at"] == "2026-11-25T03:00:00Z"
    assert pairs(api)[0]["registrations"] == [told]
    kept = api.context.store.duals.registration("head-v", 0)
    assert kept is not None
    assert list(kept.matrix) == told["matrix"]
    events = api.context.store.events.after(0)
    assert [one.kind for one in events][-2:] == [EventKind.CAMERA_CHANGED] * 2


def test_the_same_targets_twice_are_one_deed(api: ApiRig, admin: TestClient) -> None:
    for _ in range(2):
        api.clock.advance(60.0)
        assert admin.post(f"{DUAL}/0/targets", json=BODY).status_code == 200
    deeds = api.context.store.audit.entries(9, noun="dual")
    assert [one.action for one in deeds] == ["dual.registered", "dual.paired"]


@pytest.mark.parametrize(
    ("targets", "status"),
    [
        (BODY["pairs"][:3], 422),
        ([BODY["pairs"][0]] * 5, 422),
        ([], 422),
        ([{"thermal": [0.1, 1.2], "visible": [0.1, 0.1]}] * 4, 422),
        ([{"thermal": [0.1], "visible": [0.1, 0.1]}] * 4, 422),
        ([{"thermal": [True, 0.5], "visible": [0.1, 0.1]}] * 4, 422),
        ([*BODY["pairs"]] * 21, 422),
    ],
)
def test_targets_that_tell_nothing_are_refused(
    api: ApiRig, admin: TestClient, targets: list[object], status: int
) -> None:
    assert admin.post(f"{DUAL}/0/targets", json={"pairs": targets}).status_code == status
    assert pairs(api)[0]["registrations"] == []


def test_what_has_no_pair_or_preset_cannot_be_registered(admin: TestClient) -> None:
    missing = admin.post(f"{DUAL}/7/targets", json=BODY)
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_preset")
    for word, body in (("targets", BODY), ("register", None)):
        alone = admin.post(f"/api/cameras/t1-red/dual/0/{word}", json=body)
        assert (alone.status_code, alone.json()["code"]) == (404, "no_such_pair")
    for word in ("visible.jpg", "thermal.png"):
        assert admin.get(f"/api/cameras/t1-red/dual/0/{word}").json()["code"] == "no_such_pair"


def test_pictures_register_a_preset(admin: TestClient, hand: Hand) -> None:
    none = admin.post(f"{DUAL}/0/register")
    assert (none.status_code, none.json()["code"]) == (409, "dual_pictures")
    grey = scene()
    hand.show(grey, heat_of(grey), START - timedelta(minutes=3))
    first = admin.post(f"{DUAL}/0/register")
    assert first.status_code == 200
    told = first.json()
    assert miss_share(told["matrix"]) < 0.005
    assert (told["source"], told["state"]) == ("mutual", "good")
    assert told["checked_at"] == told["made_at"] == "2026-11-25T03:00:00Z"
    again = admin.post(f"{DUAL}/0/register")  # begins where it was
    assert miss_share(again.json()["matrix"]) < 0.005


def test_pictures_that_show_too_little_are_refused_and_change_nothing(
    api: ApiRig, admin: TestClient, hand: Hand
) -> None:
    admin.post(f"{DUAL}/0/targets", json=BODY)
    fog = np.full((540, 960), 190, np.uint8)
    hand.show(fog, heat_of(scene()), START)
    refused = admin.post(f"{DUAL}/0/register")
    assert (refused.status_code, refused.json()["code"]) == (422, "dual_unsure")
    assert pairs(api)[0]["registrations"][0]["source"] == "targets"


def test_cameras_that_are_told_to_look_apart_are_registered_from_anywhere(
    api: ApiRig, admin: TestClient, hand: Hand
) -> None:
    """Somebody has entered nonsense for a direction: the pictures know better."""
    store = api.context.store
    camera = store.cameras.get("head-t")
    (view,) = camera.presets
    away = replace(view, pose=replace(view.pose, azimuth_deg=190.0))
    store.cameras.put(replace(camera, presets=(away,)))
    grey = scene(2)
    hand.show(grey, heat_of(grey), START)
    assert miss_share(admin.post(f"{DUAL}/0/register").json()["matrix"]) < 0.005
    store.duals.remove("head-v", "li")
    store.duals.put(PAIR, "li")
    store.cameras.put(replace(camera, presets=()))  # preset 0 alone, with no pose
    assert miss_share(admin.post(f"{DUAL}/0/register").json()["matrix"]) < 0.005


def test_what_a_person_shows_meanwhile_is_not_written_over(
    api: ApiRig, admin: TestClient, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody shows targets while the pictures are computed."""
    grey = scene()
    hand.show(grey, heat_of(grey), START)
    admin.post(f"{DUAL}/0/register")
    known = Hand.thermal

    def show(self: Hand, thermal_id: str, preset: int) -> object:
        assert admin.post(f"{DUAL}/0/targets", json=BODY).status_code == 200
        return known(self, thermal_id, preset)

    monkeypatch.setattr(Hand, "thermal", show)
    refused = admin.post(f"{DUAL}/0/register")
    assert (refused.status_code, refused.json()["code"]) == (409, "dual_changed")
    assert pairs(api)[0]["registrations"][0]["source"] == "targets"


def test_the_pictures_at_hand_are_shown_with_their_time(
    api: ApiRig, admin: TestClient, hand: Hand
) -> None:
    del admin
    viewer = api.client(Role.VIEWER)
    for word in ("visible.jpg", "thermal.png"):
        none = viewer.get(f"{DUAL}/0/{word}")
        assert (none.status_code, none.json()["code"]) == (404, "dual_no_picture")
    grey = scene()
    hand.show(grey, heat_of(grey), START - timedelta(seconds=90))
    for word, kind in (("visible.jpg", "image/jpeg"), ("thermal.png", "image/png")):
        answer = viewer.get(f"{DUAL}/0/{word}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert answer.headers["Firewatch-Captured-At"] == "2026-11-25T02:58:30Z"
        assert answer.headers["Cache-Control"] == "no-store"
        assert cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR) is not None
        assert viewer.get(f"{DUAL}/1/{word}").status_code == 404
        assert viewer.get(f"{DUAL}/10000/{word}").status_code == 422


def test_what_was_masked_since_a_picture_was_kept_is_painted_over(
    api: ApiRig, admin: TestClient, hand: Hand
) -> None:
    grey = scene()
    grey[200:300, 400:500] = 255
    hand.show(grey, heat_of(grey), START)
    ring = ((0.4, 0.35), (0.55, 0.35), (0.55, 0.58), (0.4, 0.58))
    mask = ViewMask("head-v", 0, MaskKind.PRIVACY, ring, "li", START)
    api.context.masks.replace([mask])
    jpeg = admin.get(f"{DUAL}/0/visible.jpg").content
    assert decode_jpeg(jpeg, "t")[210:290, 410:490].max() < 120
    # Its paint has edges that the picture of heat has not; the rest tells enough.
    assert miss_share(admin.post(f"{DUAL}/0/register").json()["matrix"]) < 0.005


def test_pictures_stay_away_while_nobody_knows_what_is_private(
    api: ApiRig, admin: TestClient, hand: Hand
) -> None:
    grey = scene()
    hand.show(grey, heat_of(grey), START)
    book = type(api.context.masks)(api.clock.now)  # never read
    api.context = replace(api.context, masks=book)
    client = api.client(Role.ADMIN)
    assert client.get(f"{DUAL}/0/visible.jpg").json()["code"] == "dual_no_picture"
    assert client.post(f"{DUAL}/0/register").status_code == 404
    del admin


def test_where_nothing_looks_there_are_no_pictures(tmp_path: Path, portal: BlockingPortal) -> None:
    rig = build_api(tmp_path, portal=portal)
    head(rig.context.store)
    rig.context.store.duals.put(PAIR, "li")
    client = rig.client(Role.ADMIN)
    assert client.get(f"{DUAL}/0/visible.jpg").status_code == 404
    assert client.get(f"{DUAL}/0/thermal.png").status_code == 404
    assert client.post(f"{DUAL}/0/register").json()["code"] == "dual_pictures"
    rig.context.store.close()


def test_somebody_of_a_township_sees_pairs_and_is_told_of_their_changes(
    api: ApiRig, admin: TestClient
) -> None:
    del admin
    store = api.context.store
    known = store.users.get("monitor")
    assert known is not None
    limited = replace(known, name="limited", townships=("999001001",))
    scope = api.context.scopes.of(limited, store, api.context.land_book.moment)
    (event,) = [one for one in store.events.after(0) if one.kind is EventKind.CAMERA_CHANGED]
    assert scope.sees_event(event)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with closing(opened(tmp_path)) as store:
        head(store)
    return tmp_path


def opened(folder: Path) -> Store:
    (folder / "data").mkdir(exist_ok=True)
    return Store.open(f"sqlite:///{folder}/data/firewatch.db", clock=SystemClock())


def test_the_command_line_pairs_registers_lists_and_parts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    asked = ("duals", "pair", "head-v", "head-t", "--rule", "heat_first")
    assert run_firewatch(monkeypatch, *asked) == 0
    assert capsys.readouterr().out == "head-v is a pair with head-t, rule heat_first.\n"
    shown = [f"--target={a},{b}={c},{d}" for (a, b), (c, d) in TARGETS]
    assert run_firewatch(monkeypatch, "duals", "register", "head-v", "0", *shown) == 0
    assert capsys.readouterr().out.startswith("preset 0: good, by targets, doubt 0.30% of")
    grey = scene()
    picture, heat = folder / "a.jpg", folder / "a.tif"
    cv2.imwrite(str(picture), grey)
    cv2.imwrite(str(heat), heat_of(grey))
    files = ("--visible", picture, "--thermal", heat)
    assert run_firewatch(monkeypatch, "duals", "register", "head-v", "0", *files) == 0
    assert "by mutual" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "duals", "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "head-v with head-t, rule heat_first"
    assert second.startswith("  preset 0: good, by mutual")
    assert "confirmed 20" in second
    with closing(opened(folder)) as store:
        assert store.duals.pairs() == [DualPair("head-v", "head-t", AgreementRule.HEAT_FIRST)]
        found = store.duals.registration("head-v", 0)
        assert found is not None
        assert miss_share(list(found.matrix)) < 0.005
        assert (found.source, found.state) == (RegistrationSource.MUTUAL, RegistrationState.GOOD)
        actors = {one.actor for one in store.audit.entries(9, noun="dual")}
        assert len(actors) == 1
    assert run_firewatch(monkeypatch, "duals", "unpair", "head-v") == 0
    assert capsys.readouterr().out == "head-v is in no pair any more.\n"
    assert run_firewatch(monkeypatch, "duals", "list") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--visible", "a.jpg"),
        ("--thermal", "a.tif"),
        ("--visible", "a.jpg", "--target", "0.1,0.1=0.1,0.1"),
        ("--visible", "a.jpg", "--thermal", "missing.tif"),
        ("--target", "0.1,0.1=0.1,0.1"),
        ("--target", "0.1;0.1=0.1,0.1"),
        ("--target", "1" * 2000),
    ],
)
def test_the_command_line_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    arguments: tuple[str, ...],
) -> None:
    with closing(opened(folder)) as store:
        store.duals.put(PAIR, "li")
    cv2.imwrite(str(folder / "a.jpg"), scene())
    assert run_firewatch(monkeypatch, "duals", "register", "head-v", "0", *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("firewatch: ")
    assert said.count("\n") == 1
    with closing(opened(folder)) as store:
        assert store.duals.registrations("head-v") == []


def test_answers_are_what_the_document_says(admin: TestClient) -> None:
    document = admin.get("/api/openapi.json").json()
    paths = {path for path in document["paths"] if "dual" in path}
    assert len(paths) == 6
    png = document["paths"]["/api/cameras/{visible_id}/dual/{preset}/thermal.png"]
    assert set(png["get"]["responses"]["200"]["content"]) == {"image/png"}
    assert json.dumps(document).count("RegistrationAnswer") > 1
