"""What an order and what is told of it must be like, whoever hands it in."""

import math
from typing import Final

from models.errors import InputRefused
from models.order.order import OrderDraft, OrderEntryKind, Place, Told

__all__ = ["check_draft", "check_told", "checked_order_note"]

LONGEST_NOTE: Final = 4000
LONGEST_MARK: Final = 200  # of causes, keys and codes of places
MOST_VILLAGES: Final = 1000

_TELLABLE: Final = frozenset(
    {
        OrderEntryKind.SEEN,
        OrderEntryKind.ANSWERED,
        OrderEntryKind.LEFT,
        OrderEntryKind.ARRIVED,
        OrderEntryKind.NOTED,
    }
)


def check_draft(draft: OrderDraft) -> None:
    """Refuse an order that cannot be opened.

    Raises:
        InputRefused: codes ``order_draft`` and ``order_note``.
    """
    checked_order_note(draft.note)
    marks = draft.township, draft.cause, *draft.villages
    probability = draft.probability
    if (
        not draft.cause
        or len(draft.villages) > MOST_VILLAGES
        or any(len(mark) > LONGEST_MARK or "\0" in mark for mark in marks)
        or not (probability is None or 0.0 <= probability <= 1.0)
    ):
        raise InputRefused(
            "An order needs a cause, codes of places, and a probability from 0 to 1.",
            remedy="Reload the fire and open the order again.",
            code="order_draft",
        )


def check_told(told: Told) -> None:
    """Refuse what nobody can tell of an order.

    Raises:
        InputRefused: codes ``order_told``, ``order_note`` and ``order_place``.
    """
    note = checked_order_note(told.note)
    answers = told.kind is OrderEntryKind.ANSWERED
    settles = told.answer is not None and told.answer.settles
    if (
        told.kind not in _TELLABLE
        or answers is (told.answer is None)
        or (told.reason is not None and not settles)
        or (told.kind is OrderEntryKind.NOTED and not note and told.photo is None)
        or len(told.key) > LONGEST_MARK
        or "\0" in told.key
    ):
        raise InputRefused(
            "An answer says what it is; a reason goes with one that it is no wildfire; a note "
            "has words or a photo.",
            remedy="Choose again what is to be told.",
            code="order_told",
        )
    if told.place is not None:
        _check_place(told.place)


def checked_order_note(note: str) -> str:
    """The note without spaces around it.

    Raises:
        InputRefused: it cannot be stored; code ``order_note``.
    """
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise InputRefused(
            f"A note is text of at most {LONGEST_NOTE} characters.", code="order_note"
        )
    return note.strip()


def _check_place(place: Place) -> None:
    if not (
        -180.0 <= place.lon_deg <= 180.0
        and -90.0 <= place.lat_deg <= 90.0
        and 0.0 <= place.accuracy_m < math.inf
    ):
        raise InputRefused("A phone stands nowhere on Earth there.", code="order_place")
