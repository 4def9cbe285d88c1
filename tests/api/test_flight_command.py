"""``firewatch flight`` and ``firewatch schedule`` as their user types them."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import run_firewatch
from run_rig import AIRCRAFT, keep_sweep

from api.commands.user import add_user, open_store
from models.user import Role

Say = Callable[..., tuple[int, str, str]]
NOON = 'name = "每日"\nsweep_id = 1\nwindow_s = 1800\n'


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Of a district with a sweep and two accounts."""
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    with closing(open_store(file)) as store:
        assert keep_sweep(store) == 1
        add_user(store, "li", Role.MONITOR)
        add_user(store, "wang", Role.VIEWER)
    return file


@pytest.fixture
def say(settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    def typed(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run_firewatch(monkeypatch, *arguments, "--settings", settings)
        told = capsys.readouterr()
        return code, told.out, told.err

    return typed


def written(folder: Path, text: str) -> Path:
    file = folder / "schedule.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_schedule_of_a_file_is_tried_out_kept_shown_and_retired(say: Say, tmp_path: Path) -> None:
    file = written(tmp_path, NOON + 'cron = "0 12 * * mon-fri"\n')
    code, told, err = say("schedule", "preview", file)
    assert code == 0, err
    lines = told.splitlines()
    assert len(lines) == 10, "ten working days in a fortnight"
    assert all(" 12:00 to " in line and line[:3] not in {"Sat", "Sun"} for line in lines)
    assert say("schedule", "put", file)[1].startswith("1  version 1  每日  next ")
    shown = say("schedule", "show", 1)[1]
    body = json.loads(shown)
    assert body["timing"]["at_minutes"] == [720]
    assert body["timing"]["weekdays"] == ["mon", "tue", "wed", "thu", "fri"]
    body["name"] = "每日二"
    again = written(tmp_path, json.dumps(body))
    assert say("schedule", "put", again, "--number", 1)[1].startswith("1  version 2  每日二  next ")
    assert "sweep 1 北坡" in say("schedule", "list")[1]
    assert say("schedule", "retire", 1)[:2] == (0, "1  retired\n")
    assert say("schedule", "list")[1] == ""


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "[",
        "[[1]]",
        NOON,
        NOON + "cron = 3\n",
        NOON + 'cron = "0 12 * * mon"\ntiming = {}\n',
        NOON + 'cron = "0 12 * * 1"\n',
        NOON + "weekly = true\ntiming = {at_minutes = [720]}\n",
        "{" * 5000,
    ],
)
def test_a_file_that_is_no_schedule_is_refused_in_one_line(
    say: Say, tmp_path: Path, text: str
) -> None:
    code, told, err = say("schedule", "put", written(tmp_path, text))
    assert (code, told) == (1, "")
    assert err.startswith("firewatch: ")
    assert err.count("\n") == 1


def test_a_flight_is_asked_for_released_and_called_off(say: Say) -> None:
    asked = ("flight", "fly", 1, "--aircraft", "Matrice 4T", "--key", "wish-0001")
    refused = say(*asked, "--by", "wang")
    assert refused[0] == 1
    assert "no account of a monitor" in refused[2]
    assert say(*asked, "--by", "nobody")[0] == 1
    for _ in range(2):
        code, told, err = say(*asked, "--by", "li")
        assert code == 0, err
        assert told.startswith("1  planned; ")
    code, told, _ = say("flight", "release", 1, "--version", 1, "--by", "li")
    assert (code, told) == (0, "1  planned, released by li (command line)\n")
    assert "Matrice 4T  北坡 flight 1  planned" in say("flight", "list")[1]
    assert say("flight", "cancel", 1, "--by", "li", "--note", "雾")[1] == "1  cancelled: person\n"
    shown = say("flight", "show", 1)[1]
    assert "cancelled (person)  by li (command line)  雾" in shown
    assert AIRCRAFT[0] not in shown
    assert say("flight", "cancel", 1, "--by", "li")[0] == 1


def test_a_word_to_nobody_is_one_line(say: Say, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n", encoding="utf-8")
    asked = ("flight", "home", 1, "--user", "li", "--password-file", secret)
    for server, words in (
        ("http://127.0.0.1:9", "does not answer"),
        ("ftp://127.0.0.1", "no address"),
    ):
        code, told, err = say(*asked, "--server", server)
        assert (code, told, err.count("\n")) == (1, "", 1)
        assert words in err
        assert "geheim" not in err
