"""Where footage of the library comes from: recorders, flights, and files that lie."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from library_rig import look, pictures_zip, sent, video, worked
from recording_rig import MADE_AT, Disk, pictures
from starlette.testclient import TestClient

from api.footage.room import FootageRoom
from api.footage.service import shelf_of
from api.imagery.service import keep
from api.imagery.service import shelf_of as imagery_shelf_of
from camera_gateway.pictures import encode_jpeg
from models.errors import Conflict
from models.imagery import ImageryKind, ImageryResult, ImageryState
from models.user import Role

CAMERA = "t1-red"


def refused(answer: Any) -> tuple[int, str]:  # noqa: ANN401
    return answer.status_code, answer.json()["code"]


def coming(rig: ApiRig) -> list[Path]:
    return list((rig.context.settings.data_dir / "footage" / "coming").iterdir())


def cut(client: TestClient, from_s: float, until_s: float, camera_id: str = CAMERA) -> Any:  # noqa: ANN401
    span = {
        "camera_id": camera_id,
        "from_at": (MADE_AT + timedelta(seconds=from_s)).isoformat(),
        "until_at": (MADE_AT + timedelta(seconds=until_s)).isoformat(),
    }
    return client.post("/api/footage", params=span)


def test_a_span_of_a_recorder_is_cut_with_its_times(api: ApiRig) -> None:
    disk = Disk(api.context.settings.data_dir / "ring", CAMERA)
    disk.begin()
    disk.take(pictures(8.0))
    disk.end()
    client = api.client(Role.MONITOR)
    answer = cut(client, 2.0, 5.0)
    assert answer.status_code == 201, answer.text
    got = answer.json()
    assert (got["kind"], got["scene"], got["camera_id"]) == ("ring", CAMERA, CAMERA)
    assert got["name"] == f"{CAMERA}_20261126T030002.000Z.mp4"
    worked(api)
    ready = client.get(f"/api/footage/{got['footage_id']}").json()
    assert ready["facts"]["begins_at"] == "2026-11-26T03:00:02Z"
    assert (ready["facts"]["frames"], ready["facts"]["codec"]) == (75, "h264")
    assert coming(api) == []
    for answer, told in (
        (cut(client, 100.0, 101.0), (404, "footage_ring_empty")),
        (cut(client, 0.0, 0.0), (422, "footage_span")),
        (cut(client, 0.0, 21_601.0), (422, "footage_span")),
        (cut(client, 0.0, 1.0, "t9-none"), (404, "no_such_camera")),
        (cut(client, 0.0, 1.0, "../t1"), (422, "input_refused")),
    ):
        assert refused(answer) == told


def test_a_hole_in_the_recorder_is_told_and_none_is_made_into_a_recording(api: ApiRig) -> None:
    disk = Disk(api.context.settings.data_dir / "ring", CAMERA)
    disk.begin()
    disk.take(pictures(3.0))
    disk.end()
    disk.begin()
    disk.take(pictures(3.0, made_at=MADE_AT + timedelta(seconds=10)))
    disk.end()
    answer = cut(api.client(Role.MONITOR), 0.0, 13.0)
    assert refused(answer) == (422, "footage_ring_gap")
    assert "20261126T030010" in answer.json()["detail"]
    assert api.context.store.footage.next_queued() is None
    assert coming(api) == []


def test_a_video_of_a_flight_is_taken_without_its_bytes_twice(api: ApiRig, tmp_path: Path) -> None:
    store, shelf_ = api.context.store, imagery_shelf_of(api.context.settings.data_dir)
    path = tmp_path / "DJI_1.mp4"
    video(path)
    received = shelf_.take_file(path)
    kept = keep(store, path.name, received, author="m")
    taken_at = api.clock.now()
    store.imagery.finish(
        kept.imagery_id, 1, ImageryResult(ImageryState.SCORED, taken_at=taken_at), []
    )
    client = api.client(Role.MONITOR)
    answer = client.post(f"/api/footage?imagery_id={kept.imagery_id}")
    assert answer.status_code == 201, answer.text
    got = answer.json()
    assert (got["kind"], got["imagery_id"]) == ("drone", kept.imagery_id)
    assert got["name"] == "20261125T030000.000Z_DJI_1.mp4"
    assert client.post(f"/api/footage?imagery_id={kept.imagery_id}").json() == got
    worked(api)
    ready = client.get(f"/api/footage/{got['footage_id']}").json()
    assert (ready["state"], ready["facts"]["begins_at"]) == ("ready", "2026-11-25T03:00:00Z")
    there = shelf_of(api.context.settings).playable(store.footage.get(got["footage_id"]).draft)
    assert there.samefile(shelf_.path_of(received[0])), "the disk holds it once"
    still = keep(store, "a.jpg", ("e" * 64, 9, ImageryKind.STILL), author="m")
    gone = keep(store, "b.mp4", ("f" * 64, 9, ImageryKind.VIDEO), author="m")
    for number, told in (
        (still.imagery_id, (422, "footage_kind")),
        (gone.imagery_id, (404, "footage_gone")),
        (999, (404, "no_such_imagery")),
    ):
        assert refused(client.post(f"/api/footage?imagery_id={number}")) == told


def test_footage_comes_from_one_place(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    for query in ("", "name=a.mp4&imagery_id=1", f"camera_id={CAMERA}"):
        assert refused(client.post(f"/api/footage?{query}", content=b"x")) == (
            422,
            "footage_source",
        )
    assert refused(api.client(Role.VIEWER).post("/api/footage?name=a"))[0] == 403


def test_what_is_no_recording_is_refused_at_the_door(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    for data, code in (
        (b"", "file_empty"),
        (b"hello" * 99, "not_a_video"),
        (encode_jpeg(look(1)), "footage_kind"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n", "not_a_video"),
        (b"ftypmp42" + bytes(99), "not_a_video"),
    ):
        answer = client.post("/api/footage?name=a.mp4", content=data)
        assert refused(answer) == (422, code), answer.text
        assert str(api.context.settings.data_dir) not in answer.text
    assert refused(client.post("/api/footage?name=a/b.zip", content=pictures_zip(1)))[1] == (
        "footage_name"
    )
    span = {"from_at": MADE_AT.isoformat(), "until_at": MADE_AT.replace(hour=4).isoformat()}
    for source in ({"name": "a.mp4"}, {"camera_id": CAMERA, **span}):
        answer = client.post("/api/footage", params={**source, "scene": "a\nb"}, content=b"x")
        assert refused(answer) == (422, "footage_scene")
    assert not list((api.context.settings.data_dir / "footage").rglob("files/*/*"))
    assert coming(api) == []
    assert api.context.store.footage.page() == []


def test_not_everything_comes_at_once(api: ApiRig) -> None:
    room = api.context.footage
    client = api.client(Role.MONITOR)
    with room.receiving(), room.receiving(), room.receiving(), room.receiving():
        answer = client.post("/api/footage?name=a.zip", content=pictures_zip(1))
        assert refused(answer) == (409, "footage_busy")
    with room.export():
        assert refused(client.get("/api/footage/export")) == (409, "footage_busy")
    assert sent(client, "a.zip", pictures_zip(1))["state"] == "queued"


def test_a_turn_is_given_back_after_a_fault() -> None:
    room = FootageRoom()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), room.export():
            raise ZeroDivisionError
    with room.export(), pytest.raises(Conflict), room.export():
        pass
