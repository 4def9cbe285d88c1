"""The desk of replays: live frames first, and nothing lost over any death."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from api_rig import ApiRig
from replayed_rig import made_result
from replays_rig import asked, instead, replay_desk

from api.commands.replay_lines import ProgressLines
from api.replays import desk as desk_module
from api.replays.desk import MOST_ATTEMPTS
from api.replays.process import ReplayProcess
from api.replays.service import shelf_of
from detector.replay.result import canonical
from models.errors import InputRefused, StorageFull
from models.footage import Conditions
from models.replay import Played
from models.replay_run import ReplayDraft, ReplayProgress, ReplayRun, ReplayState
from models.user import Role

PATIENCE_S = 60.0
TOLD = (
    "say(recordings=9, finished=1, frames=30, frames_planned=60, frames_per_s=2.5, left_s=12.0)\n"
)
DONE = """
for name in ("result.json", "cost.json", "figures.csv", "report.html"):
    (out / name).write_bytes((pathlib.Path(__file__).parent / "made" / name).read_bytes())
say(done=True, refused=0)
"""
FOREVER = "time.sleep(3600)\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Files of a result, for programs that play at once."""
    folder = tmp_path / "made"
    folder.mkdir()
    result = made_result()
    result["run"]["refused"] = []
    (folder / "result.json").write_bytes(canonical(result))
    (folder / "cost.json").write_bytes(canonical({"frames": 60, "frames_per_s": 2.5}))
    for name in ("figures.csv", "report.html"):
        (folder / name).write_bytes(b"x")
    return folder


def waiting(api: ApiRig) -> int:
    return asked(api.client(Role.MONITOR), drill_fires=1)


def now(api: ApiRig, number: int) -> ReplayRun:
    return api.context.store.replays.get(number)


