"""Masks over HTTP: who may draw which, what is refused, and that they hold at once."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from api_rig import START, ApiRig

from api.masks.watching import MaskWatch
from camera_gateway.masks import MaskBook
from camera_gateway.ring import FrameRing
from camera_gateway.video.tap import TapBook, VideoForm
from models.camera_setup import CameraSetup
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.user import Role

CORNERS = [[0.1, 0.6], [0.4, 0.6], [0.4, 0.9], [0.1, 0.9]]
FORM = VideoForm("h264", b"", Fraction(1, 90_000), 1920, 1080)


def mask(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    body = {"camera_id": "t1-red", "preset": 0, "kind": "privacy", "polygon": CORNERS}
    return {**body, "note": " 民房 ", **changes}


def nuisance(days: float = 7.0, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    until = (START + timedelta(days=days)).isoformat()
    return mask(kind="nuisance", expires_at=until, **changes)


@pytest.fixture
def masked(api: ApiRig) -> ApiRig:
    """An application whose masks are in force."""
    context = api.context
    book = MaskBook(api.clock.now)
    taps = TapBook(book.hides)
    ring = FrameRing(1000, 9)
    watch = MaskWatch(context.store.masks, book, taps, ring.forget)
    watch.refresh()
    api.context = replace(context, masks=book, taps=taps, masks_changed=watch.refresh, ring=ring)
    return api


def test_an_administrator_draws_changes_and_ends(masked: ApiRig) -> None:
    client = masked.client(Role.ADMIN)
    made = client.post("/api/masks", json=mask(fov_min_deg=0.0, fov_max_deg=70.0))
    assert made.status_code == 201
    told = made.json()
    assert told == {
        "mask_id": 1, "camera_id": "t1-red", "preset": 0, "kind": "privacy", "polygon": CORNERS,
        "author": "admin", "created_at": "2026-11-25T03:00:00Z", "expires_at": None,
        "fov_min_deg": 0.0, "fov_max_deg": 70.0, "note": "民房", "ended_by": "",
        "ended_at": None, "share": pytest.approx(0.09), "is_over": False,
    }  # fmt: skip
    masked.clock.advance(60)
    wider = [[0.0, 0.5], [0.5, 0.5], [0.5, 1.0], [0.0, 1.0]]
    changed = client.put("/api/masks/1", json={"polygon": wider}).json()
    assert (changed["mask_id"], changed["polygon"], changed["note"]) == (2, wider, "")
    viewer = masked.client(Role.VIEWER)
    assert viewer.get("/api/masks?camera_id=t1-red").json()["masks"] == [changed]
    assert viewer.get("/api/masks?camera_id=t2-fog").json()["masks"] == []
    ended = client.post("/api/masks/2/end").json()
    assert (ended["ended_by"], ended["is_over"]) == ("admin", True)
    assert viewer.get("/api/masks").json()["masks"] == []
    history = viewer.get("/api/masks?over=true").json()["masks"]
    assert [(each["mask_id"], each["ended_by"]) for each in history] == [(2, "admin"), (1, "admin")]
    assert client.post("/api/masks/2/end").json()["code"] == "mask_ended"
    assert client.put("/api/masks/2", json={"polygon": wider}).json()["code"] == "mask_ended"
    assert client.post("/api/masks/9/end").status_code == 404
    actions = [deed.action for deed in masked.context.store.audit.entries(3)]
    assert actions == ["mask.ended", "mask.changed", "mask.added"]


def test_what_is_private_is_hidden_when_the_answer_comes_and_seen_when_it_ends(
    masked: ApiRig,
) -> None:
    context, client = masked.context, masked.client(Role.ADMIN)
    tap, other = context.taps.of("t1-red"), context.taps.of("t2-fog")
    tap.begin(FORM)
    other.begin(FORM)
    cameras = {each["camera_id"]: each for each in client.get("/api/cameras").json()}
    assert not any(each["privacy_masked"] for each in cameras.values())
    assert client.post("/api/masks", json=mask()).status_code == 201
    assert not tap.is_open
    assert tap.form is None
    assert other.form == FORM
    assert context.masks.private("t1-red", 0, None, START)
    told = {each["camera_id"]: each["privacy_masked"] for each in client.get("/api/cameras").json()}
    assert {key for key, private in told.items() if private} == {"t1-red"}
    client.post("/api/masks/1/end")
    assert tap.form == FORM
    assert context.masks.private("t1-red", 0, None, START) == ()


def test_a_monitor_may_only_say_for_a_fortnight_what_is_a_nuisance(masked: ApiRig) -> None:
    monitor, admin = masked.client(Role.MONITOR), masked.client(Role.ADMIN)
    private = admin.post("/api/masks", json=mask()).json()
    assert private["mask_id"] == 1
    for answer, code in (
        (monitor.post("/api/masks", json=mask()), "mask_admin"),
        (monitor.put("/api/masks/1", json={"polygon": CORNERS}), "mask_admin"),
        (monitor.post("/api/masks/1/end"), "mask_admin"),
        (monitor.post("/api/masks", json=mask(kind="nuisance")), "mask_too_long"),
        (monitor.post("/api/masks", json=nuisance(days=14.01)), "mask_too_long"),
        (masked.client(Role.VIEWER).post("/api/masks", json=nuisance()), "not_permitted"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    drawn = monitor.post("/api/masks", json=nuisance())
    assert drawn.status_code == 201
    number = drawn.json()["mask_id"]
    assert masked.context.masks.nuisance("t1-red", 0)
    assert masked.context.taps.of("t1-red").is_open is False  # of the private one
    assert monitor.post(f"/api/masks/{number}/end").json()["ended_by"] == "monitor"
    assert admin.post("/api/masks", json=mask(kind="nuisance")).status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"polygon": CORNERS[:2]}, 422, "mask_corner_count"),
        ({"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}, 422, "mask_crosses_itself"),
        ({"polygon": [[0, 0], [1.5, 0], [0, 1]]}, 422, "mask_outside_picture"),
        ({"fov_min_deg": 50.0, "fov_max_deg": 40.0}, 422, "mask_zoom_range"),
        ({"expires_at": START.isoformat()}, 422, "mask_expired_at_birth"),
        ({"note": "x" * 2001}, 422, "mask_note_long"),
        ({"preset": 7}, 422, "mask_no_preset"),
        ({"camera_id": "nowhere"}, 404, "not_found"),
        ({"kind": "other"}, 422, "input_refused"),
        ({"expires_at": "2026-11-26T00:00:00"}, 422, "input_refused"),
        ({"colour": "grey"}, 422, "input_refused"),
        ({"polygon": [[0, 0]] * 2001}, 422, "input_refused"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    masked: ApiRig, change: dict[str, Any], status: int, code: str
) -> None:
    answer = masked.client(Role.ADMIN).post("/api/masks", json=mask(**change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert masked.context.store.masks.all() == []


def test_a_camera_without_presets_can_be_masked(masked: ApiRig) -> None:
    store = masked.context.store
    camera = replace(store.cameras.get("t1-red"), camera_id="bare", presets=())
    store.links.put(CameraSetup(camera), actor="t")
    client = masked.client(Role.ADMIN)
    assert client.post("/api/masks", json=mask(camera_id="bare")).status_code == 201
    refused = client.post("/api/masks", json=mask(camera_id="bare", preset=1))
    assert refused.json()["code"] == "mask_no_preset"


def test_what_was_written_elsewhere_is_read_with_the_next_look(masked: ApiRig) -> None:
    context = masked.context
    tap = context.taps.of("t1-red")
    client = masked.client(Role.ADMIN)
    body = mask(expires_at=(START + timedelta(hours=1)).isoformat())
    client.post("/api/masks", json=body)
    assert not tap.is_open
    masked.clock.advance(3600)
    assert not context.masks.hides("t1-red")
    context.masks_changed()
    assert tap.is_open


def test_a_view_is_drawn_on_as_it_left_and_what_was_kept_from_before_is_let_go_of(
    masked: ApiRig,
) -> None:
    client, address = masked.client(Role.ADMIN), "/api/masks/view/t1-red/{}.jpg"
    for preset in (0, 3, 0):
        frame = Frame(
            camera_id="t1-red",
            preset=preset,
            sequence=0,
            captured_at=masked.clock.now(),
            received_at=START,
            time_source=TimeSource.RECEIPT,
            jpeg=f"{preset} {masked.clock.now()}".encode(),
            mode=FrameMode.VISIBLE,
            provenance=Provenance.LIVE,
            pose=None,
        )
        masked.context.ring.add(frame)
        masked.clock.advance(1)
    newest = client.get(address.format(0))
    assert newest.content == b"0 2026-11-25 03:00:02+00:00"
    assert newest.headers["X-Captured-At"] == "2026-11-25T03:00:02Z"
    assert client.get(address.format(3)).content.startswith(b"3 ")
    assert client.get(address.format(1)).json()["code"] == "no_still"
    assert client.post("/api/masks", json=mask(kind="nuisance")).status_code == 201
    assert client.get(address.format(0)).status_code == 200
    assert client.post("/api/masks", json=mask()).status_code == 201
    for preset in (0, 3):
        assert client.get(address.format(preset)).json()["code"] == "no_still"
