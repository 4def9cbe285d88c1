"""Pages of handovers: two people sign, and what they signed stays as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound, NotPermitted, WatchError
from models.events import EventKind
from models.handover import Handover, HandoverItem, HandoverSection
from models.store import Store

START = datetime(2026, 11, 25, 3, 0, 0, 123457, tzinfo=UTC)  # of the clock
HOUR = timedelta(hours=1)
FROM = START - 12 * HOUR
ITEMS = (
    HandoverItem(HandoverSection.FIRES, "7", FROM, None, "open", "石壕镇、万隆镇", is_drill=True),
    HandoverItem(HandoverSection.ORDERS, "3", START, None, "seen", "石壕镇", 0.0),
    HandoverItem(HandoverSection.BURNS, "1", START, START + HOUR, "coming", "张三", 200.0),
    HandoverItem(HandoverSection.WEATHER, "wind_speed_m_s", state="unknown"),
)


def given_page(store: Store, until_at: datetime = START, *, author: str = "li") -> Handover:
    last = store.handovers.last()
    from_at = FROM if last is None else last.until_at
    return store.handovers.give(from_at, until_at, ITEMS, "二号塔镜头有水", author=author)


def refused(kind: type[WatchError], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        act()
    return caught.value.code


def deeds(store: Store) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (one.actor, one.action, one.subject, dict(one.details))
        for one in reversed(store.audit.entries(limit=1000, noun="handover"))
    ]


def told(store: Store) -> list[int]:
    return [
        one.subject_id for one in store.events.after(0) if one.kind is EventKind.HANDOVER_CHANGED
    ]


def test_a_page_is_signed_by_both_and_comes_back_after_a_restart(
    store: Store, reopen: Callable[[], Store], clock: ManualClock
) -> None:
    assert store.handovers.last() is None
    assert (store.handovers.page(), store.handovers.untaken()) == ([], 0)
    page = given_page(store)
    assert page == Handover(1, FROM, START, ITEMS, "二号塔镜头有水", "li", clock.now())
    assert (store.handovers.last(), store.handovers.untaken()) == (page, 1)
    clock.advance(90.0)
    taken = store.handovers.take(1, author="wang", remark="已知悉")
    assert taken == replace(page, taken_by="wang", taken_at=clock.now(), taken_remark="已知悉")
    assert store.handovers.untaken() == 0
    store.close()
    again = reopen()
    assert again.handovers.get(1) == again.handovers.last() == taken
    assert deeds(again) == [
        ("li", "handover.given", "1", {"items": 4}),
        ("wang", "handover.taken", "1", {"giver": "li"}),
    ]
    assert told(again) == [1, 1]
    again.close()


def test_whose_session_a_password_was_given_in_is_in_the_log(store: Store) -> None:
    given_page(store)
    store.handovers.take(1, author="wang", remark="", session_of="li")
    assert deeds(store)[-1] == ("wang", "handover.taken", "1", {"giver": "li", "session": "li"})


def test_nobody_signs_twice_and_nobody_for_themselves(store: Store, clock: ManualClock) -> None:
    given_page(store)
    take = store.handovers.take
    assert refused(NotPermitted, lambda: take(1, author="li", remark="")) == "handover_same_person"
    assert store.handovers.untaken() == 1
    taken = take(1, author="wang", remark="")
    clock.advance(60.0)
    for author in ("wang", "zhao", "li"):
        again = refused(Conflict, lambda by=author: take(1, author=by, remark="again"))  # type: ignore[misc]
        assert again == "handover_taken"
    assert store.handovers.get(1) == taken
    assert len(deeds(store)) == 2
    assert told(store) == [1, 1]


def test_what_cannot_be_signed_leaves_nothing_behind(store: Store) -> None:
    def give(
        remark: str = "", author: str = "li", from_at: datetime = FROM
    ) -> Callable[[], object]:
        return lambda: store.handovers.give(from_at, START, ITEMS, remark, author=author)

    assert refused(InputRefused, give(author=" ")) == "author_missing"
    assert refused(InputRefused, give("x" * 4001)) == "handover_remark"
    assert refused(InputRefused, give("a\0b")) == "handover_remark"
    late = START + timedelta(microseconds=1)
    assert refused(InputRefused, give(from_at=late)) == "handover_span"
    assert store.handovers.last() is None
    assert deeds(store) == []
    store.handovers.give(START, START, (), "x" * 4000, author="li")  # as short as can be
    take = store.handovers.take
    assert refused(InputRefused, lambda: take(1, author="", remark="")) == "author_missing"
    assert refused(InputRefused, lambda: take(1, author="w", remark="\0")) == "handover_remark"
    assert store.handovers.untaken() == 1


@pytest.mark.parametrize("number", [0, -1, 2, 2**63, 2**80])
def test_a_page_that_is_not_there_is_not_found(store: Store, number: int) -> None:
    given_page(store)
    assert refused(NotFound, lambda: store.handovers.get(number)) == "not_found"
    absent = refused(NotFound, lambda: store.handovers.take(number, author="w", remark=""))
    assert absent == "not_found"


def test_two_who_hand_over_the_same_shift_at_once_sign_one_page(store: Store) -> None:
    first = given_page(store, START)
    for until_at in (START, START + HOUR):
        # Drafted before the first was signed: it would tell the same hours a second time.
        meanwhile = refused(
            Conflict,
            lambda end=until_at: store.handovers.give(FROM, end, ITEMS, "", author="zhao"),  # type: ignore[misc]
        )
        assert meanwhile == "handover_given"
    assert store.handovers.page() == [first]
    after = store.handovers.give(START, START + HOUR, (), "", author="zhao")
    assert store.handovers.page() == [after, first]


def test_a_clock_that_was_set_back_bars_nobody(store: Store, clock: ManualClock) -> None:
    given_page(store, START)
    clock.set_wall(-3 * HOUR)
    now = clock.now()
    page = store.handovers.give(now, now, ITEMS, "", author="zhao")
    assert store.handovers.last() == page


def test_pages_are_read_newest_first_part_by_part(store: Store) -> None:
    pages = [given_page(store, START + HOUR * number) for number in range(5)][::-1]
    assert store.handovers.page() == pages
    assert store.handovers.page(limit=2) == pages[:2]
    assert store.handovers.page(before=pages[1].handover_id, limit=2) == pages[2:4]
    assert store.handovers.page(before=1) == []


_SIGNING = st.lists(
    st.tuples(
        st.sampled_from(["give", "take"]),
        st.sampled_from(["li", "wang", "zhao"]),
        st.integers(1, 4),
        st.integers(0, 90),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(steps=_SIGNING)
def test_signing_is_as_a_sheet_of_paper_has_it(
    steps: list[tuple[str, str, int, int]],
) -> None:
    """Against a list of dictionaries that knows nothing of tables."""
    with TemporaryDirectory() as folder:
        clock = ManualClock(START)
        store = Store.open(f"sqlite:///{Path(folder) / 'firewatch.db'}", clock=clock)
        sheets: list[dict[str, object]] = []
        for what, who, number, minutes in steps:
            clock.advance(60.0 * minutes)
            if what == "give":
                given_page(store, clock.now(), author=who)
                sheets.append({"given_by": who, "given_at": clock.now(), "taken_by": ""})
                continue
            free = number <= len(sheets) and not sheets[number - 1]["taken_by"]
            if free and sheets[number - 1]["given_by"] != who:
                store.handovers.take(number, author=who, remark=who)
                sheets[number - 1] |= {"taken_by": who, "taken_at": clock.now()}
            else:
                with pytest.raises((Conflict, NotFound, NotPermitted)):
                    store.handovers.take(number, author=who, remark=who)
        found = store.handovers.page()[::-1]
        for page, sheet in zip(found, sheets, strict=True):
            assert {name: getattr(page, name) for name in sheet} == sheet
            assert page.items == ITEMS
        for earlier, later in pairwise(found):
            assert later.from_at == earlier.until_at, "no hour is told twice, and none is left out"
        assert store.handovers.untaken() == sum(not sheet["taken_by"] for sheet in sheets)
        assert len(deeds(store)) == len(told(store))
        store.close()
