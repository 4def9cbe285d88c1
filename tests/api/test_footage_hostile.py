"""Files that lie, disks that are full, and a watch that dies: nothing kept before is lost."""

import shutil
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig, build_api
from library_rig import desk_of, look, packed, pictures_zip, sent, video, worked
from small_disk import small_disk

from api.footage import shelf, unpacking
from api.footage.service import shelf_of
from camera_gateway.pictures import encode_jpeg
from models.errors import StorageFull
from models.footage_library import FootageState
from models.user import Role


def refused(answer: Any) -> tuple[int, str]:  # noqa: ANN401
    return answer.status_code, answer.json()["code"]


def coming(rig: ApiRig) -> list[Path]:
    return list((rig.context.settings.data_dir / "footage" / "coming").iterdir())


def locked() -> bytes:
    """A zip that says that it is locked."""
    data = bytearray(pictures_zip(1))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark) + at
        data[place] |= 1
    return bytes(data)


def endless() -> bytes:
    """A zip that says that it lists more files than memory holds."""
    data = bytearray(pictures_zip(1))
    place = data.rfind(b"PK\x05\x06")
    data[place + 12 : place + 16] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def endless_64() -> bytes:
    """The same by the record for large zips."""
    record = b"PK\x06\x06" + bytes(36) + struct.pack("<Q", 2**40) + bytes(8)
    locator = b"PK\x06\x07" + bytes(4) + struct.pack("<QI", 4, 1)
    end = b"PK\x05\x06" + bytes(8) + b"\xff" * 4 + bytes(6)
    return b"PK\x03\x04" + record + locator + end


def zips() -> Iterator[tuple[str, bytes, str]]:
    good = encode_jpeg(look(1))
    one, two = "1532815200_.jpg", "1532815800_.jpg"
    bomb = packed({one: bytes(3_000_000)}, zipfile.ZIP_DEFLATED)
    whole = pictures_zip(2)
    yield "cut", whole[:-60], "footage_zip"
    yield "rotten", whole[:200] + bytes(600) + whole[800:], "footage_zip"
    yield "locked", locked(), "footage_zip"
    yield "empty", packed({}), "footage_size"
    yield "endless", endless(), "footage_size"
    yield "endless 64", endless_64(), "footage_size"
    yield "bomb", bomb, "footage_size"
    yield "folders", packed({f"a/{one}": good, f"b/{two}": good}), "footage_zip_folders"
    yield "twice", packed({one: good, f" {one}": good}), "footage_zip_folders"
    yield "words", packed({"a.txt": b"hello"}), "folder_without_pictures"
    yield "timeless", packed({"IMG_1.jpg": good}), "no_time_in_name"
    yield "views", packed({f"a_{one[:-4]}": b"", "b.jpg": good}), "no_time_in_name"


