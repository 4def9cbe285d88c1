"""Pushes and answers as lines of JSON."""

import json
from datetime import UTC, datetime

import pytest
from heat_node_rig import AT, picture, push_line
from hypothesis import given
from hypothesis import strategies as st

from api.nodes.pushes import Push, PushRefused, Receipt
from api.nodes.wording import answer_topic, node_of, push_of, refusal_of, taken_of
from models.errors import StorageFull, StoreDamaged, StoreUnreachable
from models.heat_node import FrameRefusal

NODE = "ridge-3"


def payload_of(push: Push) -> bytes:
    told = {name: getattr(push, name) for name in ("sequence", "captured_at", "reading")}
    return json.dumps({**told, "signature": push.signature}).encode() + b"\n" + push.body


@given(st.text(), st.text(max_size=60), st.text(max_size=300), st.text(), st.binary())
def test_a_push_comes_as_it_was_sent(
    sequence: str, captured_at: str, reading: str, signature: str, body: bytes
) -> None:
    push = Push(NODE, sequence, captured_at, reading, signature, body)
    line = payload_of(push).partition(b"\n")[0]
    assert push_of(NODE, payload_of(push)) == (
        push if len(line) <= 8192 else Push(NODE, "", "", "", "", b"")
    )


@given(st.binary())
def test_whatever_comes_is_a_push(payload: bytes) -> None:
    push = push_of(NODE, payload)
    assert push.node_id == NODE
    assert push.body in payload


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"{",
        b"[" * 8000,
        b'{"sequence": true, "captured_at": 1.5, "reading": {}, "signature": null}',
        b'{"sequence": -1}',
        b'{"sequence": 1000000000000000000000}',
        b'{"sequence": 1e3, "reading": [1]}',
        b'{"sequence": NaN}',
    ],
)
def test_what_is_no_text_is_none(line: bytes) -> None:
    assert push_of(NODE, line + b"\nbody") == Push(NODE, "", "", "", "", b"body")


def test_a_bare_number_is_a_sequence() -> None:
    assert push_of(NODE, b'{"sequence": 0}\n').sequence == "0"
    assert push_of(NODE, b'{"sequence": 17}\n').sequence == "17"


def test_a_line_without_end_is_none() -> None:
    long = push_line(NODE, 3, picture(3))
    assert push_of(NODE, payload_of(long)) == long
    assert push_of(NODE, b" " * 8193 + payload_of(long)).sequence == ""
    assert push_of(NODE, b"x" * 100_000).body == b""


@pytest.mark.parametrize(
    "topic",
    [
        "firewatch/nodes/A/frames",
        "firewatch/nodes//frames",
        f"firewatch/nodes/{'a' * 41}/frames",
        "firewatch/nodes/a/b/frames",
        "firewatch/nodes/a/answers",
        "firewatch/nodes/a/frames\n",
        "x/firewatch/nodes/a/frames",
    ],
)
def test_no_node(topic: str) -> None:
    assert node_of(topic) is None


def test_topics() -> None:
    assert node_of("firewatch/nodes/ridge-3/frames") == NODE
    assert answer_topic(NODE) == "firewatch/nodes/ridge-3/answers"


def test_receipts() -> None:
    receipt = Receipt(7, AT, 300, AT, is_new=True)
    told = json.loads(taken_of(receipt))
    assert (told["sequence"], told["status"], told["interval_s"]) == (7, 201, 300)
    assert datetime.fromisoformat(told["server_time"]) == AT
    again = json.loads(taken_of(Receipt(7, AT, 300, AT, is_new=False)))
    assert again == {**told, "status": 200}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StorageFull("The disk is full."), 507, "storage_full"),
        (StoreUnreachable("It does not answer."), 503, "store_unreachable"),
        (StoreDamaged("It is damaged."), 500, "store_damaged"),
        (RuntimeError("secret"), 500, "internal"),
    ],
)
def test_failures_on_our_side(error: Exception, status: int, code: str) -> None:
    at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    told = json.loads(refusal_of(push_line(NODE, 7, b""), error, at))
    assert told == {
        "sequence": 7,
        "status": status,
        "code": code,
        "server_time": "2026-11-25T03:00:00+00:00",
    }


def test_refusals() -> None:
    refused = PushRefused(FrameRefusal.FLOOD, "It sends too much.", retry_after_s=7)
    told = json.loads(refusal_of(push_line(NODE, 7, b""), refused, AT))
    assert told == {
        "sequence": 7,
        "status": 429,
        "code": "node_flood",
        "server_time": AT.isoformat(),
        "retry_after_s": 7,
    }


@given(st.text())
def test_a_sequence_is_told_back(sequence: str) -> None:
    push = Push(NODE, sequence, "", "", "", b"")
    answer = refusal_of(push, RuntimeError(), AT)
    told = json.loads(answer)["sequence"]
    assert str(told) == sequence[:40] or (
        sequence.isascii() and sequence.isdigit() and told == int(sequence)
    )
    assert len(answer) < 1000
