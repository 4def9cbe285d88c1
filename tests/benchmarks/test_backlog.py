"""The backlog of nodes is accounted for: what is lost, changed or never answered is seen."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from heat_node_rig import heat_node_of

from api.nodes.files import NodeFiles, path_of
from api.nodes.intake import Intake
from api.nodes.pushes import Push
from benchmarks.backlog.account import Account, Receipt, account_of
from benchmarks.backlog.frames import body_of, heat_node, kept_at, key_of, node_id_of, sha256_of
from benchmarks.backlog.ground import bare_rate
from benchmarks.backlog.main import measures_of
from camera_gateway.thermal import read_thermal
from models.clock import ManualClock
from models.config.nodes import NodesRule
from models.patrol import DangerClass
from models.store import Store
from models.thermal import ThermalEncoding

BEGAN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
NODES, KEPT = 3, 4


class Rig:
    """A store into which some nodes pushed, and what they were answered."""

    def __init__(self, folder: Path) -> None:
        self.folder, clock = folder, ManualClock(BEGAN)
        self.store = Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=clock)
        files = NodeFiles(folder, clock, 0)
        self.intake = Intake(self.store, files, NodesRule(), clock, lambda: DangerClass.LOW)
        self.rows = list[tuple[object, ...]]()
        for node in range(NODES):
            self.store.nodes.add(heat_node_of(node_id_of(node)), key_of(node), author="t")
            for sequence in range(KEPT):
                self.push(node, sequence)

    def push(self, node: int, sequence: int) -> None:
        at = kept_at(BEGAN, sequence, KEPT).isoformat(timespec="milliseconds")
        told = {"sequence": str(sequence), "captured_at": at, "reading": ""}
        body = body_of(node, sequence)
        signature = heat_node().signature(key_of(node), node_id_of(node), told, body)
        receipt = self.intake.take(Push(node_id_of(node), **told, signature=signature, body=body))
        self.rows.append((node, sequence, at, False, receipt.status, 1.0 * len(self.rows), None))

    def account(self) -> Account:
        ledger = self.folder / "ledger"
        lines = [*map(json.dumps, self.rows), json.dumps({"lost lines": 2})]
        ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return account_of(self.store, self.folder, NODES, KEPT, [ledger])


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_all_there(rig: Rig) -> None:
    account = rig.account()
    assert (account.kept, account.lost, account.strange) == (NODES * KEPT, [], [])
    assert (account.unsent, account.twice, account.repeated) == (0, 0, 0)
    assert account.counts["lost lines"] == 2
    measures = {
        one.name: one for one in measures_of(account, [(0.0, 99.0)], NODES, KEPT, one=1.0, many=2.0)
    }
    assert measures["node_backlog_lost"].holds
    assert measures["drain_vs_bare_one"].ratio == pytest.approx(12 / 11, rel=0.01)
    assert not measures["kills"].holds  # there was none


def test_what_is_not_there_is_lost(rig: Rig) -> None:
    """Answered for and not in the store; not answered for; a file gone, and one changed."""
    rig.rows.append((1, 77, BEGAN.isoformat(), True, 201, 50.0, 0.5))
    del rig.rows[0]
    gone, other, moved = (rig.store.nodes.frames(node_id_of(node))[0] for node in range(NODES))
    path_of(rig.folder, gone).unlink()
    path_of(rig.folder, other).write_bytes(body_of(9, 9))
    late = (BEGAN - timedelta(days=1)).isoformat()
    rig.rows = [
        (*row[:2], late, *row[3:]) if row[:2] == (2, moved.sequence) else row for row in rig.rows
    ]
    account = rig.account()
    assert sorted(account.lost) == [
        "node-000 3 has another file",
        "node-001 3 has another file",
        "node-001 77 is not there",
        "node-002 3 has another time",
    ]
    assert (account.unsent, account.kept) == (1, NODES * KEPT)
    lost = measures_of(account, [(0.0, 99.0)], NODES, KEPT, one=1.0, many=2.0)[0]
    assert (lost.value, lost.holds) == (5.0, False)


def test_what_nobody_sent_is_strange(rig: Rig) -> None:
    """A node's frame in the name of another number, taken and never answered for."""
    at = BEGAN.isoformat(timespec="milliseconds")
    told = {"sequence": "900", "captured_at": at, "reading": ""}
    body = body_of(0, 1)
    signature = heat_node().signature(key_of(0), node_id_of(0), told, body)
    rig.intake.take(Push(node_id_of(0), **told, signature=signature, body=body))
    assert rig.account().strange == ["node-000 900 was never sent so"]


def test_a_rate_counts_only_while_a_server_was_there() -> None:
    one = Receipt(0, 0, BEGAN, is_live=True, status=201, at_s=0.0, late_s=1.0)
    receipts = [replace(one, at_s=float(at), late_s=float(at)) for at in (1, 2, 10, 11, 12)]
    account = Account(receipts)
    assert account.rate([(0.0, 5.0), (8.0, 20.0)]) == pytest.approx(5 / 6)
    assert account.late_s == (10.0, 12.0)
    assert Account([one]).late_s == (1.0, 1.0)
    assert Account([]).late_s == (0.0, 0.0)
    assert Account([]).rate([(0.0, 1.0)]) == 0.0


def test_frames_are_each_another_and_can_be_read() -> None:
    keys = [(node, sequence) for node in (0, 1, 499) for sequence in (0, 1, 1023, 1024, 2048)]
    assert len({sha256_of(*key) for key in keys}) == len(keys)
    image = read_thermal(body_of(499, 2047), "frame.tif", ThermalEncoding.CENTIKELVIN)
    assert image.size_px == (160, 120)
    assert abs(float(image.levels.mean()) - 20.0) < 0.2


def test_what_the_machine_can_do(tmp_path: Path) -> None:
    assert bare_rate(tmp_path / "bare", body_of(0, 0), at_once=4, lasts_s=0.05) > 0.0
    assert len(list((tmp_path / "bare").glob("*.tif"))) >= 4
