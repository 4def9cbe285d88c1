"""The command line as a person types it; only the server's loop is left out."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_line import run_firewatch

from api.demo_flights import DEMO_AIRCRAFT
from api.watch import Watch
from models.clock import SystemClock
from models.store import Store
from models.user import Role

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def free_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIREWATCH_PORT", str(port))
    monkeypatch.setenv("FIREWATCH_INFERENCE_THREADS", "1")
    return port


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Watch]:
    """Watches that a command would have served, with what was in their store."""
    watches: list[Watch] = []

    def keep(watch: Watch, _listening: socket.socket) -> None:
        watches.append(watch)

    monkeypatch.setattr("api.commands.demo.run_server", keep)
    monkeypatch.setattr("api.commands.serve.run_server", keep)
    return watches


def reopened(watch: Watch) -> closing[Store]:
    return closing(Store.open(watch.context.settings.store_url, clock=SystemClock()))


def test_help_version_and_wrong_use(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    assert run_firewatch(monkeypatch, "--help") == 0
    told = capsys.readouterr().out
    assert all(command in told for command in ("demo", "serve", "detect", "user"))
    assert run_firewatch(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.strip() == "0.1.0"
    assert run_firewatch(monkeypatch, "burn") == 2


def test_the_first_start_prints_a_one_time_password_and_the_second_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, served: list[Watch]
) -> None:
    assert run_firewatch(monkeypatch, "serve") == 0
    first = capsys.readouterr().out
    assert "first sign-in: admin" in first
    with reopened(served[0]) as store:
        admin = store.users.get("admin")
    assert admin is not None
    assert admin.must_change_password
    assert admin.role is Role.ADMIN
    assert run_firewatch(monkeypatch, "serve") == 0
    assert "first sign-in" not in capsys.readouterr().out


def test_accounts_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert run_firewatch(monkeypatch, "user", "add", "张伟", "--role", "viewer") == 0
    assert "张伟 (viewer) signs in once with" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "user", "add", "张伟") == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert run_firewatch(monkeypatch, "user", "list") == 0
    assert capsys.readouterr().out == "张伟\tviewer\twhole district\n"
    url = f"sqlite:///{tmp_path}/data/firewatch.db"
    with closing(Store.open(url, clock=SystemClock())) as store:
        before = store.users.get("张伟")
        assert run_firewatch(monkeypatch, "user", "password", "张伟") == 0
        after = store.users.get("张伟")
    assert before is not None
    assert after is not None
    assert before.password_hash != after.password_hash
    assert after.must_change_password
    assert run_firewatch(monkeypatch, "user", "password", "nobody") == 1
    assert "no account nobody" in capsys.readouterr().err
    assert run_firewatch(monkeypatch, "user", "add", "a b") == 1


def test_the_audit_log_is_verified_and_tampering_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert run_firewatch(monkeypatch, "audit", "verify") == 0
    assert "whole: 0 entries" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "user", "add", "li") == 0
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "audit", "verify") == 0
    assert "whole: 1 entries" in capsys.readouterr().out
    with closing(sqlite3.connect(tmp_path / "data/firewatch.db")) as connection:
        connection.execute("UPDATE audit_entry SET actor = 'nobody'")
        connection.commit()
    assert run_firewatch(monkeypatch, "audit", "verify") == 1
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1
    assert "1" in told


def test_a_half_written_database_is_refused_and_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    database = data / "firewatch.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    torn = database.read_bytes()[:3000]
    database.write_bytes(torn)
    assert run_firewatch(monkeypatch, "serve") == 1
    told = capsys.readouterr().err
    assert len(told.strip().splitlines()) == 1
    assert "firewatch.db" in told
    assert database.read_bytes() == torn


def test_a_port_in_use_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, free_port: int
) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", free_port))
        busy.listen()
        assert run_firewatch(monkeypatch, "serve") == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith("firewatch: Cannot listen on 127.0.0.1 port")
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "99999", "port"),
        ("COLOUR", "red", "colour"),
        ("EVIDENCE__MIN_HITS", "x", "min_hits"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"FIREWATCH_{name}", value)
    assert run_firewatch(monkeypatch, "serve") == 1
    assert told in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "file" / "data"))
    assert run_firewatch(monkeypatch, "serve") == 1
    assert "data folder" in capsys.readouterr().err


def demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_port: int, *more: str) -> int:
    arguments = ("demo", "--port", str(free_port), "--data", str(tmp_path / "demo"), *more)
    return run_firewatch(monkeypatch, *arguments)


def test_the_demo_prints_how_to_sign_in_and_starts_anew_each_time(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    free_port: int,
    served: list[Watch],
) -> None:
    for _ in range(2):
        assert demo(monkeypatch, tmp_path, free_port, "--scene", "drill") == 0
        told = capsys.readouterr().out
        assert f"http://127.0.0.1:{free_port}" in told
        assert "sign in  monitor" in told
        assert "drill 演练" in told
        assert list(served[-1].context.gateways) == ["t3-drill", "t1-red", "t2-fog"]
        assert served[-1].context.site.replay_rate == 10.0
        with reopened(served[-1]) as store:
            assert len(store.land.all()) > 100


def test_the_drill_scene_has_an_aircraft_that_waits_for_its_release(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    free_port: int,
    served: list[Watch],
) -> None:
    assert demo(monkeypatch, tmp_path, free_port, "--scene", "drill") == 0
    assert "release its flight" in capsys.readouterr().out
    (watch,) = served
    flights = watch.context.flights
    assert flights is not None
    assert flights.drills == {DEMO_AIRCRAFT}
    drill = watch.context.settings.drones.drill
    assert drill is not None
    with reopened(watch) as store:
        (kept,) = store.aircraft.all()
        (schedule,) = store.schedules.all()
        (sweep,) = store.sweeps.page(before=None, limit=10)
    assert kept.aircraft.name == DEMO_AIRCRAFT
    assert schedule.schedule.needs_release
    assert (schedule.schedule.sweep_id, sweep.sorties) == (sweep.sweep_id, 1)
    assert demo(monkeypatch, tmp_path, free_port, "--scene", "drill", "--no-flights") == 0
    assert served[-1].context.settings.drones.links == ()
    assert "release its flight" not in capsys.readouterr().out


def test_the_demo_never_empties_a_folder_that_it_did_not_make(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    free_port: int,
    served: list[Watch],
) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert demo(monkeypatch, tmp_path, free_port, "--scene", "drill") == 1
    assert "holds something" in capsys.readouterr().err
    assert (tmp_path / "demo" / "thesis.txt").exists()
    assert served == []


def test_own_footage_is_checked_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    free_port: int,
    served: list[Watch],
) -> None:
    assert demo(monkeypatch, tmp_path, free_port, str(tmp_path / "nothing.mp4")) == 1
    assert "no footage at" in capsys.readouterr().err
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    assert demo(monkeypatch, tmp_path, free_port, str(pictures)) == 1
    assert str(pictures) in capsys.readouterr().err
    assert served == []


def test_own_footage_joins_without_a_claim_to_a_direction(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    free_port: int,
    served: list[Watch],
) -> None:
    video = tmp_path / "mine.mp4"
    video.write_bytes(b"opened with the first read")
    assert demo(monkeypatch, tmp_path, free_port, str(video), "--scene", "drill") == 0
    with reopened(served[-1]) as store:
        assert store.cameras.get("own").presets == ()


def test_recorded_footage_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    free_port: int,
    served: list[Watch],
) -> None:
    monkeypatch.setattr("api.commands.demo.ROOT", tmp_path / "elsewhere")
    monkeypatch.setattr("api.commands.demo.read_site", lambda _folder: _site())
    assert demo(monkeypatch, tmp_path, free_port, "--scene", "recorded") == 1
    assert "no recorded footage" in capsys.readouterr().err
    assert served == []


def _site():  # noqa: ANN202  # api.site.Site
    from api.site import read_site

    return read_site(Path(__file__).resolve().parents[2] / "examples" / "drill")
