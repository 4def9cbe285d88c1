"""Whatever process is killed, and whoever believes to lead: no flight of a window starts twice."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import flight_processes
from flight_processes import windows_of
from run_rig import keep_schedule, keep_sweep

from models.clock import SystemClock
from models.flight import FINAL, RunReason, RunState
from models.store import Store

WINDOWS, SORTIES = 10, 2


def test_each_flight_of_a_window_starts_at_most_once_and_has_one_record(
    urls: Callable[[], str], tmp_path: Path
) -> None:
    url, log = urls(), tmp_path / "starts"
    with closing(Store.open(url, clock=SystemClock())) as store:
        number = keep_schedule(store, keep_sweep(store, SORTIES), needs_release=False)
        began = store.schedules.get(number).changed_at
        # Windows of a whole day before: as if it had been kept then.
        with store._database.write() as connection:
            connection.exec_driver_sql("UPDATE schedule SET windows_until_at = 0")
    command = [
        sys.executable, flight_processes.__file__, url, str(log), "1", str(WINDOWS), "12",
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603  # our own text
        command, capture_output=True, text=True, timeout=120, check=False, cwd=Path.cwd()
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 3, "processes must have died"
    with closing(Store.open(url, clock=SystemClock())) as store:
        runs = store.runs.between(began - timedelta(days=2), began + timedelta(days=2))
        store.audit.verify()
    wanted = {(due, sortie) for due, _ in windows_of(began, WINDOWS) for sortie in (1, 2)}
    records = Counter((run.due_at, run.sortie) for run in runs)
    assert records == dict.fromkeys(wanted, 1)
    starts = Counter(log.read_text(encoding="utf-8").splitlines())
    assert max(starts.values()) == 1
    for run in runs:
        states = [step.state for step in run.steps]
        assert run.state in FINAL
        assert states.count(RunState.STARTING) <= 1
        flew = starts[f"{run.due_at.isoformat()} {run.sortie}"]
        if run.state is RunState.LANDED:
            assert flew == 1
        else:
            assert (run.state, run.reason) == (RunState.FAILED, RunReason.RESTARTED)
            assert RunState.STARTING in states
        assert flew <= states.count(RunState.STARTING)
