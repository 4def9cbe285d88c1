"""Places that alarm falsely: found in any order, never wider than a plume, never where it burnt."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.nuisances import (
    STANDING_REASONS,
    FalseAlarm,
    Obstacle,
    find_nuisances,
    obstacle_at,
)
from models.config import LearningRule
from models.incident import RETIRED_REASONS, DismissReason
from models.ledger import EntryKind, GroundPlace, LedgerDraft, LedgerEntry, ViewPlace, check_entry
from models.nuisance_digest import NuisanceDraft, NuisanceProposal, NuisanceState
from models.times import ALWAYS, Times

NOW = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)  # 3:00 of the 26th in China
ZONE = ZoneInfo("Asia/Shanghai")
RULE = LearningRule(least_alarms=3, least_days=2)
CHIMNEY = ViewPlace("cam-1", 0, 0.50, 0.40, 0.54, 0.46)


def alarm(
    number: int,
    place: ViewPlace = CHIMNEY,
    *,
    hours_ago: float | None = None,
    reason: DismissReason = DismissReason.CHIMNEY,
) -> FalseAlarm:
    ago = timedelta(hours=24.0 * number if hours_ago is None else hours_ago)
    at = NOW - ago
    return FalseAlarm(number, place, reason, at, at - timedelta(minutes=2), at)


def moved(place: ViewPlace, x: float = 0.0, y: float = 0.0, times: float = 1.0) -> ViewPlace:
    """The place elsewhere, its sides so many times as long about the middle of its foot."""
    middle = (place.x_min + place.x_max) / 2.0 + x
    half = (place.x_max - place.x_min) / 2.0 * times
    foot, high = place.y_max + y, (place.y_max - place.y_min) * times
    return replace(place, x_min=middle - half, x_max=middle + half, y_min=foot - high, y_max=foot)


def entry(place: ViewPlace | GroundPlace, **changes: object) -> LedgerEntry:
    draft = LedgerDraft(
        EntryKind.NUISANCE,
        place,
        NOW - timedelta(days=1),
        NOW + timedelta(days=7),
        ALWAYS,
        DismissReason.CHIMNEY,
        "",
        "",
    )
    return LedgerEntry(5, replace(draft, **changes), "zhang", NOW)  # type: ignore[arg-type]


def found(
    alarms: list[FalseAlarm],
    *,
    may_burn: tuple[ViewPlace, ...] = (),
    ledger: tuple[LedgerEntry, ...] = (),
    known: tuple[NuisanceProposal, ...] = (),
    rule: LearningRule = RULE,
) -> list[NuisanceDraft]:
    return find_nuisances(
        alarms, may_burn=may_burn, ledger=ledger, known=known, rule=rule, zone=ZONE, now=NOW
    )


def proposal(state: NuisanceState, decided_at: datetime | None, at: ViewPlace) -> NuisanceProposal:
    (draft,) = found([alarm(number, at) for number in (1, 2, 3)])
    values = {name: getattr(draft, name) for name in NuisanceDraft.__slots__}
    by = "" if decided_at is None else "li"
    return NuisanceProposal(
        1, NOW.date(), **values, state=state, decided_by=by, decided_at=decided_at
    )


def test_what_alarms_again_and_again_is_proposed_for_a_time() -> None:
    (draft,) = found([alarm(3), alarm(1), alarm(2)])
    assert (draft.camera_id, draft.preset, draft.reason) == ("cam-1", 0, DismissReason.CHIMNEY)
    assert (draft.alert_ids, draft.days) == ((1, 2, 3), 3)
    assert (draft.first_at, draft.last_at) == (NOW - timedelta(days=3), NOW - timedelta(days=1))
    suggested = draft.suggested
    assert suggested.place == CHIMNEY
    assert (suggested.from_at, suggested.until_at) == (NOW, NOW + timedelta(days=14))
    check_entry(suggested)


def test_too_few_alarms_or_days_are_no_proposal() -> None:
    assert found([alarm(1), alarm(2)]) == []
    same_day = [alarm(number, hours_ago=30.0 + number / 10.0) for number in (1, 2, 3)]
    assert found(same_day) == []
    assert len(found(same_day, rule=RULE.model_copy(update={"least_days": 1}))) == 1


def test_views_and_places_are_proposed_apart() -> None:
    elsewhere = moved(CHIMNEY, x=-0.3)
    other_view = replace(CHIMNEY, preset=2)
    places = (CHIMNEY, elsewhere, other_view)
    alarms = [
        alarm(3 * at + n, place, hours_ago=24.0 * n)
        for at, place in enumerate(places)
        for n in (1, 2, 3)
    ]
    assert [(one.preset, one.alert_ids) for one in found(alarms)] == [
        (0, (1, 2, 3)),
        (0, (4, 5, 6)),
        (2, (7, 8, 9)),
    ]


def test_what_an_entry_would_not_hold_does_not_belong() -> None:
    """A plume of twice the area, or that stands further off than its size, is another thing."""
    large = moved(CHIMNEY, times=1.5)
    beside = moved(CHIMNEY, x=0.05)
    alarms = [alarm(1), alarm(2), alarm(3, large), alarm(4, beside)]
    assert found(alarms) == []
    (draft,) = found([*alarms, alarm(5)])
    assert draft.alert_ids == (1, 2, 5)


def test_a_row_of_boxes_is_no_place() -> None:
    """What drifts through the view, each near the one before, is not held by one wide box."""
    drifting = [alarm(n, moved(CHIMNEY, x=-0.2 + 0.03 * n)) for n in range(1, 11)]
    for draft in found(drifting):
        place = draft.suggested.place
        assert isinstance(place, ViewPlace)
        assert place.x_max - place.x_min == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("fire", "is_near"),
    [
        (CHIMNEY, True),
        (moved(CHIMNEY, x=0.09), True),
        (moved(CHIMNEY, times=20.0), True),
        (moved(CHIMNEY, x=0.3), False),
        (replace(CHIMNEY, preset=1), False),
    ],
    ids=["there", "near", "over it", "far", "other view"],
)
def test_never_where_it_burnt_or_may_burn(fire: ViewPlace, is_near: bool) -> None:  # noqa: FBT001
    alarms = [alarm(n) for n in (1, 2, 3)]
    assert (found(alarms, may_burn=(fire,)) == []) is is_near
    assert (
        obstacle_at(CHIMNEY, [NOW], [fire], [], rule=RULE, zone=ZONE) is Obstacle.FIRE
    ) is is_near


@pytest.mark.parametrize(
    ("known", "is_covered"),
    [
        (entry(CHIMNEY), True),
        (entry(moved(CHIMNEY, x=0.3)), False),
        (entry(GroundPlace(106.0, 29.0, 50.0)), False),
        (entry(CHIMNEY, times=Times(2 * 60, 4 * 60)), True),
        (entry(CHIMNEY, times=Times(4 * 60, 6 * 60)), False),
        (entry(CHIMNEY, kind=EntryKind.BURN), False),
    ],
    ids=["there", "elsewhere", "ground", "its hours", "other hours", "burn"],
)
def test_what_the_ledger_covers_is_not_proposed(known: LedgerEntry, is_covered: bool) -> None:  # noqa: FBT001
    alarms = [alarm(n) for n in (1, 2, 3)]
    assert (found(alarms, ledger=(known,)) == []) is is_covered


def test_while_a_proposal_waits_there_is_no_second_one() -> None:
    waits = proposal(NuisanceState.OPEN, None, CHIMNEY)
    assert found([alarm(n) for n in range(1, 9)], known=(waits,)) == []
    elsewhere = [alarm(n, moved(CHIMNEY, x=0.3)) for n in (1, 2, 3)]
    assert len(found(elsewhere, known=(waits,))) == 1


@pytest.mark.parametrize("state", [NuisanceState.DECLINED, NuisanceState.ACCEPTED])
def test_what_was_decided_is_not_brought_again_by_the_same_alarms(state: NuisanceState) -> None:
    decided = proposal(state, NOW - timedelta(days=3, hours=12), CHIMNEY)
    old = [alarm(n) for n in (4, 5, 6, 7)]
    assert found(old, known=(decided,)) == []
    assert found([*old, alarm(1), alarm(2)], known=(decided,)) == []
    (draft,) = found([*old, alarm(1), alarm(2), alarm(3)], known=(decided,))
    assert draft.alert_ids == (1, 2, 3), "it alarmed again as often since"


@pytest.mark.parametrize(
    ("local_hours", "times"),
    [
        ((6.5, 7.0, 7.2), Times(6 * 60, 8 * 60)),
        ((23.5, 0.5, 1.0), Times(23 * 60, 2 * 60)),
        ((6.0, 10.0, 15.0), ALWAYS),
        ((12.0, 12.0, 12.0), Times(11 * 60 + 30, 13 * 60)),
    ],
    ids=["morning", "over midnight", "all day", "noon"],
)
def test_hours_are_proposed_where_all_alarms_lie_in_them(
    local_hours: tuple[float, ...], times: Times
) -> None:
    midnight = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # of the 21st in China
    alarms = []
    for number, hour in enumerate(local_hours):
        at = midnight + timedelta(days=number, hours=hour)
        alarms.append(replace(alarm(number + 1), first_seen_at=at, captured_at=at, raised_at=at))
    (draft,) = found(alarms)
    assert draft.suggested.times == times


def test_the_reason_is_what_most_said() -> None:
    reasons = (DismissReason.STEAM, DismissReason.CHIMNEY, DismissReason.STEAM)
    (draft,) = found([alarm(n + 1, reason=reason) for n, reason in enumerate(reasons)])
    assert draft.reason is draft.suggested.reason is DismissReason.STEAM


def test_weather_and_what_burns_are_of_no_place() -> None:
    never = {
        *RETIRED_REASONS,
        DismissReason.FOG,
        DismissReason.HAZE,
        DismissReason.LOW_CLOUD,
        DismissReason.HIGH_CLOUD,
        DismissReason.RAIN,
        DismissReason.SNOW,
        DismissReason.SKY,
        DismissReason.DARK,
        DismissReason.TRAIL,
        DismissReason.LENS_FLARE,
        DismissReason.CAMERA_FAULT,
        DismissReason.FIREWORKS,
        DismissReason.OFFERING,
        DismissReason.FIELD_BURN,
        DismissReason.REGISTERED_BURN,
        DismissReason.DRILL,
        DismissReason.MISTAKE,
    }
    assert set(DismissReason) - never == STANDING_REASONS


SHARES = st.floats(0.0, 0.9)
PLACES = st.builds(
    lambda camera, preset, x, y, w, h: ViewPlace(camera, preset, x, y, x + w, y + h),
    st.sampled_from(["cam-1", "cam-2"]),
    st.integers(0, 1),
    SHARES,
    SHARES,
    st.floats(0.01, 0.1),
    st.floats(0.01, 0.1),
)


@st.composite
def heaps(draw: st.DrawFn) -> list[FalseAlarm]:
    """Alarms about a few places, in a fortnight."""
    places = draw(st.lists(PLACES, min_size=1, max_size=3))
    alarms = []
    for number in range(draw(st.integers(0, 16))):
        place = draw(st.sampled_from(places))
        shift = draw(st.floats(-0.01, 0.01))
        times = draw(st.floats(0.7, 1.3))
        at = moved(place, x=shift, times=times)
        hours = draw(st.floats(0.0, 14 * 24.0))
        alarms.append(alarm(number + 1, at, hours_ago=hours))
    return alarms


@settings(max_examples=60, deadline=None)
@given(heaps(), st.lists(PLACES, max_size=3), st.integers(0, 2**32))
def test_whatever_comes_each_proposal_holds_what_it_says(
    alarms: list[FalseAlarm], may_burn: list[ViewPlace], seed: int
) -> None:
    drafts = found(alarms, may_burn=tuple(may_burn))
    shuffled = alarms.copy()
    random.Random(seed).shuffle(shuffled)
    assert found(shuffled, may_burn=tuple(may_burn)) == drafts, "in any order"
    by_number = {one.alert_id: one for one in alarms}
    used = [number for draft in drafts for number in draft.alert_ids]
    assert len(used) == len(set(used)), "each alarm counts once"
    for draft in drafts:
        suggested, members = draft.suggested, [by_number[number] for number in draft.alert_ids]
        assert all(first < second for first, second in pairwise(draft.alert_ids))
        assert len(members) >= RULE.least_alarms
        assert RULE.least_days <= draft.days <= len(members)
        assert suggested.place in [one.place for one in members], "the box of one of them"
        for one in members:
            assert (one.place.camera_id, one.place.preset) == (draft.camera_id, draft.preset)
            assert suggested.times.cover(one.captured_at, ZONE)
            assert suggested.times.cover(one.first_seen_at, ZONE)
        assert suggested.until_at - suggested.from_at == timedelta(days=RULE.lasts_days)
        assert isinstance(suggested.place, ViewPlace)
        assert obstacle_at(suggested.place, [NOW], may_burn, [], rule=RULE, zone=ZONE) is None, (
            "never where it may burn"
        )
    again = tuple(
        NuisanceProposal(
            at,
            NOW.date(),
            **{name: getattr(draft, name) for name in NuisanceDraft.__slots__},
            state=NuisanceState.DECLINED,
            decided_by="li",
            decided_at=NOW,
        )
        for at, draft in enumerate(drafts)
    )
    left = {number for draft in found(alarms, known=again) for number in draft.alert_ids}
    assert not left & set(used), "what was declined stays declined"
