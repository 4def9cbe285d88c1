"""``firewatch replays`` as its user types it."""

from pathlib import Path

import pytest
from command_line import run_firewatch

from models.clock import SystemClock
from models.detection import ModelReference
from models.footage import FootageKind, Truth
from models.footage_library import FootageDraft, FootageResult, FootageState
from models.replay_run import ReplayHeadline
from models.store import Store

Output = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    (tmp_path / "data").mkdir()
    (tmp_path / "fw.toml").write_text(f"data_dir = '{tmp_path / 'data'}'\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Store.open(f"sqlite:///{tmp_path / 'data' / 'firewatch.db'}", clock=SystemClock())


def test_a_replay_is_asked_for_shown_cancelled_had_go_on_and_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def typed(*arguments: object, status: int = 0) -> str:
        command = ("replays", *arguments, "--settings", "fw.toml")
        assert run_firewatch(monkeypatch, *command) == status
        told = capsys.readouterr()
        return told.out + told.err

    assert "no recording in the library" in typed("start", "a", "--all-labelled", status=1)
    for letter, truth in (("a", Truth()), ("b", None)):
        draft = FootageDraft(f"{letter}.mp4", FootageKind.VIDEO, letter * 64, 9)
        kept, _ = store.footage.add(draft, author="m")
        store.footage.finish(kept.footage_id, FootageResult(FootageState.READY))
        if truth is not None:
            store.footage.put_truth(kept.footage_id, truth, base=0, author="m")
    told = typed("start", "autumn", "--all-labelled", "--drill", 2, "--seed", 0, "--fps", 0.5)
    assert told == "1  autumn  queued  0 of 3 recordings, 0 frames\n"
    shown = typed("show", 1)
    assert "asked       command line" in shown
    assert "footage     1  a.mp4  truth 1\n" in shown
    assert "frames      one in 1, at most 0.5 a second" in shown
    assert "drill       2 fires of seed 0" in shown
    assert "model       firewatch-yolo26n\n" in shown
    assert "no model card" in typed("start", "a", "--drill", 1, "--model", "nobody", status=1)
    assert typed("cancel", 1).startswith("1  autumn  cancelled")
    assert "has ended" in typed("cancel", 1, status=1)
    assert typed("resume", 1).startswith("1  autumn  queued")
    store.replays.begin(1, ModelReference("m", "7", "0" * 64))
    store.replays.finish(1, ReplayHeadline("c" * 64, 1, 2, 0, 0.25, 2.5, 1))
    line = "1 of 2 fires found, 0 false alarms in 0.25 camera-days, 2.5 frames a second"
    assert typed("list") == f"1  autumn  done  {line}, 1 not judged\n"
    shown = typed("show", 1)
    assert "model       m 7\n" in shown
    assert "lies at     " in shown
    assert typed("remove", 1) == "1 is removed.\n"
    assert typed("list") == ""
    assert "no replay 1" in typed("show", 1, status=1)
    store.close()
