"""What is exchanged, field by field, under our names.

What is not named here does not leave: no telephone, no name of a person, no plate, no free text.
"""

from enum import StrEnum
from typing import Final

from models.incident import DismissReason, IncidentState
from models.observation import ObservationSource
from models.order import Answer, ClockState, OrderState

__all__ = ["CAMERA", "FIELDS", "MANY", "OTHERWISE", "WORDS", "Kind", "Row"]

CAMERA: Final = "camera"
"""The source of a fire that a camera saw."""

OTHERWISE: Final = "*"
"""In a table of words: whatever it does not name."""


class Row(StrEnum):
    """What a row is about: sections of the mapping file."""

    ORDERS = "orders"
    INCIDENTS = "incidents"
    REPORTS = "reports"  # what the platform hands in
    RESULTS = "results"  # what became of that


class Kind(StrEnum):
    """How the value of a field is written; the words of these are tables of the mapping file."""

    PLAIN = "plain"
    TIME = "time"
    GCJ02 = "gcj02"  # a coordinate that is told only where the mapping asks for it
    ORDER_STATE = "order_state"
    ANSWER = "answer"
    INCIDENT_STATE = "incident_state"
    REASON = "reason"
    SOURCE = "source"
    CLOCK = "clock"
    REPORT_KIND = "report_kind"
    TOWNSHIP = "township"
    VILLAGE = "village"


WORDS: Final[dict[Kind, frozenset[str]]] = {
    Kind.ORDER_STATE: frozenset(OrderState),
    Kind.ANSWER: frozenset(Answer),
    Kind.INCIDENT_STATE: frozenset(IncidentState),
    Kind.REASON: frozenset(DismissReason),
    Kind.SOURCE: frozenset({CAMERA, *ObservationSource}),
    Kind.CLOCK: frozenset(ClockState),
    Kind.REPORT_KIND: frozenset({"smoke", "flame", "other"}),
}
"""Tables of words, with every word of ours."""

_PLACE: Final = {
    "lon_wgs84_deg": Kind.PLAIN,
    "lat_wgs84_deg": Kind.PLAIN,
    "lon_gcj02_deg": Kind.GCJ02,
    "lat_gcj02_deg": Kind.GCJ02,
    "radius_m": Kind.PLAIN,
}

FIELDS: Final[dict[Row, dict[str, Kind]]] = {
    Row.ORDERS: {
        "site_code": Kind.PLAIN,
        "order_id": Kind.PLAIN,
        "incident_id": Kind.PLAIN,
        "version": Kind.PLAIN,
        "is_drill": Kind.PLAIN,
        "state": Kind.ORDER_STATE,
        "answer": Kind.ANSWER,
        "reason": Kind.REASON,
        "township": Kind.TOWNSHIP,
        "township_name": Kind.PLAIN,
        "villages": Kind.VILLAGE,
        "village_names": Kind.PLAIN,
        "probability": Kind.PLAIN,
        "opened_at": Kind.TIME,
        "seen_at": Kind.TIME,
        "answered_at": Kind.TIME,
        "left_at": Kind.TIME,
        "arrived_at": Kind.TIME,
        "closed_at": Kind.TIME,
        "push_clock": Kind.CLOCK,
        "verify_clock": Kind.CLOCK,
        "leave_clock": Kind.CLOCK,
        **_PLACE,
    },
    Row.INCIDENTS: {
        "site_code": Kind.PLAIN,
        "incident_id": Kind.PLAIN,
        "version": Kind.PLAIN,
        "is_drill": Kind.PLAIN,
        "state": Kind.INCIDENT_STATE,
        "reason": Kind.REASON,
        "merged_into": Kind.PLAIN,
        "level": Kind.PLAIN,
        "sources": Kind.SOURCE,
        "townships": Kind.TOWNSHIP,
        "township_names": Kind.PLAIN,
        "probabilities": Kind.PLAIN,
        "opened_at": Kind.TIME,
        "first_seen_at": Kind.TIME,
        "last_seen_at": Kind.TIME,
        "changed_at": Kind.TIME,
        "direction_only": Kind.PLAIN,
        **_PLACE,
    },
    Row.REPORTS: {
        "external_id": Kind.PLAIN,
        "corrects": Kind.PLAIN,
        "reported_at": Kind.TIME,
        "seen_at": Kind.TIME,
        "kind": Kind.REPORT_KIND,
        "source": Kind.SOURCE,
        "text": Kind.PLAIN,
        "caller": Kind.PLAIN,
        "lon_deg": Kind.PLAIN,
        "lat_deg": Kind.PLAIN,
        "system": Kind.PLAIN,
        "radius_m": Kind.PLAIN,
        "township": Kind.TOWNSHIP,
        "village": Kind.VILLAGE,
    },
    Row.RESULTS: {
        "external_id": Kind.PLAIN,
        "received_at": Kind.TIME,
        "withdrawn_at": Kind.TIME,
        "incident_id": Kind.PLAIN,
        "incident_state": Kind.INCIDENT_STATE,
        "reason": Kind.REASON,
        "order_ids": Kind.PLAIN,
        "order_states": Kind.ORDER_STATE,
        "answers": Kind.ANSWER,
    },
}
"""Fields of each row, in their order."""

MANY: Final = frozenset(
    {
        *("villages", "village_names", "sources", "townships", "township_names", "probabilities"),
        *("order_ids", "order_states", "answers"),
    }
)
"""Fields that are lists; those of one row that belong together have one order."""
