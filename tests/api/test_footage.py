"""The library of footage: handed in, looked through, described, labelled, removed."""

import json
from pathlib import Path

import pytest
from api_rig import ApiRig
from library_rig import desk_of, pictures_zip, sent, video, worked

from api.footage.service import scene_of, shelf_of
from models.footage_library import FootageState
from models.user import Role

FIRE = {"name": "a", "first_visible_s": 1.0, "ignition_s": 0.0}
BOX = {"at_s": 1.0, "label": "smoke", "box": [0.25, 0.1, 0.5, 0.5], "fire": "a"}
TRUTH = {"fires": [FIRE], "boxes": [BOX], "boxed_at_s": [1.0, 2.0]}


def files_of(rig: ApiRig) -> list[str]:
    folder = rig.context.settings.data_dir / "footage" / "files"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_video_is_looked_through_and_its_real_frames_are_told(
    api: ApiRig, tmp_path: Path
) -> None:
    client = api.client(Role.MONITOR)
    data = video(tmp_path / "v.mp4")
    first = sent(client, "tower-7_20260108_093634.mp4", data)
    assert (first["state"], first["kind"], first["scene"]) == ("queued", "video", "tower-7")
    assert first["facts"] is None
    worked(api)
    got = api.client(Role.VIEWER).get(f"/api/footage/{first['footage_id']}").json()
    assert got["state"] == "ready"
    facts = got["facts"]
    assert (facts["codec"], facts["frames"], facts["damaged"]) == ("mpeg4", 12, 0)
    assert (facts["width_px"], facts["height_px"]) == (320, 240)
    assert facts["rate_hz"] == pytest.approx(4.0)
    assert facts["last_at_s"] == pytest.approx(2.75)
    assert facts["begins_at"] == "2026-01-08T09:36:34Z"
    assert (got["size_bytes"], got["author"]) == (len(data), "monitor")
    playable = shelf_of(api.context.settings).playable(
        api.context.store.footage.get(got["footage_id"]).draft
    )
    assert playable.name == "tower-7_20260108_093634.mp4", "as the watch plays it, with its time"


