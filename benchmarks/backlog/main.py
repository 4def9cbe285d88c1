"""500 nodes after an outage of two days, and a server that is killed while they push."""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks.backlog.account import Account, account_of
from benchmarks.backlog.frames import BACKLOG, body_of, key_of, node_id_of
from benchmarks.backlog.ground import bare_rate
from benchmarks.backlog.pushing import LIVE_EVERY_S
from benchmarks.support.report import Measure, comparison, conclude, figure, limit, machine, rate
from models.clock import SystemClock
from models.heat_node import HeatNode
from models.site import HeightDatum, Position
from models.store import Store
from models.thermal import ThermalEncoding

__all__ = ["main"]

NODES: Final = 500
PARTS: Final = 2
AT_ONCE: Final = 32  # pushes under way, as the pushers have them
STARTS_IN_S: Final = 180.0
Life = tuple[float, float]


def main(arguments: list[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 frames of each node, not 100")
    parser.add_argument("--kept", type=int, help="frames of each node's backlog")
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--kills", type=int, help="of the server while it takes in")
    parser.add_argument("--folder", type=Path, help="where it is done; a temporary one")
    parser.add_argument("--json", type=Path, help="write the measures to a file")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    kept = asked.kept or (8 if asked.quick else 100)
    kills = asked.kills if asked.kills is not None else (1 if asked.quick else 5)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="firewatch-infrared-", dir=asked.folder) as name:
        folder, body = Path(name), body_of(0, 0)
        lasts_s = 2.0 if asked.quick else 5.0
        one = bare_rate(folder / "bare-1", body, at_once=1, lasts_s=lasts_s)
        many = bare_rate(folder / "bare-n", body, at_once=AT_ONCE, lasts_s=lasts_s)
        account, lives = _outage(folder, asked.nodes, kept, kills, asked.seed)
    measures = measures_of(account, lives, asked.nodes, kept, one=one, many=many)
    return conclude(measures, benchmark="infrared", about=about, quick=asked.quick, path=asked.json)


def measures_of(
    account: Account, lives: list[Life], nodes: int, kept: int, *, one: float, many: float
) -> list[Measure]:
    """The bar: nothing is lost. The rest is there to judge it by."""
    whole = int(BACKLOG.total_seconds() / LIVE_EVERY_S) * nodes
    pushed, live = nodes * kept, sum(receipt.is_live for receipt in account.receipts)
    lost = [*account.lost, *account.strange]
    taken, comes = account.rate(lives), nodes / LIVE_EVERY_S
    half_s, most_s = account.late_s
    refused = {reason.value: count for reason, count in sorted(account.refused.items())}
    drained_h = whole / max(taken - comes, 1e-9) / 3600.0
    told = f"of {pushed} kept ({100.0 * pushed / whole:.1f} % of {whole}) and {live} live ones"
    return [
        limit("node_backlog_lost", len(lost) + account.unsent, "frames", f"{told}; {lost[:3]}", 0),
        limit("node_frames_twice", account.twice, "", f"{account.kept} rows", 0),
        rate("kills", len(lives) - 1, "", "kill -9 while it took in", bar=1),
        figure("pushed_again", account.repeated, "", "told as frames that were there"),
        figure("refused", account.refused.total(), "", f"told of nodes: {refused}"),
        figure("mishaps", account.counts.total(), "", f"told by pushers: {dict(account.counts)}"),
        comparison(
            "drain_vs_bare_one",
            taken,
            "frames/s",
            f"one file and one row after the other, made safe: {one:.0f}/s",
            ratio=taken / one,
        ),
        comparison(
            "drain_vs_bare_many",
            taken,
            "frames/s",
            f"{AT_ONCE} files side by side, one transaction: {many:.0f}/s",
            ratio=taken / many,
        ),
        rate(
            "drain_vs_live",
            taken / comes,
            "x",
            f"{comes:.1f} live frames/s; both days gone within {drained_h:.1f} h beside them",
            bar=2.0,
        ),
        figure("live_answered_median_s", half_s, "s", "after it was due, restarts included"),
        figure("live_answered_p99_s", most_s, "s", "likewise"),
        figure("looked_at", account.seen, "frames", "behind the taking in, by the end"),
    ]


def _outage(
    folder: Path, nodes: int, kept: int, kills: int, seed: int
) -> tuple[Account, list[Life]]:
    data, began, chance = folder / "data", datetime.now(UTC), random.Random(seed)
    data.mkdir()
    url = f"sqlite:///{data / 'firewatch.db'}"
    with closing(Store.open(url, clock=SystemClock())) as store:
        for node in range(nodes):
            store.nodes.add(_node(node), key_of(node), author="bench")
    port, lives = _free_port(), list[Life]()
    server = _serve(data, port)
    begins_s = time.monotonic()
    ledgers = [folder / f"ledger-{part}" for part in range(PARTS)]
    pushers = [
        _python(
            "pushing.py",
            *map(str, (port, nodes, kept, part, PARTS, began.isoformat(), ledgers[part], seed)),
        )
        for part in range(PARTS)
    ]
    try:
        for kill in range(1, kills + 1):
            # In the middle: by what is taken, not by the clock, for machines differ.
            wanted = int((kill - chance.random() / 2) * nodes * kept / (kills + 1))
            while _taken(data) < wanted and any(one.poll() is None for one in pushers):
                time.sleep(0.05)
            server.send_signal(signal.SIGKILL)
            server.wait()
            lives.append((begins_s, time.monotonic()))
            server = _serve(data, port)
            begins_s = time.monotonic()
        assert [one.wait() for one in pushers] == [0] * PARTS
        lives.append((begins_s, time.monotonic()))
    finally:
        for one in (*pushers, server):
            if one.poll() is None:
                one.terminate()
            with suppress(subprocess.TimeoutExpired):
                one.wait(60.0)
    with closing(Store.open(url, clock=SystemClock())) as store:
        return account_of(store, data, nodes, kept, ledgers), lives


def _node(number: int) -> HeatNode:
    return HeatNode(
        node_id_of(number),
        f"bench {number}",
        Position(106.5 + number % 25 * 0.002, 29.0 + number // 25 * 0.002, 3.0, HeightDatum.GROUND),
        None,
        60.0,
        ThermalEncoding.CENTIKELVIN,
        intervals_s=(60, 60, 60, 60, 60),
    )


def _serve(data: Path, port: int) -> subprocess.Popen[bytes]:
    server = _python("serving.py", str(data), str(port))
    until_s = time.monotonic() + STARTS_IN_S
    while not _answers(port):
        assert server.poll() is None, "the server does not start"
        assert time.monotonic() < until_s, "the server does not become ready"
        time.sleep(0.05)
    return server


def _python(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    path = Path(__file__).resolve().parent / script
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, str(path), *arguments], env=environment)


def _answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        line.request("GET", "/api/health")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def _taken(data: Path) -> int:
    """Files that are there; nothing that is asked of the server or its database."""
    return sum(1 for _ in (data / "nodes").glob("*/*/[0-9]*"))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
