import asyncio
import logging
from contextlib import suppress
from types import SimpleNamespace

import pytest
from event_stream import Told, told_in
from hypothesis import given
from hypothesis import strategies as st
from tests_time import START

from api.auth.scope import ScopeBook
from api.feed import follow_events
from api.live import BATCH, LiveFeed, everything
from geo.land import LandBook
from models.clock import ManualClock
from models.errors import StoreDamaged
from models.events import Event, EventKind
from models.user import Role, User

WANG = User("wang", Role.VIEWER, "", must_change_password=False)


class Events:
    """The event rows of a store, in memory."""

    def __init__(self) -> None:
        self.rows: list[Event] = []
        self.failures = 0

    def add(self) -> None:
        # Gaps are allowed: a rolled-back transaction leaves one.
        sequence = (self.rows[-1].sequence if self.rows else 0) + 1 + len(self.rows) % 3
        self.rows.append(Event(sequence, EventKind.ALERT_OPENED, 1, START))

    def latest(self) -> int:
        if self.failures:
            self.failures -= 1
            raise StoreDamaged("Locked.")
        return self.rows[-1].sequence if self.rows else 0

    def after(self, sequence: int, limit: int) -> list[Event]:
        return [row for row in self.rows if row.sequence > sequence][:limit]


def feed_over(events: Events) -> LiveFeed:
    return LiveFeed(SimpleNamespace(events=events), ManualClock(START))  # type: ignore[arg-type]


async def take(feed: LiveFeed, after: int, count: int) -> list[Told]:
    taken: list[Told] = []
    async for event in told_in(feed.stream(after, lambda: everything)):
        taken.append(event)
        if len(taken) == count:
            break
    return taken


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.data())
def test_any_cut_loses_nothing_and_repeats_nothing(bursts: list[int], data: st.DataObject) -> None:
    """Changes come in bursts; the browser reads some, is cut off, resumes by its last id."""

    async def play() -> None:
        events, got, last = Events(), [], 0
        feed = feed_over(events)
        for burst in bursts:
            for _ in range(burst):
                events.add()
            unread = len(events.after(last, 1000))
            count = data.draw(st.integers(0, unread))
            if count:
                got += [int(event.id) for event in await take(feed, last, count)]
                last = got[-1]
        rest = len(events.after(last, 1000))
        if rest:
            got += [int(event.id) for event in await take(feed, last, rest)]
        assert got == [row.sequence for row in events.rows]

    asyncio.run(play())


def look(feed: LiveFeed) -> None:
    """What the watcher does twice a second."""
    newest, fresh = feed._read_new()
    if newest != feed._newest:
        feed._keep(newest, fresh)


class Browser:
    """Reads some and is cut, again and again."""

    def __init__(self, feed: LiveFeed, events: Events) -> None:
        self.feed, self.events = feed, events
        self.got: list[int] = []

    async def read(self, most: int) -> int:
        """As much as is to be had without waiting; how many."""
        last = self.got[-1] if self.got else 0
        in_memory = self.feed._tail_after is not None and last >= self.feed._tail_after
        there = self.feed._tail if in_memory else self.events.rows
        count = min(most, sum(row.sequence > last for row in there))
        if count:
            self.got += [int(one.id) for one in await take(self.feed, last, count)]
        return count


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 12)), max_size=25),
    st.integers(1, 12),
)
def test_any_cut_beside_the_watcher_loses_nothing_and_repeats_nothing(
    course: list[tuple[int, bool, int]], longest: int
) -> None:
    """Changes, looks of the watcher and reads of browsers that are cut, in any order.

    The tail in memory is shorter than some backlogs; one browser lags behind it, one keeps up.
    """

    events = Events()
    feed = feed_over(events)
    keen, slow = Browser(feed, events), Browser(feed, events)

    async def play() -> None:
        for changes, looks, count in course:
            for _ in range(changes):
                events.add()
            if looks:
                look(feed)
                assert len(feed._tail) <= longest
            await keen.read(100)
            await slow.read(count)
        look(feed)
        for browser in (keen, slow):
            while await browser.read(5):
                pass
            assert browser.got == [row.sequence for row in events.rows]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.live.TAIL", longest)
        asyncio.run(play())


def test_a_waiting_feed_is_woken_by_a_change_of_another_process() -> None:
    async def play() -> None:
        events = Events()
        feed = feed_over(events)
        watcher = asyncio.create_task(feed.run())
        waiting = asyncio.create_task(take(feed, 0, 1))
        await asyncio.sleep(0)
        events.add()
        (event,) = await asyncio.wait_for(waiting, 5)
        assert event.event == "alert.opened"
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher

    asyncio.run(play())


def test_a_quiet_feed_says_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.live.KEEP_ALIVE_S", 0.01)
    (event,) = asyncio.run(take(feed_over(Events()), 0, 1))
    assert event.comment == "alive"


def test_a_store_that_fails_for_a_moment_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        events = Events()
        events.failures = 3
        feed = feed_over(events)
        watcher = asyncio.create_task(feed.run())
        waiting = asyncio.create_task(take(feed, 0, 1))
        await asyncio.sleep(0)
        events.add()
        await asyncio.wait_for(waiting, 5)
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher

    with caplog.at_level(logging.ERROR):
        asyncio.run(play())
    assert "cannot read the store" in caplog.text


def test_a_long_backlog_comes_in_batches_and_whole() -> None:
    events = Events()
    for _ in range(2 * BATCH + 7):
        events.add()
    taken = asyncio.run(take(feed_over(events), 0, len(events.rows)))
    assert [int(event.id) for event in taken] == [row.sequence for row in events.rows]


@pytest.mark.parametrize(
    ("after", "last_event_id", "expected"),
    [
        (0, None, 1),
        (2, None, 3),
        (0, "1", 2),
        (0, "2", 3),
        (1, "junk", 2),
        (1, "-4", 2),
        (0, "", 1),
    ],
)
def test_a_browser_resumes_by_its_last_event_id(
    after: int, last_event_id: str | None, expected: int
) -> None:
    events = Events()
    events.rows = [Event(n, EventKind.ALERT_UPDATED, 1, START) for n in (1, 2, 3)]
    context = SimpleNamespace(
        feed=feed_over(events),
        auth=SimpleNamespace(asker=lambda *_: WANG),
        scopes=ScopeBook(),
        store=None,
        land_book=LandBook(),
    )
    request = SimpleNamespace(url=SimpleNamespace(path="/api/events"), headers={})

    async def first() -> Told:
        answer = await follow_events(None, request, context, after, last_event_id)  # type: ignore[arg-type]
        return await anext(told_in(answer.body_iterator))

    assert asyncio.run(first()).id == str(expected)
