"""Frames of the library as pictures, proposals of the detector, labels, and what goes out."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from imagery_rig import WhiteDetector
from library_rig import desk_of, look, mean_of, packed, pictures_zip, sent, video, worked

from api.footage.labelling import classes_of
from api.footage.service import shelf_of
from camera_gateway.pictures import encode_jpeg
from camera_gateway.sources.video_frames import iterate_video
from detector.evaluate.labelled_set import read_index
from models.errors import InputRefused
from models.user import Role

COCO = {
    "images": [{"id": 1, "file_name": "1532815800_+00000.jpg", "width": 320, "height": 240}],
    "categories": [{"id": 1, "name": "smoke"}, {"id": 2, "name": "dust"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [80, 24, 80, 96]},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [0, 0, 10, 10]},
    ],
}


@pytest.fixture
def video_id(api: ApiRig, tmp_path: Path) -> int:
    """A video of 70 frames, four a second; its file's name tells when it began."""
    data = video(tmp_path / "v.mp4", 70)
    number = sent(api.client(Role.MONITOR), "t_20260108_093634.mp4", data)["footage_id"]
    worked(api)
    return int(number)


@pytest.fixture
def pictures_id(api: ApiRig) -> int:
    number = sent(api.client(Role.MONITOR), "tower7.zip", pictures_zip())["footage_id"]
    worked(api)
    return int(number)


