"""``firewatch model`` as its user types it."""

from pathlib import Path

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from model_rig import NEW, OLD, done_replay, frozen_set, played_by


@pytest.fixture
def at(api: ApiRig, monkeypatch: pytest.MonkeyPatch) -> ApiRig:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(api.context.settings.data_dir))
    monkeypatch.setenv("FIREWATCH_RELEASE__CAMERAS", "10")
    return api


def test_a_model_goes_into_force_and_back_from_the_command_line(
    at: ApiRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: object, code: int = 0) -> str:
        assert run_firewatch(monkeypatch, "model", *arguments) == code
        out, err = capsys.readouterr()
        return out + err

    frozen = frozen_set(at.context)
    number = frozen.draft.footage[0].footage_id
    line = told("freeze", "One", "--footage", number, "--note", "n")
    assert line.startswith("set 2  One  1 recordings, 0 drill fires  ")
    assert "holds the same" in told("freeze", "Two", "--footage", number, code=1)
    old = done_replay(at.context, frozen, OLD, played_by())
    bad = done_replay(at.context, frozen, NEW, played_by(finds=False))
    good = done_replay(at.context, frozen, NEW, played_by())
    held = told("propose", frozen.gate_id, bad, old, code=1)
    assert "lost_fires: NOT KEPT, fires_lost" in held
    assert "[ridge.zip · barn]" in held
    assert "holds release 1 back" in told("sign", 1, code=1)
    passed = told("propose", frozen.gate_id, good, old, "--note", "fog")
    assert "speed: kept, speed_enough (first 40, second 40, need 2" in passed
    assert told("sign", 2, "--note", "seen").rstrip().endswith(": signed")
    assert NEW.name in told("activate", 2)
    listed = told("list").splitlines()
    assert [line.split()[1] for line in listed if line.startswith("*")] == [NEW.name]
    assert next(line for line in listed if line.startswith("activation 1")).endswith(
        "of the settings"
    )
    assert "why" not in told("sets")
    back = told("roll-back", 1, "--note", "alarms at dusk")
    assert back.rstrip().endswith("command line: alarms at dusk")
    assert "is in force" in told("roll-back", 1, "--note", "again", code=1)


def test_weights_that_are_gone_are_not_put_into_force(
    at: ApiRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = frozen_set(at.context)
    old = done_replay(at.context, frozen, OLD, played_by())
    gone = type(NEW)("gone", "2026.1.0", "0" * 64)
    new = done_replay(at.context, frozen, gone, played_by())
    assert run_firewatch(monkeypatch, "model", "propose", frozen.gate_id, new, old) == 0
    assert run_firewatch(monkeypatch, "model", "sign", 1) == 0
    assert run_firewatch(monkeypatch, "model", "activate", 1) == 1
    assert "no model card 'gone'" in capsys.readouterr().err
    assert at.context.store.releases.activations() == []
    assert Path(at.context.settings.data_dir).is_dir()
