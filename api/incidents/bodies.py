"""What a person sends about a fire."""

from typing import Annotated

from pydantic import Field

from api.bodies import RequestBody
from models.incident import DismissReason, IncidentState

__all__ = [
    "EntryRequest",
    "MergeRequest",
    "NoteRequest",
    "ReopenRequest",
    "SplitRequest",
    "StepRequest",
    "UnmergeRequest",
]

Note = Annotated[str, Field(max_length=4000)]
Number = Annotated[int, Field(ge=1, le=2**62)]
PhotoName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\.(jpg|png)$")]


class StepRequest(RequestBody):
    """A verdict.

    Attributes:
        expected_state: that the person saw.
        photo: token of a photo that was sent before.
    """

    expected_state: IncidentState
    to_state: IncidentState
    reason: DismissReason | None = None
    note: Note = ""
    photo: PhotoName | None = None


class EntryRequest(RequestBody):
    """About an entry of the history: agree with it, decline it, take it back."""

    entry_id: Number
    note: Note = ""


class ReopenRequest(RequestBody):
    """Take it up again; the note says why."""

    note: Annotated[str, Field(min_length=1, max_length=4000)]


class NoteRequest(RequestBody):
    """Words, a photo, or both."""

    note: Note = ""
    photo: PhotoName | None = None


class MergeRequest(RequestBody):
    """Which fire it is."""

    into: Number
    note: Note = ""


class UnmergeRequest(RequestBody):
    """Take the merge back."""

    note: Note = ""


class SplitRequest(RequestBody):
    """Evidence that is of another fire."""

    alerts: Annotated[tuple[Number, ...], Field(max_length=1000)] = ()
    observations: Annotated[tuple[Number, ...], Field(max_length=1000)] = ()
    note: Note = ""
