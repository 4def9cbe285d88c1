"""What happened to a fire, entry by entry; nothing of it is ever changed or taken away."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.incident.life import DismissReason, IncidentState
from models.site import Position

__all__ = ["Entry", "EntryKind", "Photo", "Subject", "SubjectKind"]


class EntryKind(StrEnum):
    """What an entry tells."""

    OPENED = "opened"
    STEPPED = "stepped"  # a person's verdict
    PROPOSED = "proposed"  # a verdict that waits for a second person
    DECLINED = "declined"  # the second person does not agree
    UNDONE = "undone"  # the last verdict was taken back
    REOPENED = "reopened"  # by growth, or by a person
    JOINED = "joined"  # one more piece of evidence
    LEFT = "left"  # a piece of evidence went to another fire
    ABSORBED = "absorbed"  # another one is this one
    MERGED = "merged"  # this one is another one
    SPLIT = "split"  # a part of it is a fire of its own
    SPLIT_OFF = "split_off"  # it was a part of another one
    RAISED = "raised"  # one more independent sensor
    NOTED = "noted"  # a note, a photo


class SubjectKind(StrEnum):
    """What an entry may point to."""

    ALERT = "alert"
    OBSERVATION = "observation"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry points to.

    Attributes:
        kind: which table.
        number: in it.
    """

    kind: SubjectKind
    number: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that a person gave with an entry.

    Attributes:
        key: object key in the evidence vault.
        sha256: of the stored bytes.
        width_px: of the upright picture.
        height_px: likewise.
        taken_at: UTC, as the picture says; None when it does not.
        position: where it was taken, as the picture says; None when it does not.
        bearing_deg: where it looks, true north; None when it does not say.
    """

    key: str
    sha256: str
    width_px: int
    height_px: int
    taken_at: datetime | None = None
    position: Position | None = None
    bearing_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history of a fire.

    Attributes:
        entry_id: number, rising over all fires.
        incident_id: whose.
        kind: what it tells.
        at: UTC.
        author: user name, or :data:`models.audit.SYSTEM`.
        from_state: before, where the state changed or was proposed to.
        to_state: after.
        reason: of a dismissal.
        note: free text, may be empty.
        subject: what came, went, was merged or split off.
        link: why a piece of evidence belongs here, a word of
            :class:`models.incident.LinkReason`; empty where it is not about one.
        photo: given with it.
        undoes: number of the entry that this one takes back.
    """

    entry_id: int
    incident_id: int
    kind: EntryKind
    at: datetime
    author: str
    from_state: IncidentState | None = None
    to_state: IncidentState | None = None
    reason: DismissReason | None = None
    note: str = ""
    subject: Subject | None = None
    link: str = ""
    photo: Photo | None = None
    undoes: int | None = None
