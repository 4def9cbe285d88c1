"""What this machine can do at all: a file made safe and a row made safe, and nothing else."""

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

__all__ = ["bare_rate"]


def bare_rate(folder: Path, body: bytes, *, at_once: int, lasts_s: float) -> float:
    """Frames a second that are on the disk with their row, by the least that this takes.

    Args:
        folder: on the disk of the run; new.
        body: a frame.
        at_once: files that are written side by side and share one transaction.
        lasts_s: how long it is tried.
    """
    folder.mkdir(parents=True)
    with (
        closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as database,
        ThreadPoolExecutor(at_once) as pool,
    ):
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE frame (number INTEGER PRIMARY KEY, key TEXT UNIQUE)")
        number, began_s = 0, time.monotonic()
        while time.monotonic() - began_s < lasts_s:
            paths = [folder / f"{number + one}.tif" for one in range(at_once)]
            if at_once == 1:
                _write(paths[0], body)  # no other thread to wait for
            else:
                list(pool.map(lambda path: _write(path, body), paths))
            database.execute("BEGIN IMMEDIATE")
            rows = [(path.name,) for path in paths]
            database.executemany("INSERT INTO frame (key) VALUES (?)", rows)
            database.execute("COMMIT")
            number += at_once
        return number / (time.monotonic() - began_s)


def _write(path: Path, body: bytes) -> None:
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
