"""Whom to call: for a township, for a fire, and everybody who is on; and where nobody is."""

from collections.abc import Collection
from datetime import datetime

from api.context import Context
from api.duty.answers import GapAnswer, GapList, NowAnswer, OnDutyAnswer, PlaceAnswer
from api.duty.rights import reads, writes
from api.duty.villages import villages_of
from geo.land.shares import LEAST_PROBABILITY
from models.duty import DISTRICT, DutyPerson, Roster, Shift, gaps_in, ladder
from models.incident import Incident
from models.land import Layer
from models.user import User

__all__ = ["everybody", "gaps_of", "of_fire", "of_township"]

On = Collection[tuple[DutyPerson, Shift]]


def of_township(context: Context, township: str, village: str, at: datetime) -> NowAnswer:
    """Whom to call for a township.

    Args:
        context: of the application.
        township: code; :data:`models.duty.DISTRICT` for the duty room alone.
        village: code of the place's; empty for everybody of the township, its villages included.
        at: UTC.
    """
    roster = context.store.duty.roster(at, at)
    villages = {village} if village else _villages_in(roster, township)
    names = _names(context)
    place = _place(roster.on_at(at), township, names.get(township, ""), villages)
    return NowAnswer(at=at, places=(place,))


def everybody(context: Context, user: User, at: datetime) -> NowAnswer:
    """Who is on: the duty room, then every township that the asker may see, villages included.

    Args:
        context: of the application.
        user: who asks.
        at: UTC.
    """
    roster = context.store.duty.roster(at, at)
    on = roster.on_at(at)
    places = [_place(on, DISTRICT, "", ())]
    for code, name in _named(_names(context), roster).items():
        if writes(user, code):
            places.append(_place(on, code, name, _villages_in(roster, code)))
    return NowAnswer(at=at, places=tuple(places))


def of_fire(context: Context, user: User, incident: Incident, at: datetime) -> NowAnswer:
    """Whom to call for a fire: every township that it may lie in, by probability.

    Behind them comes the duty room, for what lies in no township that is known or has a direction
    only. Of townships that the asker does not see nothing is told.

    Args:
        context: of the application.
        user: who asks.
        incident: the fire.
        at: UTC.
    """
    found = context.places.of(incident, context.store.cameras.standpoints()).places
    index = context.land_book.refresh().index
    roster = context.store.duty.roster(at, at)
    on = roster.on_at(at)
    villages = villages_of(index, found) if found else frozenset()
    shares = index.townships(found)
    places = [
        _place(on, share.code, share.name, villages, share.probability)
        for share in shares
        if reads(user, share.code)
    ]
    elsewhere = 1.0 - sum(share.probability for share in shares)
    if elsewhere >= LEAST_PROBABILITY:
        places.append(_place(on, DISTRICT, "", (), elsewhere))
    return NowAnswer(at=at, places=tuple(places))


def gaps_of(context: Context, user: User, from_at: datetime, until_at: datetime) -> GapList:
    """Where nobody is on, in the townships that the asker may see; the span is UTC."""
    roster = context.store.duty.roster(from_at, until_at)
    names = _names(context)
    asked = names or _named(names, roster)
    mine = [code for code in asked if writes(user, code)]
    return GapList(
        townships_known=bool(names),
        gaps=tuple(
            GapAnswer.of(gap, asked[gap.township])
            for gap in gaps_in(roster, mine, from_at, until_at)
        ),
    )


def _place(
    on: On,
    township: str,
    name: str,
    villages: Collection[str],
    probability: float | None = None,
) -> PlaceAnswer:
    return PlaceAnswer(
        township=township,
        name=name,
        probability=probability,
        people=tuple(OnDutyAnswer.of(one) for one in ladder(on, township, villages)),
    )


def _names(context: Context) -> dict[str, str]:
    """Townships of the land by code."""
    features = context.land_book.refresh().features
    return {one.code: one.name for one in features if one.layer is Layer.TOWNSHIP}


def _named(names: dict[str, str], roster: Roster) -> dict[str, str]:
    """The same with those that only the roster has behind them, without names."""
    others = {one.draft.township for one in roster.people} - {DISTRICT}
    return names | dict.fromkeys(sorted(others - names.keys()), "")


def _villages_in(roster: Roster, township: str) -> frozenset[str]:
    drafts = (one.draft for one in roster.people)
    return frozenset(one.village for one in drafts if one.township == township and one.village)
