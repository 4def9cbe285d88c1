"""The ledger of known false alarms and registered burns.

An entry holds alerts of one place back for a time that is always bounded; what it may never hide
is in :mod:`models.suppression`. A nuisance is a chimney, a steam outlet or a lamp, in a view or on
the ground; a registered burn (报备用火) is on the ground, and has somebody who reported it and
somebody who is there and answers for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.errors import InputRefused
from models.incident import DismissReason
from models.personal import is_telephone
from models.times import Times

__all__ = [
    "LONGEST",
    "EntryKind",
    "GroundPlace",
    "LedgerDraft",
    "LedgerEntry",
    "ViewPlace",
    "check_entry",
    "view_place",
]

LONGEST_NOTE = 2000
LARGEST_RADIUS_M = 5000.0
SMALLEST_SHARE = 0.001
LEAST_SIDE = 0.01
"""Sides of a box that somebody takes from an alert are widened to this share of the picture."""
LONGEST = timedelta(days=366)
"""No entry outlives a year: what is still true then is said again by somebody."""


class EntryKind(StrEnum):
    """What sort of entry."""

    NUISANCE = "nuisance"
    BURN = "burn"


@dataclass(frozen=True, slots=True)
class ViewPlace:
    """A place in a view, as shares of the upright picture's width and height, [0, 1].

    Attributes:
        camera_id: of the camera.
        preset: of the view; 0 is a value.
        x_min: left edge of what was declared, and so on for the other three. Its lower edge is the
            foot, its area what growth is measured against.
    """

    camera_id: str
    preset: int
    x_min: float
    y_min: float
    x_max: float
    y_max: float


@dataclass(frozen=True, slots=True)
class GroundPlace:
    """A circle on the ground.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        radius_m: of the circle, above 0 and at most 5000.
    """

    lon_deg: float
    lat_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class LedgerDraft:
    """An entry as a person writes it.

    Attributes:
        kind: nuisance or burn.
        place: where; a burn is on the ground.
        from_at: UTC, from when it holds.
        until_at: UTC, when it ends: never later than a year after it began.
        times: hours, days and season; without limits for a burn.
        reason: what it is.
        reported_by: who reported the burn; empty for a nuisance.
        note: free text, may be empty.
        responsible: who is there and answers for the burn (负责人); empty for a nuisance, and for
            burns from before it was asked for.
        phone: at which they are reached; empty where they have none or nobody said it. Shown to
            monitors only.
    """

    kind: EntryKind
    place: ViewPlace | GroundPlace
    from_at: datetime
    until_at: datetime
    times: Times
    reason: DismissReason
    reported_by: str
    note: str
    responsible: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An entry as the store knows it.

    Attributes:
        entry_id: number, rising.
        draft: what it says.
        author: user name.
        created_at: UTC.
        ended_by: who ended it early; empty while nobody has.
        ended_at: UTC, when; None while nobody has.
    """

    entry_id: int
    draft: LedgerDraft
    author: str
    created_at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None

    def in_span(self, at: datetime) -> bool:
        """Whether a moment (UTC) lies between its beginning and its end, whatever its hours."""
        end = self.draft.until_at if self.ended_at is None else self.ended_at
        return self.draft.from_at <= at < end


def view_place(camera_id: str, preset: int, sides: tuple[float, float, float, float]) -> ViewPlace:
    """A place in a view where a plume stood: inside the picture, and wide enough to be one.

    Args:
        camera_id: of the camera.
        preset: of the view.
        sides: left, upper, right and lower edge, as shares of the picture; may reach beyond it.
    """
    x_min, x_max = _span(sides[0], sides[2])
    y_min, y_max = _span(sides[1], sides[3])
    return ViewPlace(camera_id, preset, x_min, y_min, x_max, y_max)


def _span(low: float, high: float) -> tuple[float, float]:
    half = max(high - low, LEAST_SIDE) / 2.0
    middle = min(max((low + high) / 2.0, LEAST_SIDE), 1.0 - LEAST_SIDE)
    return max(0.0, middle - half), min(1.0, middle + half)


def check_entry(draft: LedgerDraft) -> None:
    """Refuse an entry that cannot be.

    Raises:
        InputRefused: with one of the codes ``ledger_place``, ``ledger_span``, ``ledger_times``,
            ``ledger_reporter``, ``ledger_responsible``, ``ledger_phone`` or ``note_refused``.
    """
    _check_place(draft)
    if not timedelta(0) < draft.until_at - draft.from_at <= LONGEST:
        raise InputRefused(
            "An entry ends after it begins, within a year.",
            remedy="Choose another end.",
            code="ledger_span",
        )
    if not draft.times.are_possible:
        raise InputRefused(
            "The hours, days or season are none.",
            remedy="Hours are two different minutes of the day, days 1 to 7.",
            code="ledger_times",
        )
    if (draft.kind is EntryKind.BURN) != bool(draft.reported_by.strip()):
        raise InputRefused(
            "A registered burn names who reported it, and only a burn does.",
            remedy="Say who reported it.",
            code="ledger_reporter",
        )
    if draft.kind is not EntryKind.BURN and (draft.responsible or draft.phone):
        raise InputRefused(
            "Somebody answers for a registered burn, and only for a burn.",
            remedy="Leave the name and the telephone out.",
            code="ledger_responsible",
        )
    if draft.phone and not is_telephone(draft.phone):
        raise InputRefused(
            "A telephone number has 4 to 24 digits, spaces and dashes.",
            remedy="Write it as it is dialled, such as 13800001234 or 023-48660000.",
            code="ledger_phone",
        )
    texts = draft.note, draft.reported_by, draft.responsible
    if any(len(text) > LONGEST_NOTE or "\0" in text for text in texts):
        raise InputRefused(
            f"A note is text of at most {LONGEST_NOTE} characters.", code="note_refused"
        )


def _check_place(draft: LedgerDraft) -> None:
    place = draft.place
    if isinstance(place, GroundPlace):
        sound = (
            -180.0 <= place.lon_deg <= 180.0
            and -90.0 <= place.lat_deg <= 90.0
            and 0.0 < place.radius_m <= LARGEST_RADIUS_M
        )
    else:
        sound = (
            draft.kind is EntryKind.NUISANCE
            and place.x_min >= 0.0
            and place.x_min + SMALLEST_SHARE <= place.x_max <= 1.0
            and place.y_min >= 0.0
            and place.y_min + SMALLEST_SHARE <= place.y_max <= 1.0
        )
    if not sound:
        raise InputRefused(
            "The place is not one: a box inside the picture, or a circle of at most "
            f"{LARGEST_RADIUS_M:.0f} m on the ground; a burn is on the ground.",
            code="ledger_place",
        )
