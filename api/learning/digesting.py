"""Makes a night's digest: which places of which views alarmed falsely again and again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from detector.nuisances import (
    FalseAlarm,
    Obstacle,
    false_alarm_of,
    find_nuisances,
    obstacle_at,
    place_of,
)
from models.clock import Clock
from models.config import Settings
from models.incident import Incident
from models.judgement import judgement_of
from models.ledger import ViewPlace
from models.nuisance_digest import Digest, NuisanceProposal, NuisanceState
from models.store import Store

__all__ = ["make_digest", "night_of", "obstacle_to"]

_PAGE: Final = 200
_LATER: Final = timedelta(days=1)


def night_of(now: datetime, hour: int, zone: ZoneInfo) -> date:
    """The newest night whose digest is due: today's from the hour on, else yesterday's."""
    local = now.astimezone(zone)
    return local.date() if local.hour >= hour else local.date() - timedelta(days=1)


def make_digest(store: Store, clock: Clock, settings: Settings, night: date) -> Digest | None:
    """Look back from now, and keep what is found as the night's digest.

    Returns:
        The digest; None when somebody else kept one for this night meanwhile.
    """
    rule, zone, now = settings.learning, ZoneInfo(settings.time_zone), clock.now()
    since = now - timedelta(days=rule.look_back_days)
    cameras = {camera.camera_id for camera in store.cameras.all()}
    alarms: list[FalseAlarm] = []
    dismissed = confirmed = 0
    # Also what was raised while the clock stood later than it does now.
    for fire in _fires(store, since, now + _LATER):
        judgement = judgement_of(fire)
        mine = [one for one in fire.alerts if since <= one.opened_at < now + _LATER]
        if judgement is None:
            continue
        if judgement.is_fire:
            confirmed += len(mine)
            continue
        dismissed += len(mine)
        if judgement.reason is not None:
            found = [false_alarm_of(one, judgement.reason) for one in mine]
            alarms += [one for one in found if one is not None and one.place.camera_id in cameras]
    known = store.digests.known(since)
    waiting = [one for one in known if one.state is NuisanceState.OPEN]
    may_burn = _may_burn(
        store, {one.place.camera_id for one in alarms} | {one.camera_id for one in waiting}
    )
    ledger = store.ledger.unended(now)
    overtaken = [
        one.proposal_id
        for one in waiting
        if one.camera_id not in cameras
        or (
            isinstance(one.suggested.place, ViewPlace)
            and obstacle_at(
                one.suggested.place, _moments(one), may_burn, ledger, rule=rule, zone=zone
            )
        )
    ]
    drafts = find_nuisances(
        alarms, may_burn=may_burn, ledger=ledger, known=known, rule=rule, zone=zone, now=now
    )
    return store.digests.keep(
        night, drafts, dismissed=dismissed, confirmed=confirmed, overtaken=overtaken
    )


def obstacle_to(
    store: Store, clock: Clock, settings: Settings, proposal: NuisanceProposal
) -> Obstacle | None:
    """Why a proposal holds no longer, as of this moment; None while it does."""
    place = proposal.suggested.place
    assert isinstance(place, ViewPlace)  # noqa: S101 -- a digest proposes nothing else
    return obstacle_at(
        place,
        _moments(proposal),
        _may_burn(store, {proposal.camera_id}),
        store.ledger.unended(clock.now()),
        rule=settings.learning,
        zone=ZoneInfo(settings.time_zone),
    )


def _fires(store: Store, since: datetime, until: datetime) -> Iterator[Incident]:
    before: int | None = None
    while page := store.learning.fires(since, until, before=before, limit=_PAGE):
        yield from page
        before = page[-1].incident_id


def _may_burn(store: Store, cameras: set[str]) -> list[ViewPlace]:
    found = [place_of(alert) for alert in store.learning.not_dismissed(cameras)]
    return [place for place in found if place is not None]


def _moments(proposal: NuisanceProposal) -> list[datetime]:
    return [proposal.first_at, proposal.last_at]