def test_frames_of_a_video_are_listed_with_their_real_times(api: ApiRig, video_id: int) -> None:
    client = api.client(Role.VIEWER)

    def asked(**query: float) -> dict[str, Any]:
        answer = client.get(f"/api/footage/{video_id}/frames", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    first = asked(limit=3)
    assert first["count"] == 70
    assert [one["number"] for one in first["frames"]] == [0, 1, 2]
    assert [one["at_s"] for one in first["frames"]] == pytest.approx([0.0, 0.25, 0.5])
    assert first["frames"][1]["captured_at"] == "2026-01-08T09:36:34.250000Z"
    second = asked(limit=100, from_s=first["next_from_s"])
    assert [one["number"] for one in second["frames"]] == list(range(3, 70))
    assert second["next_from_s"] is None
    part = asked(from_s=1.0, until_s=2.0)
    assert [one["number"] for one in part["frames"]] == [4, 5, 6, 7], "its end does not belong"
    coarse = asked(every_s=1.0)
    assert [one["number"] for one in coarse["frames"]] == list(range(0, 70, 4))
    assert asked(from_s=1e6)["frames"] == []
    page = asked(from_number=68, limit=5)
    assert [one["number"] for one in page["frames"]] == [68, 69], "a page by its number"
    assert [one["number"] for one in asked(from_number=3, from_s=1.0, limit=1)["frames"]] == [4]
    assert asked(from_number=70) == {"frames": [], "count": 70, "next_from_s": None}


def test_a_frame_of_a_video_is_the_one_of_its_number(api: ApiRig, video_id: int) -> None:
    client, draft = api.client(Role.VIEWER), api.context.store.footage.get(video_id).draft
    frames = list(iterate_video(shelf_of(api.context.settings).playable(draft), 0.0))
    shades = [float(image[-20:].mean()) for _, _, image in frames]
    assert shades[68] - shades[66] > 1.0, "each frame has a shade of its own"
    for number in (0, 7, 68):
        got = client.get(
            f"/api/footage/{video_id}/frames/{number}.jpg", headers={"Range": "bytes=0-99"}
        )
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert mean_of(got.content) == pytest.approx(shades[number], abs=0.5)
    tag = got.headers["ETag"]
    again = client.get(f"/api/footage/{video_id}/frames/68.jpg", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    small = client.get(f"/api/footage/{video_id}/frames/7.jpg?width_px=80")
    assert len(small.content) < len(got.content)
    assert small.headers["ETag"] != tag
    for number, status, code in ((70, 404, "no_such_frame"), (2**60, 422, "input_refused")):
        missing = client.get(f"/api/footage/{video_id}/frames/{number}.jpg")
        assert (missing.status_code, missing.json()["code"]) == (status, code)


def test_damaged_and_lost_pictures_cost_themselves_alone(api: ApiRig) -> None:
    good = encode_jpeg(look(1))
    names = [f"{1532815200 + 600 * at}_.jpg" for at in range(3)]
    data = packed({names[0]: good, names[1]: good[:-2000], names[2]: encode_jpeg(look(2))})
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", data)["footage_id"]
    worked(api)
    got = client.get(f"/api/footage/{number}").json()
    assert (got["state"], got["facts"]["frames"], got["facts"]["damaged"]) == ("ready", 3, 1)
    assert names[1] in got["facts"]["damage"]
    assert str(api.context.settings.data_dir) not in got["facts"]["damage"]
    damaged = client.get(f"/api/footage/{number}/frames/1.jpg")
    assert (damaged.status_code, damaged.json()["code"]) == (422, "picture_damaged")
    assert str(api.context.settings.data_dir) not in damaged.text
    asked = client.post(f"/api/footage/{number}/proposals", json={"frames": [0, 1, 2]}).json()
    alone = client.post(f"/api/footage/{number}/proposals", json={"frames": [1]}).json()
    worked(api)
    at = f"/api/footage/{number}/proposals"
    told = client.get(f"{at}/{asked['proposal_id']}").json()
    assert (told["state"], told["code"], len(told["boxes"])) == ("ready", "picture_damaged", 2)
    refused = client.get(f"{at}/{alone['proposal_id']}").json()
    assert (refused["state"], refused["code"]) == ("refused", "picture_damaged")
    draft = api.context.store.footage.get(number).draft
    (shelf_of(api.context.settings).playable(draft) / names[2]).unlink()
    lost = client.get(f"/api/footage/{number}/frames/2.jpg")
    assert (lost.status_code, lost.json()["code"]) == (404, "footage_gone")


def test_what_is_proposed_becomes_truth_when_a_person_takes_it(api: ApiRig, video_id: int) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    at = f"/api/footage/{video_id}/proposals"
    asked = client.post(at, json={"frames": [60, 4, 60]})
    assert asked.status_code == 201
    number = asked.json()["proposal_id"]
    assert (asked.json()["frames"], asked.json()["state"]) == ([4, 60], "queued")
    early = client.post(f"{at}/{number}/accept", json={"keep": [], "base": 0})
    assert (early.status_code, early.json()["code"]) == (409, "proposal_state")
    detector = WhiteDetector()
    worked(api, detector)
    assert detector.asked == 2
    got = client.get(f"{at}/{number}").json()
    assert got["model"] == f"{api.context.site.model.name} 1"
    boxes = got["boxes"]
    assert [one["at_s"] for one in boxes] == pytest.approx([1.0, 15.0])
    left, upper, right, lower = boxes[1]["box"]
    assert (left + right) / 2 == pytest.approx((100 + 60) / 320, abs=0.01)
    assert (upper + lower) / 2 == pytest.approx(60 / 240, abs=0.01)
    assert store.footage.truth(video_id) is None, "it is no truth by itself"
    far = client.post(f"{at}/{number}/accept", json={"keep": [2], "base": 0})
    assert (far.status_code, far.json()["code"]) == (422, "proposal_boxes")
    none = client.post(f"{at}/{number}/accept", json={"keep": [1], "base": 0, "fire": "x"})
    assert (none.status_code, none.json()["code"]) == (422, "truth_name")
    ahead = client.post(f"{at}/{number}/accept", json={"keep": [1], "base": 3})
    assert (ahead.status_code, ahead.json()["code"]) == (404, "no_such_truth")
    taken = client.post(f"{at}/{number}/accept", json={"keep": [1], "base": 0, "note": "ok"})
    assert taken.status_code == 200, taken.text
    assert (taken.json()["version"], taken.json()["author"]) == (1, "monitor")
    truth = client.get(f"/api/footage/{video_id}/truth").json()["truth"]
    assert truth["boxed_at_s"] == pytest.approx([1.0, 15.0]), "the other frame shows nothing"
    assert [one["at_s"] for one in truth["boxes"]] == pytest.approx([15.0])
    again = client.post(f"{at}/{number}/decline")
    assert (again.status_code, again.json()["code"]) == (409, "proposal_state")
    other = client.post(at, json={"frames": [60]}).json()["proposal_id"]
    worked(api)
    assert client.post(f"{at}/{other}/decline").json()["state"] == "declined"
    assert store.footage.truths(video_id)[0].version == 1
    assert [one["state"] for one in client.get(at).json()["proposals"]] == ["declined", "accepted"]


def test_frames_that_are_none_cannot_be_proposed(api: ApiRig, video_id: int) -> None:
    client = api.client(Role.MONITOR)
    for number, frames, status, code in (
        (video_id, [70], 404, "no_such_frame"),
        (video_id, [], 422, "input_refused"),
        (video_id, list(range(61)), 422, "input_refused"),
        (video_id, [-1], 422, "input_refused"),
        (99, [0], 404, "no_such_footage"),
    ):
        answer = client.post(f"/api/footage/{number}/proposals", json={"frames": frames})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    waiting = sent(client, "b.zip", pictures_zip(1))["footage_id"]
    for answer in (
        client.post(f"/api/footage/{waiting}/proposals", json={"frames": [0]}),
        client.get(f"/api/footage/{waiting}/frames"),
        client.get(f"/api/footage/{waiting}/frames/0.jpg"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "footage_not_ready")


def test_a_proposal_of_footage_without_files_is_refused(api: ApiRig, pictures_id: int) -> None:
    client = api.client(Role.MONITOR)
    at = f"/api/footage/{pictures_id}/proposals"
    number = client.post(at, json={"frames": [0]}).json()["proposal_id"]
    shelf = shelf_of(api.context.settings)
    shelf.remove(api.context.store.footage.get(pictures_id).draft.sha256)
    assert desk_of(api).work_once()
    assert client.get(f"{at}/{number}").json()["code"] == "footage_gone"
    assert not desk_of(api).work_once()


def labels(client: Any, number: int, data: bytes, **query: object) -> Any:  # noqa: ANN401
    asked = {"footage_id": number, "format": "coco", "base": 0, **query}
    return client.post("/api/footage/labels", params=asked, content=data)


def test_labels_of_another_tool_become_a_version_of_the_truth(
    api: ApiRig, pictures_id: int
) -> None:
    client = api.client(Role.MONITOR)
    data = json.dumps(COCO).encode()
    unknown = labels(client, pictures_id, data, name="a.json")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_class")
    got = labels(client, pictures_id, data, name="a.json", classes="dust=nothing")
    assert got.status_code == 200, got.text
    assert (got.json()["version"], got.json()["boxes"], got.json()["fires"]) == (1, 1, 1)
    assert got.json()["refused"] == []
    kept = api.context.store.footage.truth(pictures_id)
    assert kept is not None
    (box,) = kept.truth.boxes
    assert (box.at_s, box.x_min, box.y_max) == (0.0, 0.25, 0.5)
    assert (kept.author, kept.note) == ("monitor", "coco: a.json")
    stale = labels(client, pictures_id, data, classes="dust=nothing")
    assert (stale.status_code, stale.json()["code"]) == (409, "truth_changed")
    stray = dict(COCO, images=[COCO["images"][0], COCO["images"][0] | {"id": 2, "file_name": "x"}])
    part = labels(client, pictures_id, json.dumps(stray).encode(), base=1, classes="dust=ignored")
    assert (part.status_code, part.json()["refused_count"]) == (200, 1)
    assert part.json()["refused"][0]["code"] == "label_without_frame"


def test_labels_that_are_none_are_refused_and_say_nothing_of_the_disk(
    api: ApiRig, pictures_id: int
) -> None:
    client = api.client(Role.MONITOR)
    for data, kind, code in (
        (b"", "coco", "label_file_damaged"),
        (b"{", "coco", "label_file_damaged"),
        (b"[" * 99_999, "coco", "label_file_damaged"),
        (packed({"a.txt": b"0 0.5 0.5 9 9"}), "yolo", None),
        (b"<a>", "cvat", None),
        (b"\x00" * 99, "voc", None),
        (b"\x00" * 99, "furg", None),
    ):
        answer = labels(client, pictures_id, data, format=kind, name="../../x.json")
        assert answer.status_code == 422, (kind, answer.text)
        assert code in {None, answer.json()["code"]}, answer.text
        assert str(api.context.settings.data_dir) not in answer.text
    assert labels(client, pictures_id, b"", format="moon").json()["code"] == "input_refused"
    assert labels(client, 99, b"").json()["code"] == "no_such_footage"
    assert api.context.store.footage.truth(pictures_id) is None
    assert not list((api.context.settings.data_dir / "footage" / "coming").iterdir())


def test_meanings_of_classes_are_written_so() -> None:
    assert classes_of("") == {}
    assert {name: str(one) for name, one in classes_of("a=b=smoke, c =flame").items()} == {
        "a=b": "smoke",
        "c": "flame",
    }
    for wrong in ("a", "a=", "=smoke", "a=moon", "a=smoke,,"):
        with pytest.raises(InputRefused) as refused:
            classes_of(wrong)
        assert refused.value.code == "label_classes"


def test_what_may_be_trained_on_goes_out_with_scenes_on_one_side(
    api: ApiRig, tmp_path: Path
) -> None:
    client = api.client(Role.MONITOR)
    numbers = []
    for at in range(6):
        name = f"s{at % 3}_{at}.zip"
        number = sent(client, name, pictures_zip(2, first=10 * at), scene=f"s{at % 3}")
        numbers.append(number["footage_id"])
    worked(api)
    truth = {
        "fires": [{"name": "a", "first_visible_s": 0.0}],
        "boxes": [{"at_s": 0.0, "label": "smoke", "box": [0.2, 0.2, 0.4, 0.4], "fire": "a"}],
        "boxed_at_s": [-600.0, 0.0],
    }
    empty = client.get("/api/footage/export")
    assert (empty.status_code, empty.json()["code"]) == (422, "nothing_to_export")
    for number in numbers:
        put = client.put(f"/api/footage/{number}/truth", json={"truth": truth, "base": 0})
        assert put.status_code == 200, put.text
    for number in numbers[:-1]:
        rights = {"rights": {"licence": "own", "may_train": True}}
        assert client.patch(f"/api/footage/{number}", json=rights).status_code == 200
    answer = client.get("/api/footage/export?val_share=0.5")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    out = tmp_path / "set"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(out)
    index = read_index(out)
    assert len(index) == 10, "two pictures each; the one that nobody gave away is not among them"
    assert sum(len(one.classes) for one in index) == 5
    with (out / "provenance.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["licence"] for row in rows} == {"own"}
    assert {row["labelled_by"] for row in rows} == {"monitor"}
    sides = {(row["group"], one.split) for row, one in zip(rows, index, strict=True)}
    assert len(sides) == len({scene for scene, _ in sides}), "a scene stays on one side"
    one = client.get(f"/api/footage/export?footage_id={numbers[0]}")
    assert len(zipfile.ZipFile(io.BytesIO(one.content)).namelist()) < 12
    missing = client.get("/api/footage/export?footage_id=999")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_footage")
    assert not list((api.context.settings.data_dir / "footage" / "coming").iterdir())
    deed = api.context.store.audit.entries(1)[0]
    assert (deed.action, deed.details["files"]) == ("footage.exported", 2)
