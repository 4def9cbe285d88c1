"""How long a camera may take over HTTP, how much it may send, and what came back."""

from dataclasses import dataclass
from datetime import datetime

import httpx

__all__ = ["Answer", "HttpLimits"]


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long and how much.

    Attributes:
        connect_s: until the connection stands, > 0.
        read_s: between two pieces of an answer, > 0.
        total_s: for a whole picture, or until a stream's answer begins, > 0.
        first_s: until a stream's first picture, > 0.
        stall_s: between two pictures of a stream, > 0.
        max_bytes: of one picture, > 0.
    """

    connect_s: float = 5.0
    read_s: float = 8.0
    total_s: float = 20.0
    first_s: float = 20.0
    stall_s: float = 10.0
    max_bytes: int = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        response: its status and headers have come; its body is read by whoever asked.
        answered_at: UTC, when the headers came.
        round_trip_s: from the question to the headers, >= 0.
    """

    response: httpx.Response
    answered_at: datetime
    round_trip_s: float
