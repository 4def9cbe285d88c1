"""A process is killed between a verdict and its notice, and between a notice and its receipt."""

import asyncio
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from models.clock import ManualClock
from models.config import NoticeRule, Settings
from models.notice import ChannelDraft, ChannelKind, ChannelOptions, DeliveryState, Rules, Secrets
from models.store import Store

ROOT = Path(__file__).resolve().parents[3]

CHILD = """
import asyncio, importlib.util, os, signal, sys
folder, helpers_file, when = sys.argv[1:4]
spec = importlib.util.spec_from_file_location("helpers", helpers_file)
helpers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(helpers)
from pathlib import Path
from api.incidents.places import PlaceShelf
from api.notices.room import NoticeRoom
from geo.land import LandBook
from models.clock import SystemClock
from models.config import Settings
from models.incident import Level, Urgency
from models.store import Store

def die(*_told):
    os.kill(os.getpid(), signal.SIGKILL)

clock = SystemClock()
store = Store.open(f"sqlite:///{folder}/firewatch.db", clock=clock)
alert, _ = store.alerts.open_alert(helpers._draft("f"), [])
store.incidents.rank(alert.incident_id, Urgency(90.0, Level.SINGLE, (), clock.now()))
if when == "before":
    die()
room = NoticeRoom.of(Settings(data_dir=Path(folder)), store, clock, land_book=LandBook(store.land),
                     places=PlaceShelf(), site_name="s")
store.deliveries.sent = die
asyncio.run(room.desk.step())
"""


def killed(folder: Path, when: str, url: str) -> None:
    with closing(Store.open(f"sqlite:///{folder}/firewatch.db", clock=clock_of(0))) as store:
        store.channels.add(
            ChannelDraft("c", ChannelKind.WEBHOOK, ChannelOptions(address=url), Rules()),
            Secrets({"signing_key": "k"}),
            actor="a",
        )
    helpers = ROOT / "tests" / "store" / "conftest.py"
    command = [sys.executable, "-c", CHILD, str(folder), str(helpers), when]
    done = subprocess.run(command, cwd=ROOT, timeout=90, check=False, capture_output=True)  # noqa: S603  # our own text
    assert done.returncode == -signal.SIGKILL, done.stderr


def clock_of(later_s: float) -> ManualClock:
    return ManualClock(datetime.now(UTC) + timedelta(seconds=later_s))


def go_on(folder: Path, later_s: float) -> tuple[int, list[DeliveryState]]:
    """The next process, so much later: how many messages it tries, and where notices stand."""
    from api.incidents.places import PlaceShelf
    from api.notices.room import NoticeRoom
    from geo.land import LandBook

    clock = clock_of(later_s)
    with closing(Store.open(f"sqlite:///{folder}/firewatch.db", clock=clock)) as store:
        settings = Settings(data_dir=folder, notices=NoticeRule())
        room = NoticeRoom.of(
            settings,
            store,
            clock,
            land_book=LandBook(store.land),
            places=PlaceShelf(),
            site_name="s",
        )
        tried = asyncio.run(room.desk.step())
        return tried, [one.state for one in store.deliveries.of_incident(1)]


def test_killed_between_commit_and_send_it_is_sent_by_the_next_process(
    tmp_path: Path,
    hook: Any,  # noqa: ANN401
) -> None:
    killed(tmp_path, "before", hook.url)
    assert hook.got == []
    assert go_on(tmp_path, 0.0) == (1, [DeliveryState.SENT])
    assert len(hook.got) == 1
    assert go_on(tmp_path, 1000.0) == (0, [DeliveryState.SENT])
    assert len(hook.got) == 1


def test_killed_between_send_and_receipt_it_is_repeated_under_the_same_mark(
    tmp_path: Path,
    hook: Any,  # noqa: ANN401
) -> None:
    killed(tmp_path, "after", hook.url)
    assert len(hook.got) == 1
    assert go_on(tmp_path, 0.0) == (0, [DeliveryState.SENDING]), "the lease of the dead runs"
    assert go_on(tmp_path, 200.0) == (1, [DeliveryState.SENT])
    assert len(hook.got) == 2
    assert len(set(hook.marks())) == 1
    assert go_on(tmp_path, 1000.0) == (0, [DeliveryState.SENT])
