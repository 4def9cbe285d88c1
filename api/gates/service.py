"""Who passed the gates, answered to whoever may know.

A plate or a code leaves this module in one place only, :func:`_opened`, for a person whose role may
see it; and no answer with one leaves before the log of deeds has it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import shapely

from api.context import Context
from api.gates.schemas import (
    FirePassagesAnswer,
    FoundAnswer,
    FoundPassageAnswer,
    GateAnswer,
    GatesAnswer,
    NearGateAnswer,
    PassageAnswer,
)
from api.gates.travel import NearGate, nearest_gates
from models.errors import InputRefused, NotPermitted, StoreDamaged
from models.incident import Incident
from models.land import LandFeature, Layer
from models.passage import Passage, Way, bare
from models.user import Role, User

__all__ = ["SILENT_AFTER", "GateBook", "found", "gates_now", "of_fire"]

SILENT_AFTER: Final = timedelta(hours=24)
"""A gate that told something once and nothing for so long."""

MOST_AT_A_GATE: Final = 500
MOST_FOUND: Final = 500
MARK_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class GateBook:
    """The gates of the land, and under which words they tell.

    Attributes:
        features: of the land, by their codes.
        by_word: code of a gate, by its code and by its name where no other one has that.
    """

    features: dict[str, LandFeature]
    by_word: dict[str, str]

    @classmethod
    def of(cls, features: Iterable[LandFeature]) -> "GateBook":
        """Of a land."""
        gates = {one.code: one for one in features if one.layer is Layer.CHECKPOINT}
        names = Counter(one.name for one in gates.values())
        by_name = {one.name: code for code, one in gates.items() if names[one.name] == 1}
        return cls(gates, {**by_name, **{code: code for code in gates}})

    def words(self, code: str) -> set[str]:
        """Under which a gate may tell."""
        return {word for word, meant in self.by_word.items() if meant == code}


def gates_now(context: Context) -> GatesAnswer:
    """The gates of the land by code, then those that only told, by name."""
    book, now = GateBook.of(context.land_book.refresh().features), context.clock.now()
    last: dict[str, datetime] = {}
    for word, at in context.store.passages.newest().items():
        gate = book.by_word.get(word, word)
        last[gate] = max(last.get(gate, at), at)
    codes = [*sorted(book.features), *sorted(set(last) - set(book.features))]
    return GatesAnswer(gates=tuple(_gate(book, code, last.get(code), now) for code in codes))


def _gate(book: GateBook, code: str, last_at: datetime | None, now: datetime) -> GateAnswer:
    feature = book.features.get(code)
    place = None if feature is None else shapely.point_on_surface(feature.geometry)
    return GateAnswer(
        gate=code,
        name=code if feature is None else feature.name,
        lon_deg=None if place is None else place.x,
        lat_deg=None if place is None else place.y,
        last_at=last_at,
        silent=last_at is not None and now - last_at > SILENT_AFTER,
    )


def may_see_plates(context: Context, user: User) -> bool:
    """Whether plates and codes are shown: to people of the whole district, from a role on."""
    needed = Role(context.settings.gates.plates_role)
    return user.is_person and user.role.allows(needed) and not user.townships


def check_plates(context: Context, user: User) -> None:
    """Let those pass who may see plates.

    Raises:
        NotPermitted: code ``plates_refused``.
    """
    if not may_see_plates(context, user):
        raise NotPermitted(
            "Plates and codes are not for this role.",
            remedy="Ask an administrator; gates.plates_role says who may.",
            code="plates_refused",
        )


def of_fire(context: Context, incident: Incident, user: User) -> FirePassagesAnswer:
    """Who passed the nearest gates within the time that they are away from a fire."""
    features = context.land_book.refresh().features
    book, rule = GateBook.of(features), context.settings.gates
    asker = context.askers.asker(context.land_book, context.settings.helicopter, context.terrain)
    place = context.places.of(incident, context.store.cameras.standpoints())
    look_back = timedelta(hours=rule.look_back_hours)
    shown = may_see_plates(context, user)
    gates = [
        _near(context, gate, book, _Window.of(gate, incident.first_seen_at, look_back), shown=shown)
        for gate in nearest_gates(asker, place.places)
    ]
    told = [passage for gate in gates for passage in gate.passages]
    plates = [one for one in told if one.who is not None]
    if plates:
        context.store.audit.record(
            actor=user.name,
            action="passages.shown",
            subject=str(incident.incident_id),
            details={"passages": len(told), "plates": len(plates)},
        )
    return FirePassagesAnswer(
        first_seen_at=incident.first_seen_at,
        placed=bool(place.places),
        gates=tuple(gates),
        unknown_gates=len(set(context.store.passages.newest()) - set(book.by_word)),
        plates_shown=shown,
    )


def found(
    context: Context, user: User, who: str, from_at: datetime | None, until_at: datetime | None
) -> FoundAnswer:
    """Where a plate or a code was, newest first; it is in the log of deeds by its mark alone.

    Raises:
        NotPermitted: code ``plates_refused``.
        InputRefused: it is empty; code ``gate_who``.
    """
    check_plates(context, user)
    if not bare(who):
        raise InputRefused("A plate or a code has 1 to 64 characters.", code="gate_who")
    book = GateBook.of(context.land_book.refresh().features)
    mark = context.seal.mark(who)
    passed = context.store.passages.of_mark(
        mark, MOST_FOUND + 1, from_at=from_at, until_at=until_at
    )
    context.store.audit.record(
        actor=user.name,
        action="passages.searched",
        subject=mark[:MARK_SHOWN],
        details={"passages": len(passed)},
    )
    told = []
    for one in passed[:MOST_FOUND]:
        gate = book.by_word.get(one.gate, one.gate)
        feature = book.features.get(gate)
        passage = _told(context, one, shown=True)
        told.append(
            FoundPassageAnswer(
                **passage.model_dump(), gate=gate, name=gate if feature is None else feature.name
            )
        )
    return FoundAnswer(passages=tuple(told), more=len(passed) > MOST_FOUND)


@dataclass(frozen=True, slots=True)
class _Window:
    """Within which passages of a gate have to do with a fire, UTC."""

    from_at: datetime
    until_at: datetime
    out_until_at: datetime

    @classmethod
    def of(cls, gate: NearGate, first_seen_at: datetime, look_back: timedelta) -> "_Window":
        """Whoever came in had to get there before it was seen; whoever left may be on the way."""
        slowest, quickest = timedelta(seconds=gate.slowest_s), timedelta(seconds=gate.quickest_s)
        return cls(
            first_seen_at - look_back - slowest, first_seen_at - quickest, first_seen_at + slowest
        )


def _near(
    context: Context, gate: NearGate, book: GateBook, window: _Window, *, shown: bool
) -> NearGateAnswer:
    words, most = book.words(gate.feature.code), MOST_AT_A_GATE + 1
    passages = context.store.passages
    before = passages.between(words, window.from_at, window.until_at, most)
    later = passages.between(words, window.until_at, window.out_until_at, most)
    after = [one for one in later if one.way is Way.OUT and one.at > window.until_at]
    return NearGateAnswer(
        gate=gate.feature.code,
        name=gate.feature.name,
        lon_deg=gate.lon_deg,
        lat_deg=gate.lat_deg,
        distance_m=gate.distance_m,
        travel_s=gate.travel_s,
        by=gate.by,
        from_at=window.from_at,
        until_at=window.until_at,
        out_until_at=window.out_until_at,
        passages=tuple(
            _told(context, one, shown=shown)
            for one in (*after[:MOST_AT_A_GATE], *before[:MOST_AT_A_GATE])
        ),
        more=most in {len(before), len(later)},
    )


def _told(context: Context, passage: Passage, *, shown: bool) -> PassageAnswer:
    return PassageAnswer(
        passage_id=passage.passage_id,
        at=passage.at,
        way=passage.way,
        kind=passage.kind,
        mark8=passage.mark[:MARK_SHOWN],
        who=_opened(context, passage) if shown else None,
    )


def _opened(context: Context, passage: Passage) -> str | None:
    """The plate or code; None of a count, and where the key that sealed it is not there."""
    if not passage.sealed:
        return None
    try:
        return context.seal.open(passage.sealed)
    except (StoreDamaged, InputRefused):
        return None