def until(is_so: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends_s, "it has not come to it"
        time.sleep(0.01)  # another process works


def test_what_its_process_tells_is_kept_and_what_it_prints_beside_is_not(
    api: ApiRig, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del made
    script = "print('a library speaks'); print('[1]'); print('{')\n" + TOLD + DONE
    instead(monkeypatch, tmp_path, script)
    number = waiting(api)
    assert replay_desk(api).work_once()
    run = now(api, number)
    assert run.state is ReplayState.DONE
    assert run.progress == ReplayProgress(1, 1, 30, 60, 2.5, None)
    assert run.headline is not None
    assert (run.headline.frames_per_s, run.headline.found) == (2.5, 1)
    assert not replay_desk(api).work_once(), "nothing more waits"


def test_a_refusal_is_kept_in_its_words_without_places_and_can_go_on(
    api: ApiRig, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del made
    says = f"{api.context.settings.data_dir}/replays/1/result.json cannot be written."
    script = f"say(error=dict(code='storage_full', message={says!r}, remedy='Make room.'))\n"
    instead(monkeypatch, tmp_path, script)
    number = waiting(api)
    assert replay_desk(api).work_once()
    run = now(api, number)
    assert (run.state, run.code) == (ReplayState.REFUSED, "storage_full")
    assert run.message == "replays/1/result.json cannot be written."
    instead(monkeypatch, tmp_path, DONE)
    api.client(Role.MONITOR).post(f"/api/replays/{number}/resume")
    assert replay_desk(api).work_once()
    assert now(api, number).state is ReplayState.DONE


def test_a_process_that_dies_is_started_again_but_not_for_ever(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n")
    number, desk = waiting(api), replay_desk(api)
    for _ in range(MOST_ATTEMPTS):
        assert desk.work_once()
        assert now(api, number).state is ReplayState.RUNNING
    assert desk.work_once()
    assert (now(api, number).state, now(api, number).code) == (ReplayState.REFUSED, "replay_died")
    assert not desk.work_once()


def test_one_that_got_further_before_it_died_has_all_its_tries_again(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = "(out / 'log').open('a').write('.')\nn = (out / 'log').stat().st_size\n"
    instead(monkeypatch, tmp_path, count + TOLD.replace("finished=1", "finished=n"))
    number, desk = waiting(api), replay_desk(api)
    for _ in range(MOST_ATTEMPTS + 2):
        assert desk.work_once()
    assert now(api, number).state is ReplayState.RUNNING


def test_one_that_is_cancelled_ends_with_its_process(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = TOLD + "(out / 'pid').write_text(str(__import__('os').getpid()))\n" + FOREVER
    instead(monkeypatch, tmp_path, script)
    monkeypatch.setattr(desk_module, "LOOKS_EVERY_S", 0.0)
    number = waiting(api)
    pid = shelf_of(api.context.settings).folder_of(number) / "pid"
    cancelled = False

    def backlog() -> int:
        nonlocal cancelled
        if not cancelled and pid.is_file():
            cancelled = True
            api.context.store.replays.cancel(number, author="m")
        return 0

    assert replay_desk(api, backlog).work_once()
    assert now(api, number).state is ReplayState.CANCELLED
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_it_stands_still_while_live_frames_wait(
    api: ApiRig, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del made
    instead(monkeypatch, tmp_path, TOLD + DONE)
    seen: list[tuple[bool, str]] = []

    class Watched(ReplayProcess):
        def hear(self, patience_s: float) -> dict[str, object] | None:
            state = _state_of(self._process.pid)
            seen.append((self.stands, state))
            return super().hear(patience_s)

    monkeypatch.setattr(desk_module, "ReplayProcess", Watched)
    waits = iter([1, 1, 1, 0])
    number = waiting(api)
    assert replay_desk(api, lambda: next(waits, 0)).work_once()
    assert [stands for stands, _ in seen[:4]] == [True, True, True, False]
    assert "T" in {state for _, state in seen[:4]}, "by the kernel's word"
    assert now(api, number).state is ReplayState.DONE


def test_a_watch_that_stops_ends_it_and_the_next_one_goes_on(
    api: ApiRig, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del made
    instead(monkeypatch, tmp_path, TOLD + FOREVER)
    number, desk = waiting(api), replay_desk(api)

    async def work() -> None:
        running = asyncio.create_task(desk.run())
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.to_thread(until, lambda: now(api, number).progress.frames > 0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(work())
    shelf = shelf_of(api.context.settings)
    until(lambda: not (shelf.folder_of(number) / "attempts").exists())
    assert now(api, number).state is ReplayState.RUNNING, "nobody has ended it"
    instead(monkeypatch, tmp_path, DONE)
    assert replay_desk(api).work_once()
    assert now(api, number).state is ReplayState.DONE


def test_a_disk_that_fills_ends_it_in_words(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, tmp_path, TOLD + FOREVER)
    monkeypatch.setattr(desk_module, "LOOKS_EVERY_S", 0.0)
    number, desk = waiting(api), replay_desk(api)
    told = iter([None, None])

    def check() -> None:
        if next(told, "full") is not None:
            raise StorageFull("The disk has no room for replays.", code="replay_disk")

    monkeypatch.setattr(desk._shelf, "check_room", check)
    assert desk.work_once()
    assert (now(api, number).state, now(api, number).code) == (ReplayState.REFUSED, "replay_disk")


def test_a_model_that_is_gone_refuses_the_replay(api: ApiRig) -> None:
    number = api.context.store.replays.ask(
        ReplayDraft("a", (), drill_fires=1, model="gone"), author="m"
    ).run_id
    assert replay_desk(api).work_once()
    run = now(api, number)
    assert run.state is ReplayState.REFUSED
    assert "gone" in run.message


CODE = """
import pathlib, sys, time
from api.replays import process
process.COMMAND = (sys.executable, sys.argv[1])
out = pathlib.Path(sys.argv[2])
one = process.ReplayProcess(out / "RUN.toml", out)
assert one.hear(60.0) is not None
if sys.argv[3] == "stands":
    one.stand_still()
print("ready", flush=True)
time.sleep(3600)
"""
LISTENS = """
from api.commands.held import end_with_input
import os
end_with_input()
(out / "pid").write_text(str(os.getpid()))
say(recordings=1)
"""


@pytest.mark.parametrize("how", ["runs", "stands"])
def test_it_does_not_outlive_a_watch_that_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    script = instead(monkeypatch, tmp_path, LISTENS + FOREVER)
    command = [sys.executable, "-c", CODE, str(script), str(tmp_path), how]
    with subprocess.Popen(  # noqa: S603 -- our own program
        command, stdout=subprocess.PIPE, start_new_session=True
    ) as watch:
        assert watch.stdout is not None
        assert watch.stdout.readline() == b"ready\n"
        pid = int((tmp_path / "pid").read_text())
        assert os.getpriority(os.PRIO_PROCESS, pid) == 19
        if how == "stands":
            until(lambda: _state_of(pid) == "T")
        watch.send_signal(signal.SIGKILL)
    until(lambda: _state_of(pid) in {"", "Z"})


def test_lines_come_once_a_second_and_add_up() -> None:
    now_s = 100.0
    lines: list[dict[str, object]] = []
    told = ProgressLines(lambda line: lines.append(json.loads(line)), lambda: now_s)
    listener = told.listener
    listener.on_planned(3, 1, 100)
    for frames in range(1, 51):
        now_s += 0.1
        listener.on_frames(frames)
    listener.on_refused("x", InputRefused("no"))
    played = Played("a", "a", (0, 0), Conditions(), None, False, (), ())  # noqa: FBT003
    listener.on_finished(played)
    listener.on_finished(played)
    told.done()
    assert lines[0] == {
        "recordings": 3,
        "finished": 1,
        "frames": 0,
        "frames_planned": 100,
        "frames_per_s": None,
        "left_s": None,
    }
    progress = lines[1:-1]
    assert 4 <= len(progress) <= 7, "a line a second"
    assert progress[1]["frames_per_s"] == pytest.approx(10.0, rel=0.1)
    assert progress[-1]["finished"] == 3, "the last one is told at once"
    assert progress[-1]["left_s"] == pytest.approx(5.0, rel=0.1)
    assert lines[-1] == {"done": True, "refused": 1}
    told.failed(InputRefused("no", remedy="do", code="x"))
    assert lines[-1] == {"error": {"code": "x", "message": "no", "remedy": "do"}}


def _state_of(pid: int) -> str:
    """By the kernel's letter; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""
