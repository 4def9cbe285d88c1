"""Every frame accounted for: by node and number, and each with its content and its time."""

import hashlib
import json
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from api.nodes.files import path_of
from benchmarks.backlog.frames import node_id_of, sha256_of
from models.heat_node import FrameRefusal, NodeFrame
from models.store import Store

__all__ = ["Account", "Receipt", "account_of", "read_ledgers"]

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer that a node got.

    Attributes:
        node: its number.
        sequence: of the frame.
        captured_at: when it was taken.
        is_live: it was no part of the backlog.
        status: 201 or 200.
        at_s: of the monotonic clock.
        late_s: since it was due; None in the backlog.
    """

    node: int
    sequence: int
    captured_at: datetime
    is_live: bool
    status: int
    at_s: float
    late_s: float | None


@dataclass(slots=True)
class Account:
    """What is left.

    Attributes:
        receipts: that nodes got, one a frame.
        kept: frames in the store.
        lost: frames with a receipt that are not there, or there with another content or time.
        twice: frames that are there more than once.
        unsent: frames of the backlog without a receipt.
        strange: frames that nobody sent so.
        seen: of those that are kept, looked at by the end.
        refused: pushes that the nodes' standing tells as refused, by reason.
        repeated: likewise, of frames that were there.
        counts: what the pushers say of everything else.
    """

    receipts: list[Receipt]
    kept: int = 0
    lost: list[str] = field(default_factory=list)
    twice: int = 0
    unsent: int = 0
    strange: list[str] = field(default_factory=list)
    seen: int = 0
    refused: Counter[FrameRefusal] = field(default_factory=Counter)
    repeated: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def late_s(self) -> tuple[float, float]:
        """How late live frames were answered for: half of them at most so, and 99 of 100."""
        late = sorted(one.late_s for one in self.receipts if one.late_s is not None)
        if len(late) < 2:
            return (late or [0.0])[0], (late or [0.0])[0]
        return statistics.median(late), late[min(len(late) - 1, int(0.99 * len(late)))]

    def rate(self, lives: Iterable[tuple[float, float]]) -> float:
        """New frames a second while the server was there.

        Args:
            lives: from the first answer of a server to its end, by the monotonic clock.
        """
        frames, lasted_s = 0, 0.0
        for begins_s, ends_s in lives:
            mine = [one.at_s for one in self.receipts if begins_s <= one.at_s <= ends_s]
            frames += len(mine)
            lasted_s += max(mine, default=begins_s) - begins_s
        return frames / max(lasted_s, 1e-9)


def read_ledgers(paths: Iterable[Path]) -> tuple[list[Receipt], Counter[str]]:
    """What the pushers wrote."""
    receipts, counts = list[Receipt](), Counter[str]()
    for path in paths:
        *lines, told = path.read_text(encoding="utf-8").splitlines()
        counts.update(json.loads(told))
        for line in lines:
            node, sequence, at, *others = json.loads(line)
            receipts.append(Receipt(node, sequence, datetime.fromisoformat(at), *others))
    return receipts, counts


def account_of(store: Store, data: Path, nodes: int, kept: int, ledgers: Iterable[Path]) -> Account:
    """Look at every frame of every node, in the store and on the disk."""
    receipts, counts = read_ledgers(ledgers)
    account = Account(receipts, counts=counts)
    for node in range(nodes):
        mine = {one.sequence: one for one in receipts if one.node == node}
        account.unsent += sum(sequence not in mine for sequence in range(kept))
        found = Counter[int]()
        for frame in _frames(store, node):
            found[frame.sequence] += 1
            _look(account, data, node, frame, mine.get(frame.sequence))
        account.lost += [
            f"{node_id_of(node)} {sequence} is not there"
            for sequence in mine
            if not found[sequence]
        ]
        account.twice += sum(count - 1 for count in found.values())
        standing = store.nodes.standing(node_id_of(node))
        account.refused.update(standing.refused)
        account.repeated += standing.repeated
        account.seen += standing.frames - standing.waiting
    return account


def _frames(store: Store, node: int) -> Iterable[NodeFrame]:
    before = None
    while page := store.nodes.frames(node_id_of(node), before=before, limit=_PAGE):
        yield from page
        before = page[-1].frame_id


def _look(
    account: Account, data: Path, node: int, frame: NodeFrame, receipt: Receipt | None
) -> None:
    name, sha256 = f"{frame.node_id} {frame.sequence}", sha256_of(node, frame.sequence)
    account.kept += 1
    told_at = frame.told_at or frame.captured_at
    if receipt is None:  # its answer went down with the server; nobody was promised anything
        account.strange += [] if frame.sha256 == sha256 else [f"{name} was never sent so"]
        return
    path = path_of(data, frame)
    if frame.sha256 != sha256:
        account.lost.append(f"{name} has another content")
    elif not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        account.lost.append(f"{name} has another file")
    elif told_at != receipt.captured_at:
        account.lost.append(f"{name} has another time")