def test_pictures_of_a_zip_are_a_recording_with_the_times_of_their_names(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    got = sent(client, "tower7.zip", pictures_zip())
    assert (got["kind"], got["scene"]) == ("pictures", "tower7")
    worked(api)
    facts = client.get(f"/api/footage/{got['footage_id']}").json()["facts"]
    assert (facts["codec"], facts["frames"]) == ("jpeg", 5)
    assert (facts["first_at_s"], facts["last_at_s"]) == (-600.0, 1800.0), "from the ignition"
    assert facts["begins_at"] == "2018-07-28T22:00:00Z"
    assert not [name for name in files_of(api) if name.endswith(".zip")], "it is unpacked"
    assert len([name for name in files_of(api) if name.endswith(".jpg")]) == 5


def test_the_same_content_is_taken_once(api: ApiRig, tmp_path: Path) -> None:
    client, data = api.client(Role.MONITOR), video(tmp_path / "v.mp4")
    first = sent(client, "a.mp4", data)
    worked(api)
    files = files_of(api)
    again = sent(client, "b.mp4", data, scene="another")
    assert (again["footage_id"], again["name"]) == (first["footage_id"], "a.mp4")
    packed = pictures_zip()
    one = sent(client, "a.zip", packed)
    worked(api)
    assert sent(client, "b.zip", packed)["footage_id"] == one["footage_id"]
    assert not [name for name in files_of(api) if name.endswith(".zip")]
    assert set(files) < set(files_of(api))
    assert len(client.get("/api/footage").json()["footage"]) == 2
    assert api.context.store.footage.next_queued() is None


def test_pages_follow_each_other_and_can_be_narrowed(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    numbers = [
        sent(client, f"{at}.zip", pictures_zip(1, first=at), scene=f"s{at % 2}")["footage_id"]
        for at in range(3)
    ]

    def asked(**query: object) -> tuple[list[int], int | None]:
        page = client.get("/api/footage", params=query).json()  # type: ignore[arg-type]
        return [one["footage_id"] for one in page["footage"]], page["next_before"]

    assert asked(limit=2) == ([numbers[2], numbers[1]], numbers[1])
    assert asked(limit=2, before=numbers[1]) == ([numbers[0]], None)
    assert asked(scene="s0") == ([numbers[2], numbers[0]], None)
    assert asked(kind="video") == ([], None)
    assert asked(state="queued")[0] == numbers[::-1]
    said = {"conditions": {"light": "night", "mode": "thermal"}}
    assert client.patch(f"/api/footage/{numbers[0]}", json=said).status_code == 200
    assert asked(light="night", mode="thermal") == ([numbers[0]], None)
    assert asked(light="day") == ([], None)
    assert client.get("/api/footage", params={"light": "noon"}).status_code == 422


def test_what_is_said_of_it_is_changed_as_it_was_read(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", pictures_zip(1))["footage_id"]
    read = client.get(f"/api/footage/{number}")
    tag = read.headers["ETag"]
    again = client.get(f"/api/footage/{number}", headers={"If-None-Match": tag})
    assert again.status_code == 304
    body = {"scene": "ridge", "conditions": {"light": "night", "mode": "thermal", "range_m": 900}}
    changed = client.patch(f"/api/footage/{number}", json=body, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert (changed.json()["scene"], changed.json()["version"]) == ("ridge", 2)
    assert changed.json()["conditions"]["light"] == "night"
    late = client.patch(f"/api/footage/{number}", json={"scene": "x"}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "outdated")
    rights = {"rights": {"licence": "own", "may_train": True}}
    kept = client.patch(f"/api/footage/{number}", json=rights).json()
    assert (kept["scene"], kept["rights"]["may_train"]) == ("ridge", True), "the rest stays"
    deeds = [one.action for one in api.context.store.audit.entries(3)]
    assert deeds == ["footage.changed", "footage.changed", "footage.added"]


def test_truth_has_versions_with_author_and_time(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", pictures_zip(1))["footage_id"]
    at = f"/api/footage/{number}/truth"
    none = client.get(at)
    assert (none.json()["version"], none.json()["truth"]) == (0, None)
    tag = none.headers["ETag"]
    put = client.put(
        at, json={"truth": TRUTH, "base": 0, "note": "seen"}, headers={"If-Match": tag}
    )
    assert put.status_code == 200, put.text
    assert put.json()["truth"]["boxes"][0]["box"] == [0.25, 0.1, 0.5, 0.5]
    assert put.json()["truth"]["fires"][0]["ignition_s"] == 0.0, "zero is a value"
    api.clock.advance(60.0)
    late = client.put(at, json={"truth": {}, "base": 1}, headers={"If-Match": tag})
    assert late.status_code == 412
    stale = client.put(at, json={"truth": {}, "base": 0})
    assert (stale.status_code, stale.json()["code"]) == (409, "truth_changed")
    second = api.client(Role.ADMIN).put(at, json={"truth": {}, "base": 1}).json()
    assert second["truth"]["fires"] == [], "nothing burns"
    assert [(one["version"], one["author"], one["note"]) for one in second["versions"]] == [
        (2, "admin", ""),
        (1, "monitor", "seen"),
    ]
    assert [one["at"] for one in second["versions"]] == [
        "2026-11-25T03:01:00Z",
        "2026-11-25T03:00:00Z",
    ]
    old = api.client(Role.VIEWER).get(f"{at}?version=1").json()
    assert old["truth"] == put.json()["truth"]
    missing = client.get(f"{at}?version=9")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_truth")


WRONG = [
    ({"fires": [FIRE, FIRE]}, "truth_name"),
    ({"fires": [FIRE | {"ignition_s": 2.0}]}, "truth_times"),
    ({"fires": [FIRE | {"lon_deg": 1.0}]}, "truth_place"),
    ({"boxes": [BOX | {"fire": ""}]}, "truth_order"),
    ({"boxes": [BOX], "boxed_at_s": [1.0]}, "truth_name"),
    ({"boxes": [BOX | {"box": [0.5, 0.5, 0.5, 0.6]}], "boxed_at_s": [1.0]}, "truth_box"),
    ({"ignored": [{"from_s": 2.0, "until_s": 1.0}]}, "truth_span"),
    ({"ignored": [{"from_s": 2.0, "box": [0.5, 0, 0.5, 1]}]}, "truth_region"),
    ({"boxes": [BOX | {"box": [0.5, 0.5, 1.5, 0.6]}]}, "input_refused"),
    ({"boxes": [BOX | {"label": "cloud"}]}, "input_refused"),
    ({"fires": [FIRE | {"first_visible_s": True}]}, "input_refused"),
    ({"fire": []}, "input_refused"),
]


def test_a_truth_that_contradicts_itself_is_refused(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", pictures_zip(1))["footage_id"]
    for truth, code in WRONG:
        answer = client.put(f"/api/footage/{number}/truth", json={"truth": truth, "base": 0})
        assert (answer.status_code, answer.json()["code"]) == (422, code), truth
    assert api.context.store.footage.truth(number) is None


def test_what_is_removed_is_gone_from_the_disk_and_its_truth_stays_in_the_store(
    api: ApiRig,
) -> None:
    client, data = api.client(Role.MONITOR), pictures_zip()
    number = sent(client, "a.zip", data)["footage_id"]
    worked(api)
    client.put(f"/api/footage/{number}/truth", json={"truth": TRUTH, "base": 0})
    refused = client.delete(f"/api/footage/{number}")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert files_of(api)
    assert api.client(Role.ADMIN).delete(f"/api/footage/{number}").status_code == 204
    assert files_of(api) == []
    for at in ("", "/truth", "/frames", "/frames/0.jpg", "/proposals"):
        gone = client.get(f"/api/footage/{number}{at}")
        assert (gone.status_code, gone.json()["code"]) == (404, "no_such_footage"), at
    anew = sent(client, "a.zip", data)
    assert anew["footage_id"] > number
    worked(api)
    assert client.get(f"/api/footage/{anew['footage_id']}").json()["state"] == "ready"


def test_one_under_which_the_watch_died_three_times_is_left(api: ApiRig) -> None:
    number = sent(api.client(Role.MONITOR), "a.zip", pictures_zip(1))["footage_id"]
    shelf = shelf_of(api.context.settings)
    for _ in range(3):
        shelf.attempt(number)
    worked(api)
    got = api.context.store.footage.get(number)
    assert got.result is not None
    assert (got.state, got.result.code) == (FootageState.REFUSED, "footage_crashed")


def test_a_watch_that_ends_leaves_it_queued(api: ApiRig) -> None:
    number = sent(api.client(Role.MONITOR), "a.zip", pictures_zip())["footage_id"]
    desk = desk_of(api)
    desk.behind.stop()  # as run does at its end
    assert not desk.work_once()
    assert api.context.store.footage.get(number).state is FootageState.QUEUED
    worked(api)
    assert api.context.store.footage.get(number).state is FootageState.READY


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        ("tower-7_20260108_093634.mp4", "tower-7"),
        ("1532815146_-00480.jpg", ""),
        ("ridge.mp4", "ridge"),
        ("ridge", "ridge"),
        ("a.b.mp4", "a.b"),
    ],
)
def test_a_scene_is_the_name_without_its_time(name: str, scene: str) -> None:
    assert scene_of(name) == scene


def test_a_truth_of_many_boxes_is_taken(api: ApiRig) -> None:
    """It has more bytes than any other request of a person."""
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", pictures_zip(1))["footage_id"]
    at_s = [one / 10.0 for one in range(15_000)]
    boxes = [BOX | {"at_s": one, "box": [0.123456789, 0.2, 0.987654321, 0.9]} for one in at_s]
    body = {"truth": {"fires": [FIRE], "boxes": boxes, "boxed_at_s": at_s}, "base": 0}
    assert len(json.dumps(body)) > 1_000_000
    answer = client.put(f"/api/footage/{number}/truth", json=body)
    assert answer.status_code == 200, answer.text[:200]
    assert answer.json()["versions"][0]["boxes"] == 15_000
    most = client.put(f"/api/footage/{number}/truth", content=b" " * 5_000_001)
    assert (most.status_code, most.json()["code"]) == (413, "body_too_large")
