"""Evidence goes out whole, with its hashes, to those who may have it; and can be proved."""

import io
import json
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from api_rig import ApiRig, build_api
from recorder_rig import CAMERA, SECOND, RecorderRig
from recording_rig import MADE_AT, times_in
from typer.testing import CliRunner

from api.cli import app
from api.evidence import exporting, routes
from camera_gateway.recording.export import ExportItem, write_export
from models.alert import Alert
from models.errors import InputRefused, StorageFull, WatchError
from models.incident import Photo
from models.recording import Clearing, ClearingCause, KeptKind
from models.user import Role


@pytest.fixture
def rig(tmp_path: Path) -> RecorderRig:
    """Two minutes of video with an alert in the middle, cut; the ring still holds all of it."""
    (tmp_path / "data").mkdir()
    rig = RecorderRig(tmp_path / "data")
    rig.store.cameras.put(rig.desk.cameras[0])
    return rig


@pytest.fixture
def alert(rig: RecorderRig) -> Alert:
    rig.send(60)
    alert = rig.alert()
    rig.send(90, connect=False)
    rig.recorder.previews.close()
    assert rig.recordings(alert)[0].parts
    return alert


@pytest.fixture
def api(rig: RecorderRig) -> ApiRig:
    """The same store, seen over HTTP."""
    rig.store.close()
    made = build_api(rig.folder)
    rig.store = made.context.store
    return made


def unpacked(data: bytes, folder: Path) -> Path:
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.testzip() is None
        for name in bundle.namelist():
            assert not name.startswith("/")
            assert ".." not in name
        bundle.extractall(folder)
    return folder