def test_zips_that_lie_are_refused_and_leave_nothing(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_PICTURE_BYTES", 1_000_000)
    client = api.client(Role.MONITOR)
    kept = sent(client, "good.zip", pictures_zip(3))["footage_id"]
    numbers = {
        name: (sent(client, f"{name}.zip", data)["footage_id"], code) for name, data, code in zips()
    }
    worked(api)
    for name, (number, code) in numbers.items():
        got = client.get(f"/api/footage/{number}").json()
        assert (got["state"], got["code"]) == ("refused", code), (name, got["message"])
        assert str(api.context.settings.data_dir) not in got["message"], name
    assert client.get(f"/api/footage/{kept}").json()["state"] == "ready"
    assert coming(api) == []


def test_names_that_lead_elsewhere_stay_within(api: ApiRig) -> None:
    good = encode_jpeg(look(1))
    client = api.client(Role.MONITOR)
    names = ["../../../1532815200_.jpg", "../../../1532815800_.jpg", "__MACOSX/._x", "a.truth.json"]
    number = sent(client, "a.zip", packed(dict.fromkeys(names, good)))["footage_id"]
    worked(api)
    assert client.get(f"/api/footage/{number}").json()["facts"]["frames"] == 2
    root = api.context.settings.data_dir
    assert not list(root.glob("*.jpg")) + list(root.parent.glob("*.jpg"))


def test_several_views_in_one_zip_are_told(api: ApiRig) -> None:
    good = encode_jpeg(look(1))
    names = [f"{view}_20260108_09363{at}.jpg" for view in "ab" for at in range(2)]
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", packed(dict.fromkeys(names, good)))["footage_id"]
    worked(api)
    assert client.get(f"/api/footage/{number}").json()["code"] == "several_recordings"


def test_a_damaged_video_keeps_what_is_good(api: ApiRig, tmp_path: Path) -> None:
    data = video(tmp_path / "v.avi", 30)
    client = api.client(Role.MONITOR)
    number = sent(client, "v.avi", data[: len(data) * 2 // 3])["footage_id"]
    worked(api)
    got = client.get(f"/api/footage/{number}").json()
    assert got["state"] == "ready"
    assert (10 < got["facts"]["frames"] < 30, got["facts"]["damaged"]) == (True, 1)
    assert got["facts"]["damage"].startswith("The video v.avi is ")


def test_files_that_somebody_removed_are_told_and_may_come_anew(
    api: ApiRig, tmp_path: Path
) -> None:
    client, data = api.client(Role.MONITOR), video(tmp_path / "v.mp4")
    queued = sent(client, "a.zip", pictures_zip(2))["footage_id"]
    ready = sent(client, "v.mp4", data)["footage_id"]
    shutil.rmtree(api.context.settings.data_dir / "footage" / "files")
    worked(api)
    assert client.get(f"/api/footage/{queued}").json()["code"] == "footage_gone"
    sent(client, "v.mp4", data)
    assert client.get(f"/api/footage/{ready}").json()["code"] == "footage_gone"
    api.client(Role.ADMIN).delete(f"/api/footage/{ready}")
    anew = sent(client, "v.mp4", data)["footage_id"]
    worked(api)
    assert client.get(f"/api/footage/{anew}/frames").json()["count"] == 12
    shutil.rmtree(api.context.settings.data_dir / "footage" / "files")
    assert refused(client.get(f"/api/footage/{anew}/frames")) == (404, "footage_gone")


def test_a_kill_between_unpacking_and_keeping_is_mended(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", pictures_zip(3))["footage_id"]
    store, place = api.context.store, shelf_of(api.context.settings)
    draft = store.footage.get(number).draft
    packed_ = place.zip_of(draft)
    assert packed_ is not None
    with place.unpacking(draft) as out:  # it was unpacked by half, and the process died
        (out / "1532815200_.jpg").write_bytes(b"half")
    worked(api)
    facts = client.get(f"/api/footage/{number}").json()["facts"]
    assert (facts["frames"], facts["damaged"]) == (3, 0)
    assert place.zip_of(draft) is None


def test_a_full_disk_refuses_what_comes_and_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "24m") as folder:
        rig = build_api(folder)
        try:
            settings = rig.context.settings
            recording = settings.recording.model_copy(update={"least_free_gb": 0.001})
            settings = settings.model_copy(update={"recording": recording})
            rig = replace(rig, context=replace(rig.context, settings=settings))
            client = rig.client(Role.MONITOR)
            kept = sent(client, "a.zip", pictures_zip(3))["footage_id"]
            waiting = sent(client, "b.zip", pictures_zip(3, first=50))["footage_id"]
            assert desk_of(rig).work_once()
            blocks = iter([b"PK\x03\x04" + bytes(4_000_000)] + [bytes(4_000_000)] * 6)
            answer = client.post("/api/footage?name=big.zip", content=blocks)
            assert refused(answer) == (507, "footage_disk")
            assert coming(rig) == []
            ballast = folder / "ballast"
            free = shutil.disk_usage(folder).free
            ballast.write_bytes(bytes(free - 1_000_000))
            with pytest.raises(StorageFull):
                desk_of(rig).work_once()
            store = rig.context.store
            assert store.footage.get(waiting).state is FootageState.QUEUED
            assert client.get(f"/api/footage/{kept}/frames/0.jpg").status_code == 200
            ballast.unlink()
            worked(rig)
            assert store.footage.get(waiting).state is FootageState.READY
        finally:
            rig.context.store.close()


def test_too_large_is_told_while_it_comes(api: ApiRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST_BYTES", 1_000)
    answer = api.client(Role.MONITOR).post("/api/footage?name=a.zip", content=bytes(2_000))
    assert refused(answer) == (422, "footage_size")
    assert coming(api) == []


def test_what_was_begun_long_ago_is_cleared(api: ApiRig, monkeypatch: pytest.MonkeyPatch) -> None:
    place = shelf_of(api.context.settings)
    old, folder = place.workplace() / "tmpold", place.workplace() / "tmpfolder"
    old.write_bytes(b"x")
    (folder / "a").mkdir(parents=True)
    place.tidy()
    assert old.exists(), "somebody may be at it"
    monkeypatch.setattr(shelf, "STALE_S", -1.0)
    place.tidy()
    assert coming(api) == []


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a.mp4", "a.mp4"),
        ("..", "footage"),
        ("../a:b*.mp4", "ab.mp4"),
        ("雾" * 120 + ".mp4", "雾" * 65 + ".mp4"),
        ("a" * 300, "a" * 200),
        ("\x00\x1b", "footage"),
        (".mp4", "mp4"),
    ],
)
def test_names_are_made_such_that_every_disk_takes_them(name: str, plain: str) -> None:
    assert shelf.plain_name(name) == plain
    assert len(plain.encode()) <= 200
    assert shelf.plain_name(plain) == plain


def test_a_damaged_index_is_told(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    number = sent(client, "a.zip", pictures_zip(1))["footage_id"]
    worked(api)
    (path,) = (api.context.settings.data_dir / "footage").rglob("frames.npy")
    path.write_bytes(b"rotten")
    assert refused(client.get(f"/api/footage/{number}/frames")) == (404, "footage_gone")
