"""A served watch that gets a thousand changes a minute: ``serving.py DATA PORT CHANGES_A_MINUTE``.

It is the watch that ``firewatch serve`` runs, built by the same composition root; instead of
cameras, threads of the same process hand over what a pipeline and people would.
"""

import sys
import threading
import time
from contextlib import closing
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)

from api.listening import listen
from api.runtime import build_watch
from api.watch import serve
from benchmarks.keeping.load import Load
from camera_gateway.vault import EvidenceVault
from models.clock import SystemClock
from models.config import Settings
from models.store import Store

WRITERS = 2


def keep_writing(load: Load, changes_a_minute: float) -> None:
    """At the rate, by the clock: what one second was late for, the next makes up."""
    lock, began_s, turns = threading.Lock(), time.monotonic(), 0

    def write() -> None:
        nonlocal turns
        while True:
            with lock:
                due_s = began_s + turns * 60.0 / changes_a_minute
                turns += 1
            time.sleep(max(0.0, due_s - time.monotonic()))
            load.turn()

    for _ in range(WRITERS):
        threading.Thread(target=write, daemon=True).start()


def main(data: Path, port: int, changes_a_minute: float) -> None:
    """Serve until killed."""
    settings = Settings(data_dir=data, port=port)
    clock = SystemClock()
    with (
        listen("127.0.0.1", port) as listening,
        closing(Store.open(settings.store_url, clock=clock)) as store,
    ):
        watch = build_watch(settings, store, {}, site_name="bench", drill=False, terrain=None)
        load = Load(store, EvidenceVault(data / "evidence"), clock, lambda _: None, seed=port)
        load.take_up()
        if changes_a_minute > 0:
            keep_writing(load, changes_a_minute)
        serve(watch, listening)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
