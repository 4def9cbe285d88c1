"""What people on the ground tell of an order, written into the history of its fire."""

from typing import Final

from sqlalchemy import Connection

from models.clock import Clock
from models.incident import EntryKind
from models.order import Answer, Told
from models.store.incident_history import write_entry
from models.store.incident_rows import tell_change

__all__ = ["note_in_fire"]

LONGEST: Final = 4000

_WORDS: Final = {
    Answer.REAL: "是火情",
    Answer.FALSE: "不是火",
    Answer.HANDLED: "已就地处置",
    Answer.UNSURE: "看不清或到不了",
}


def note_in_fire(
    connection: Connection,
    clock: Clock,
    incident_id: int,
    *,
    order_id: int,
    told: Told,
    author: str,
) -> None:
    """Note an answer or a photo in the fire's history, in the transaction in which it is told.

    In the same one, for nothing of it may be lost between the two; and a photo belongs to the fire,
    whose evidence is kept and exported. What is neither stays in the order alone.

    Args:
        connection: of the transaction.
        clock: for its time.
        incident_id: of the fire, one that stands for itself.
        order_id: of the order.
        told: what.
        author: who writes it down.
    """
    if told.answer is None and told.photo is None:
        return
    answer = told.answer
    head = f"工单 {order_id} order"
    if answer is not None:
        head = f"{head}: {_WORDS[answer]} {answer}"
    note = f"{head}\n{told.note}".strip()[:LONGEST]
    write_entry(
        connection,
        clock,
        incident_id,
        EntryKind.NOTED,
        author=author,
        note=note,
        photo=told.photo,
    )
    tell_change(connection, clock, incident_id)