def proved(folder: Path) -> set[str]:
    """What ``sha256sum -c`` says of it: every file is listed, and is what the list says."""
    told = subprocess.run(
        ["/usr/bin/sha256sum", "-c", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.rpartition(": ") for line in told.stdout.splitlines()]
    assert {state for _, _, state in lines} == {"OK"}
    names = {name for name, _, _ in lines}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there - {"SHA256SUMS"} == names
    return names


def test_an_alerts_evidence_goes_out_whole(alert: Alert, api: ApiRig, tmp_path: Path) -> None:
    answer = api.client(Role.MONITOR).get(f"/api/evidence/alerts/{alert.alert_id}.zip")
    assert answer.status_code == 200
    assert f"firewatch-alert-{alert.alert_id}.zip" in answer.headers["content-disposition"]
    folder = unpacked(answer.content, tmp_path / "out")
    names = proved(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["alert"] == alert.alert_id
    assert manifest["camera"]["camera_id"] == CAMERA
    assert manifest["exported_by"] == "monitor"
    assert (manifest["missing"], manifest["changed"]) == ([], [])
    assert {line["name"] for line in manifest["files"]} == names - {"manifest.json"}
    (film,) = [line for line in manifest["files"] if line.get("kind") == "recording"]
    assert film["as_stored"]
    times, whole = times_in(folder / film["name"])
    assert len(times) == whole > 2000
    record = json.loads((folder / f"alert-{alert.alert_id}.json").read_text())
    assert record["recordings"][0]["parts"][0]["sha256"] == film["sha256"]
    assert sum(line.get("kind") == "still" for line in manifest["files"]) == len(alert.evidence)
    (entry,) = api.context.store.audit.entries(9, noun="evidence")
    assert (entry.actor, entry.action, entry.subject) == ("monitor", "evidence.exported", CAMERA)
    assert entry.details["alert"] == alert.alert_id
    assert not list(api.context.vault.root.glob(".export-*")), "nothing is left behind"


@pytest.mark.usefixtures("alert")
def test_a_span_of_a_camera_goes_out_with_what_is_there(api: ApiRig, tmp_path: Path) -> None:
    asked = {
        "from_at": (MADE_AT + 30.4 * SECOND).isoformat(),
        "until_at": (MADE_AT + 75 * SECOND).isoformat(),
    }
    answer = api.client(Role.MONITOR).get(f"/api/evidence/cameras/{CAMERA}.zip", params=asked)
    assert answer.status_code == 200
    folder = unpacked(answer.content, tmp_path / "out")
    proved(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    kinds = [line["kind"] for line in manifest["files"]]
    assert set(kinds) == {"ring", "recording", "still"}
    (ring,) = [line for line in manifest["files"] if line["kind"] == "ring"]
    assert ring["from"].startswith("2026-11-26T03:00:30+00:00")
    times, whole = times_in(folder / ring["name"])
    assert (len(times), whole) == (45 * 25, 45 * 25)
    assert times[0] == 0.0
    # The site's clock, which says eight hours more, means the same span.
    local = {"from_at": "2026-11-26T11:00:30.4", "until_at": "2026-11-26T11:01:15"}
    same = api.client(Role.MONITOR).get(f"/api/evidence/cameras/{CAMERA}.zip", params=local)
    with zipfile.ZipFile(io.BytesIO(same.content)) as bundle:
        told = json.loads(bundle.read("manifest.json"))
    assert told["files"] == manifest["files"]


@pytest.mark.parametrize(
    ("camera_id", "span_s", "status", "code"),
    [
        (CAMERA, (10, 10), 422, "export_span"),
        (CAMERA, (0, 86401), 422, "export_span"),
        (CAMERA, (-7200, -7000), 404, "export_empty"),
        ("t9", (0, 10), 404, "not_found"),
        ("..%2F..%2Fx", (0, 10), 404, "not_found"),
        ("T'1", (0, 10), 422, "input_refused"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    api: ApiRig, camera_id: str, span_s: tuple[float, float], status: int, code: str
) -> None:
    from_at, until_at = (MADE_AT + each * SECOND for each in span_s)
    asked = {"from_at": from_at.isoformat(), "until_at": until_at.isoformat()}
    answer = api.client(Role.MONITOR).get(f"/api/evidence/cameras/{camera_id}.zip", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not list(api.context.vault.root.glob(".export-*"))


def test_only_monitors_export_and_one_at_a_time(alert: Alert, api: ApiRig) -> None:
    address = f"/api/evidence/alerts/{alert.alert_id}.zip"
    assert api.client().get(address).status_code == 401
    assert api.client(Role.VIEWER).get(address).status_code == 403
    with routes._alone():
        answer = api.client(Role.MONITOR).get(address)
    assert (answer.status_code, answer.json()["code"]) == (409, "export_busy")
    assert api.client(Role.MONITOR).get(address).status_code == 200


def test_an_export_leaves_room_on_the_disk(
    alert: Alert, api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "free_bytes", lambda _folder: 2_000_000_000)
    answer = api.client(Role.MONITOR).get(f"/api/evidence/alerts/{alert.alert_id}.zip")
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_recordings_are_told_and_play(alert: Alert, api: ApiRig) -> None:
    viewer = api.client(Role.VIEWER)
    told = viewer.get(f"/api/alerts/{alert.alert_id}").json()
    (one,) = told["recordings"]
    assert one["state"] == "cut"
    assert told["cleared"] == []
    (part,) = one["parts"]
    assert part["play_url"] == part["url"]
    assert not part["is_preview"]
    assert part["seconds"] == pytest.approx(90, abs=1.1)
    assert one["size_bytes"] == part["size_bytes"]
    answer = viewer.get(part["url"], headers={"range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, b"ftyp")
    assert answer.headers["content-type"] == "video/mp4"
    address = f"/api/alerts/{alert.alert_id}/recordings/{one['recording_id']}"
    for wrong in ("/7.mp4", "/0-preview.mp4", "/0-other.mp4", "/..%2f0.mp4"):
        assert viewer.get(address + wrong).status_code in {404, 422}
    assert viewer.get("/api/alerts/99/recordings/1/0.mp4").status_code == 404
    assert viewer.get("/api/alerts?scope=all").json()["alerts"][0]["recordings"] == [one]

    now = api.clock.now()
    note = Clearing(alert.alert_id, KeptKind.VIDEO, ClearingCause.RETENTION, now, 1, 5)
    api.context.store.keeping.clear([note], actor="retention")
    told = viewer.get(f"/api/alerts/{alert.alert_id}").json()
    assert told["cleared"] == [
        {"kind": "video", "cause": "retention", "at": "2026-11-25T03:00:00Z", "files": 1}
    ]
    (one,) = told["recordings"]
    assert (one["state"], one["parts"][0]["url"], one["parts"][0]["play_url"]) == (
        "cleared",
        None,
        None,
    )
    assert viewer.get(part["url"]).status_code == 404


def test_h265_plays_as_its_preview(rig: RecorderRig, tmp_path: Path) -> None:
    rig.send(30, codec="h265")
    alert = rig.alert()
    rig.send(80, codec="h265", connect=False)
    deadline = time.monotonic() + 60
    while not rig.recordings(alert)[0].parts[0].preview_key and time.monotonic() < deadline:
        time.sleep(0.05)
    rig.close()
    api = build_api(rig.folder)
    viewer = api.client(Role.VIEWER)
    (part,) = viewer.get(f"/api/alerts/{alert.alert_id}").json()["recordings"][0]["parts"]
    assert part["is_preview"]
    assert (part["codec"], part["play_url"] != part["url"]) == ("hevc", True)
    film = tmp_path / "preview.mp4"
    film.write_bytes(viewer.get(part["play_url"]).content)
    assert times_in(film)[1] > 300


# --- the command line ---------------------------------------------------------------------------


def run(rig: RecorderRig, *words: str) -> tuple[str, BaseException | None]:
    settings = rig.folder / "firewatch.toml"
    settings.write_text(f"data_dir = '{rig.folder}'\n")
    result = CliRunner().invoke(app, ["evidence", *words, "--settings", str(settings)])
    return result.output, result.exception


def test_the_command_exports_an_alert_and_a_span(
    rig: RecorderRig, alert: Alert, tmp_path: Path
) -> None:
    rig.store.close()
    out = tmp_path / "alert.zip"
    told, trouble = run(rig, "export", "--alert", str(alert.alert_id), "--out", str(out))
    assert trouble is None
    assert "sha256" in told
    proved(unpacked(out.read_bytes(), tmp_path / "a"))
    _, trouble = run(rig, "export", "--alert", str(alert.alert_id), "--out", str(out))
    assert isinstance(trouble, InputRefused), "nothing is written over"
    span = ["--camera", CAMERA, "--from", "2026-11-26T11:00", "--until", "2026-11-26T03:00:20Z"]
    out = tmp_path / "span.zip"
    told, trouble = run(rig, "export", *span, "--out", str(out))
    assert trouble is None
    folder = unpacked(out.read_bytes(), tmp_path / "b")
    proved(folder)
    (film,) = (folder / "ring").iterdir()
    assert len(times_in(film)[0]) == 500


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "x.zip"],
        ["--out", "x.zip", "--alert", "1", "--camera", "t1"],
        ["--out", "x.zip", "--camera", "t1", "--from", "yesterday", "--until", "now"],
        ["--out", "x.zip", "--alert", "77"],
        ["--out", "/proc/x.zip", "--alert", "1"],
        ["--out", "/nowhere/x.zip", "--alert", "1"],
    ],
)
def test_the_command_refuses_what_it_cannot_do(
    rig: RecorderRig, alert: Alert, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alert.alert_id == 1
    rig.store.close()
    monkeypatch.chdir(rig.folder)
    _, trouble = run(rig, "export", *words)
    assert isinstance(trouble, WatchError)
    assert not (rig.folder / "x.zip").exists()


def test_verify_says_what_is_not_as_it_was_stored(rig: RecorderRig, alert: Alert) -> None:
    (one,) = rig.recordings(alert)
    rig.store.alerts.set_clip(alert.alert_id, "a/clip.mp4")
    rig.vault.put("a/clip.mp4", b"clip")
    photo = Photo("photos/1.jpg", rig.vault.put("photos/1.jpg", b"12345"), 4, 3)
    rig.store.incidents.note(alert.incident_id, author="zhang", note="", photo=photo)
    rig.store.close()
    told, trouble = run(rig, "verify")
    assert trouble is None
    assert "are whole; 1 clips have no hash" in told
    film = rig.vault.path(one.parts[0].key)
    data = bytearray(film.read_bytes())
    data[len(data) // 2] ^= 1
    film.write_bytes(data)
    rig.vault.path(alert.evidence[0].key).unlink()
    rig.vault.put(photo.key, b"54321")
    told, trouble = run(rig, "verify")
    assert "changed: photo photos/1.jpg" in told
    assert f"changed: alert {alert.alert_id} {one.parts[0].key}" in told
    assert f"missing: alert {alert.alert_id} {alert.evidence[0].key}" in told
    assert isinstance(trouble, WatchError)
    out = rig.folder / "e.zip"
    told, trouble = run(rig, "export", "--alert", str(alert.alert_id), "--out", str(out))
    assert trouble is None
    assert told.count("changed since it was stored: ") == told.count("missing: ") == 1
    with zipfile.ZipFile(out) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
    assert len(manifest["missing"]) == len(manifest["changed"]) == 1
    assert [line["as_stored"] for line in manifest["files"] if line.get("kind") == "recording"] == [
        False
    ]


# --- the bundle itself --------------------------------------------------------------------------


def test_a_full_disk_leaves_no_half_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("camera_gateway.recording.export.os.fsync", full)
    with pytest.raises(StorageFull):
        write_export(tmp_path / "x.zip", [ExportItem("a.txt", b"1")], {})
    assert list(tmp_path.iterdir()) == []


def test_large_files_are_never_in_memory_and_keep_their_names(tmp_path: Path) -> None:
    source = tmp_path / "big"
    with source.open("wb") as file:
        file.truncate(200 * 2**20)
    out = tmp_path / "x.zip"
    facts = write_export(out, [ExportItem("video/a.mp4", source)], {"at": MADE_AT})
    assert facts.files == 1
    with zipfile.ZipFile(out) as bundle:
        assert bundle.namelist() == ["video/a.mp4", "manifest.json", "SHA256SUMS"]
        assert bundle.getinfo("video/a.mp4").file_size == 200 * 2**20
        assert json.loads(bundle.read("manifest.json"))["at"] == MADE_AT.isoformat()
