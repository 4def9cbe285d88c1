"""The watch that ``firewatch serve`` runs, without cameras: ``serving.py DATA PORT``."""

import sys
from contextlib import closing
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)

from api.listening import listen
from api.runtime import build_watch
from api.watch import serve
from models.clock import SystemClock
from models.config import Settings
from models.store import Store


def main(data: Path, port: int) -> None:
    """Serve until killed."""
    settings = Settings(data_dir=data, port=port)
    with (
        listen("127.0.0.1", port) as listening,
        closing(Store.open(settings.store_url, clock=SystemClock())) as store,
    ):
        watch = build_watch(settings, store, {}, site_name="bench", drill=False, terrain=None)
        serve(watch, listening)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
