"""Nodes that push: ``pushing.py PORT NODES KEPT PART PARTS BEGAN LEDGER SEED``.

Each thread has a share of the nodes and one connection a time, and sends for each in turn: the live
frame when it is due, one a minute, else one of what was kept, the oldest ten in any order. Some
pushes go wrong on purpose: the line is cut before the answer, a frame is sent again after its
receipt, one comes signed with another key, one has the number of another. A frame is struck off
when its answer came, as the example does it, and its signing and its HTTP are the example's own.

Every receipt is a line of the ledger: node, sequence, when it was taken, whether it was a live one,
status, when the answer came (seconds of the monotonic clock, which all processes share), and how
long after it was due.
"""

import http.client
import json
import random
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)

from benchmarks.backlog.frames import body_of, heat_node, kept_at, key_of, node_id_of

__all__ = ["LIVE_EVERY_S"]

LIVE_EVERY_S: Final = 60.0
_THREADS: Final = 16
_AHEAD: Final = 10
_CUT, _AGAIN, _FORGED, _CHANGED = 0.02, 0.02, 0.005, 0.005


@dataclass
class Sender:
    """One node as far as sending goes.

    Attributes:
        node: its number.
        kept: sequences of the backlog that nobody answered for.
        live: likewise of live frames: sequence, when it was taken, and when it was due.
        due_s: when the next live frame is, by the monotonic clock.
        next_sequence: of the next live frame.
    """

    node: int
    kept: deque[int]
    due_s: float
    next_sequence: int
    live: deque[tuple[int, datetime, float]] = field(default_factory=deque)


class Pusher:
    """A thread's worth of nodes.

    Args:
        port: of the server.
        senders: its nodes.
        kept: frames of the backlog, of each.
        began: when the run began.
        ledger: is told of every receipt.
        seed: of what goes wrong.
    """

    def __init__(
        self,
        port: int,
        senders: list[Sender],
        kept: int,
        began: datetime,
        ledger: "Ledger",
        *,
        seed: int,
    ) -> None:
        self._senders = senders
        self._kept = kept
        self._began = began
        self._ledger = ledger
        self._random = random.Random(seed)
        # One line for all of its nodes: five hundred radios that each open one would only measure
        # how this machine opens sockets, on both of their ends.
        self._line: Any = heat_node().Web(f"http://127.0.0.1:{port}", "", "")

    def run(self) -> None:
        """Send until nothing of the backlog is left, and the live frames of that time."""
        while any(one.kept or one.live for one in self._senders):
            drains = any(one.kept for one in self._senders)
            for one in self._senders:
                self._turn(one, drains=drains)
        self._line.line.close()

    def _turn(self, one: Sender, *, drains: bool) -> None:
        now_s = time.monotonic()
        if now_s >= one.due_s and drains:
            at = datetime.now(UTC)
            at = at.replace(microsecond=at.microsecond // 1000 * 1000)
            one.live.append((one.next_sequence, at, one.due_s))
            one.next_sequence += 1
            one.due_s += LIVE_EVERY_S
        if one.live:
            sequence, at, due_s = one.live[-1]
            if self._push(one, sequence, at, due_s):
                one.live.pop()
        elif one.kept:
            chosen = self._random.randrange(min(_AHEAD, len(one.kept)))
            sequence = one.kept[chosen]
            if self._push(one, sequence, kept_at(self._began, sequence, self._kept), None):
                del one.kept[chosen]

    def _push(self, one: Sender, sequence: int, at: datetime, due_s: float | None) -> bool:
        """Whether the frame was answered for."""
        line, body, luck = self._line, body_of(one.node, sequence), self._random.random()
        line.node_id, line.key = node_id_of(one.node), key_of(one.node)
        told = {
            "sequence": str(sequence),
            "captured_at": at.isoformat(timespec="milliseconds"),
            "reading": json.dumps({"battery_v": 3.7, "kept_frames": len(one.kept)}),
        }
        try:
            if luck < _CUT:
                self._cut(line, told, body)
                return False
            status, said = line.send(told, body)
            if status in {200, 201} and luck < _CUT + _AGAIN:
                again, _ = line.send(told, body)
                self._ledger.count("repeated" if again == 200 else f"again {again}")
            elif luck > 1.0 - _FORGED:
                line.key = "another key"
                wrong, _ = line.send({**told, "sequence": "999999"}, body)
                self._ledger.count("forged" if wrong == 401 else f"forged {wrong}")
            elif status in {200, 201} and luck > 1.0 - _FORGED - _CHANGED:
                wrong, _ = line.send(told, body_of(one.node, sequence + 512))
                self._ledger.count("changed" if wrong == 409 else f"changed {wrong}")
        except (OSError, http.client.HTTPException, ValueError):
            self._ledger.count("lost lines")
            time.sleep(self._random.uniform(0.1, 0.5))  # a node waits longer
            return False
        if status not in {200, 201}:
            self._ledger.count(f"refused {status} {said.get('code', '')}")
            time.sleep(0.2)
            return False
        self._ledger.receipt(one.node, told, status, due_s)
        return True

    @staticmethod
    def _cut(line: Any, told: dict[str, str], body: bytes) -> None:  # noqa: ANN401 -- as above
        """The frame goes out and its answer is never read."""
        answered = line.line.getresponse
        line.line.getresponse = _hang_up
        try:
            with suppress(ConnectionError):
                line.send(told, body)
        finally:
            line.line.getresponse = answered


def _hang_up() -> None:
    raise ConnectionError


class Ledger:
    """Receipts and counts of one process.

    Args:
        path: of the file for receipts; the counts are its last line.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._counts = dict[str, int]()
        self._out = path.open("w", encoding="utf-8")

    def receipt(self, node: int, told: dict[str, str], status: int, due_s: float | None) -> None:
        """A frame was answered for."""
        now_s = time.monotonic()
        row = (
            *(node, int(told["sequence"]), told["captured_at"], due_s is not None, status, now_s),
            None if due_s is None else now_s - due_s,
        )
        with self._lock:
            self._out.write(json.dumps(row) + "\n")

    def count(self, what: str) -> None:
        """Something else happened."""
        with self._lock:
            self._counts[what] = self._counts.get(what, 0) + 1

    def close(self) -> None:
        """Write what is left."""
        self._out.write(json.dumps(self._counts) + "\n")
        self._out.close()


def main(arguments: list[str]) -> None:
    """Push as one of several processes."""
    port, nodes, kept, part, parts = map(int, arguments[:5])
    began, ledger, seed = datetime.fromisoformat(arguments[5]), Ledger(Path(arguments[6])), 0
    now_s = time.monotonic()
    senders = [
        Sender(node, deque(range(kept)), now_s + LIVE_EVERY_S * node / nodes, kept)
        for node in range(part, nodes, parts)
    ]
    pushers = []
    for number in range(_THREADS):
        seed = int(arguments[7]) * 1000 + part * 100 + number
        pushers.append(Pusher(port, senders[number::_THREADS], kept, began, ledger, seed=seed))
    threads = [threading.Thread(target=one.run) for one in pushers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.close()


if __name__ == "__main__":
    main(sys.argv[1:])
