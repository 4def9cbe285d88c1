"""Recorded footage of people through the library: every file to what it is, labels to truth."""

import json
from pathlib import Path

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from library_rig import sent, worked

from models.footage_library import FootageState
from models.user import Role

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage"
pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason="needs the recorded footage"),
]


def test_oddities_are_taken_or_refused_with_a_reason(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(api.context.settings.data_dir))
    files = [path for path in sorted((FOOTAGE / "oddities").iterdir()) if path.is_file()]
    run_firewatch(monkeypatch, "footage", "import", *files)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) + len(err.splitlines()) >= len(files)
    assert "Traceback" not in err
    kept = api.context.store.footage.page(limit=200)
    assert len(kept) > 3
    for one in kept:
        assert one.result is not None
        assert one.state is FootageState.READY or one.result.code
        assert str(api.context.settings.data_dir) not in one.result.message


def test_labels_of_a_video_become_truth_and_its_last_frame_is_shown(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    clip = FOOTAGE / "clips" / "furg_house6.mp4"
    number = sent(client, clip.name, clip.read_bytes())["footage_id"]
    worked(api)
    got = client.get(f"/api/footage/{number}").json()
    frames = got["facts"]["frames"]
    assert (got["state"], frames > 100) == ("ready", True)
    last = client.get(f"/api/footage/{number}/frames/{frames - 1}.jpg?width_px=320")
    assert (last.status_code, last.content[:2]) == (200, b"\xff\xd8")
    labels = client.post(
        "/api/footage/labels",
        params={"footage_id": number, "format": "furg", "base": 0, "name": "furg_house6.xml"},
        content=(FOOTAGE / "clips" / "furg_house6.xml").read_bytes(),
    )
    assert labels.status_code == 200, json.dumps(labels.json())
    assert labels.json()["boxes"] > 50
    truth = client.get(f"/api/footage/{number}/truth").json()["truth"]
    assert all(0.0 <= one["at_s"] <= got["facts"]["last_at_s"] for one in truth["boxes"])
