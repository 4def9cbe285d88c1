"""``firewatch learning export|digest|proposals`` as its user types it."""

import json
import zipfile
from pathlib import Path

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from learning_rig import Judges

from api.learning.desk import LearningDesk


@pytest.fixture
def at(api: ApiRig, monkeypatch: pytest.MonkeyPatch) -> ApiRig:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(api.context.settings.data_dir))
    return api


def test_verdicts_are_written_to_a_new_file(
    at: ApiRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    judges, out = Judges(at), tmp_path / "v.zip"
    assert run_firewatch(monkeypatch, "learning", "export", "--out", out) == 1
    assert "Nobody has judged" in capsys.readouterr().err
    assert not out.exists()
    judges.said(judges.raised(), None)
    asked = ("--from", "2026-11-25T00:00", "--until", "2026-11-26T00:00:00Z", "--names")
    assert run_firewatch(monkeypatch, "learning", "export", "--out", out, *asked) == 0
    assert capsys.readouterr().out == f"1 alerts, 2 pictures, 2 boxes  {out}\n"
    with zipfile.ZipFile(out) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["from"] == "2026-11-24T16:00:00+00:00", "by the site's clock"
    assert manifest["alerts"][0]["said_by"] == "monitor"
    assert run_firewatch(monkeypatch, "learning", "export", "--out", out) == 1
    assert "exists already" in capsys.readouterr().err
    other = ("learning", "export", "--out", tmp_path / "w.zip", "--from", "gestern")
    assert run_firewatch(monkeypatch, *other) == 1
    assert "is no time" in capsys.readouterr().err


def test_digests_and_what_they_propose_are_told(
    at: ApiRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Judges(at).nuisance()
    made = LearningDesk(at.context.store, at.clock, at.context.settings).work_once()
    assert made is not None
    assert run_firewatch(monkeypatch, "learning", "digest") == 0
    assert f"{made.night}  5 false alarms, 0 fires, 1 proposals" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "learning", "proposals") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == "1  t1-red/0  chimney  open  5 alarms on 5 days  10:00-12:00"
    at.context.store.digests.decline(1, author="li")
    assert run_firewatch(monkeypatch, "learning", "proposals") == 0
    assert capsys.readouterr().out == ""
    assert run_firewatch(monkeypatch, "learning", "proposals", "--all") == 0
    assert "declined" in capsys.readouterr().out
