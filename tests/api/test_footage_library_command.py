"""``firewatch footage import|list|show|truth|remove`` as its user types it."""

import json
from pathlib import Path

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from library_rig import look, packed, video

from api.footage.service import shelf_of
from camera_gateway.pictures import encode_jpeg
from models.errors import NotFound
from models.footage import Light

TRUTH = {
    "firewatch_truth": 1,
    "fires": [{"name": "a", "first_visible_s": 600.0}],
    "conditions": {"light": "dusk"},
    "rights": {"licence": "own", "may_train": True},
    "scene": "ridge",
}


@pytest.fixture
def at(api: ApiRig, monkeypatch: pytest.MonkeyPatch) -> ApiRig:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(api.context.settings.data_dir))
    return api


def test_folders_and_videos_are_taken_with_their_truths(
    at: ApiRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tower = tmp_path / "in" / "tower7"
    tower.mkdir(parents=True)
    for number in range(3):
        data = encode_jpeg(look(number))
        (tower / f"{1532815200 + 600 * number}_.jpg").write_bytes(data)
    (tmp_path / "in" / "tower7.truth.json").write_text(json.dumps(TRUTH), encoding="utf-8")
    video(tmp_path / "in" / "v_20260108_093634.mp4")
    rotten = tmp_path / "rotten\x1b[31m.mp4"
    rotten.write_bytes(b"words" * 99)
    arguments = ("footage", "import", tmp_path / "in", rotten, "--light", "night")
    assert run_firewatch(monkeypatch, *arguments) == 1, "not all could be taken"
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "1  tower7.zip  pictures  ready  ridge  3 frames",
        "2  v_20260108_093634.mp4  video  ready  v  12 frames",
    ]
    assert "is not a video that can be read" in err
    assert "\x1b" not in err
    store = at.context.store
    first = store.footage.get(1)
    assert (first.draft.rights.licence, first.draft.conditions.light) == ("own", Light.NIGHT)
    kept = store.footage.truth(1)
    assert kept is not None
    assert (kept.truth.fires[0].name, kept.author) == ("a", "command line")
    assert run_firewatch(monkeypatch, *arguments[:-3]) == 0
    again, _ = capsys.readouterr()
    assert again == out, "the same is taken once"
    assert len(store.footage.truths(1)) == 1


def test_a_recording_is_shown_and_removed(
    at: ApiRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def said(*arguments: object) -> list[str]:
        assert run_firewatch(monkeypatch, "footage", *arguments) == 0
        return capsys.readouterr().out.splitlines()

    video(tmp_path / "v.mp4")
    broken = tmp_path / "b.zip"
    broken.write_bytes(packed({"a.txt": b"x"}))
    said("import", tmp_path / "v.mp4", "--licence", "own", "--range-m", "900", "--mode", "visible")
    assert run_firewatch(monkeypatch, "footage", "import", broken) == 1
    assert str(tmp_path) not in capsys.readouterr().err
    assert [line.split()[:2] for line in said("list")] == [["2", "b.zip"], ["1", "v.mp4"]]
    assert said("list", "--scene", "moon") == []
    shown = "\n".join(said("show", 1))
    assert "visible, 900 m" in shown
    assert "own; nothing but looking" in shown
    draft = at.context.store.footage.get(1).draft
    assert str(shelf_of(at.context.settings).playable(draft)) in shown, "for a replay"
    assert "refused" in "\n".join(said("show", 2))
    truth = tmp_path / "v.truth.json"
    assert said("truth", 1, "--out", truth) == [f"version 0  {truth}"]
    put = json.loads(truth.read_text(encoding="utf-8"))
    assert "fires" not in put, "nobody has said anything of fire"
    assert run_firewatch(monkeypatch, "footage", "truth", 1, "--put", truth) == 1
    truth.write_text(json.dumps(put | {"fires": []}), encoding="utf-8")
    capsys.readouterr()
    assert said("truth", 1, "--put", truth, "--note", "looked twice") == ["version 1"]
    assert "looked twice" in "\n".join(said("show", 1))
    assert said("truth", 1, "--out", truth) == [f"version 1  {truth}"]
    assert json.loads(truth.read_text(encoding="utf-8"))["fires"] == []
    assert run_firewatch(monkeypatch, "footage", "truth", 1) == 1
    said("remove", 1)
    with pytest.raises(NotFound):
        at.context.store.footage.get(1)
    assert not list((at.context.settings.data_dir / "footage" / "files").rglob("v.mp4"))
    assert run_firewatch(monkeypatch, "footage", "show", 1) == 1
    assert "There is no footage 1" in capsys.readouterr().err
