"""What the history of a fire looks like on the wire: its entries and their photos."""

from datetime import datetime

from pydantic import BaseModel

from models.incident import (
    DismissReason,
    Entry,
    EntryKind,
    IncidentState,
    Photo,
    SubjectKind,
)
from models.site import Position

__all__ = ["EntryAnswer", "PhotoAnswer", "PhotoToken"]


class PhotoAnswer(BaseModel):
    """A picture that a person gave.

    Attributes:
        url: of the file as it was given.
        taken_at: as the picture says; null when it does not.
        position: where it was taken, WGS 84; null when it does not say.
        bearing_deg: where it looks, from true north; null when it does not say.
    """

    url: str
    width_px: int
    height_px: int
    taken_at: datetime | None
    position: Position | None
    bearing_deg: float | None

    @classmethod
    def of(cls, photo: Photo, address: str) -> "PhotoAnswer":
        """With its address, that of its entry without an ending."""
        ending = photo.key.rsplit(".", 1)[-1]
        return cls(
            url=f"{address}.{ending}",
            width_px=photo.width_px,
            height_px=photo.height_px,
            taken_at=photo.taken_at,
            position=photo.position,
            bearing_deg=photo.bearing_deg,
        )


class PhotoToken(BaseModel):
    """What to give with a step or a note for a photo that was sent.

    Attributes:
        photo: the token; good for this fire only.
        is_placed: the picture says where it was taken.
    """

    photo: str
    width_px: int
    height_px: int
    taken_at: datetime | None
    position: Position | None
    bearing_deg: float | None
    is_placed: bool


class SubjectAnswer(BaseModel):
    """What an entry points to."""

    kind: SubjectKind
    number: int


class EntryAnswer(BaseModel):
    """One entry of the history; see :class:`models.incident.Entry`."""

    entry_id: int
    kind: EntryKind
    at: datetime
    author: str
    from_state: IncidentState | None
    to_state: IncidentState | None
    reason: DismissReason | None
    note: str
    subject: SubjectAnswer | None
    link: str
    photo: PhotoAnswer | None
    undoes: int | None

    @classmethod
    def of(cls, entry: Entry) -> "EntryAnswer":
        """With the address of its photo."""
        subject, photo = entry.subject, entry.photo
        address = f"/api/incidents/{entry.incident_id}/photos/{entry.entry_id}"
        return cls(
            entry_id=entry.entry_id,
            kind=entry.kind,
            at=entry.at,
            author=entry.author,
            from_state=entry.from_state,
            to_state=entry.to_state,
            reason=entry.reason,
            note=entry.note,
            subject=(
                None if subject is None else SubjectAnswer(kind=subject.kind, number=subject.number)
            ),
            link=entry.link,
            photo=None if photo is None else PhotoAnswer.of(photo, address),
            undoes=entry.undoes,
        )
