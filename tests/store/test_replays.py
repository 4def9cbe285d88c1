"""Replays in the store: asked for, played once, and never lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import ManualClock
from models.detection import ModelReference
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.footage import FootageKind, Truth
from models.footage_library import FootageDraft, FootageResult, FootageState
from models.replay_run import (
    PlayedFootage,
    ReplayDraft,
    ReplayHeadline,
    ReplayProgress,
    ReplayState,
)
from models.store import Store
from models.store.replay_rows import MOST_DRILLS, MOST_FOOTAGE, MOST_SEED
from models.store.replays import MOST_WAITING

MODEL = ModelReference("m", "1", "b" * 64)
DRILL = ReplayDraft("秋天", (), drill_fires=2, drill_seed=0, model="m")
HEADLINE = ReplayHeadline("c" * 64, 1, 2, 0, 0.0, None, 1)
PROGRESS = ReplayProgress(2, 1, 30, 60, 2.5, 12.0)


def recording(store: Store, letter: str = "a", *, ready: bool = True) -> PlayedFootage:
    draft = FootageDraft(f"{letter}.mp4", FootageKind.VIDEO, letter * 64, 9)
    kept, _ = store.footage.add(draft, author="m")
    if ready:
        assert store.footage.finish(kept.footage_id, FootageResult(FootageState.READY))
    return PlayedFootage(kept.footage_id, draft.name, draft.sha256, 0)


def heard(store: Store) -> list[int]:
    events = store.events.after(0)
    return [one.subject_id for one in events if one.kind is EventKind.REPLAY_CHANGED]


def test_a_replay_is_asked_for_begun_told_of_and_done(store: Store, clock: ManualClock) -> None:
    one = recording(store)
    store.footage.put_truth(one.footage_id, Truth(), base=0, author="m")
    draft = ReplayDraft(
        "autumn", (replace(one, truth_version=1),), 3, MOST_SEED, "m", 4, 0.5, gate_id=7
    )
    asked = store.replays.ask(draft, author="m")
    assert (asked.draft, asked.state, asked.author) == (draft, ReplayState.QUEUED, "m")
    assert asked.progress == ReplayProgress(recordings=4)
    assert store.replays.next_open() == asked
    clock.advance(5.0)
    assert store.replays.begin(asked.run_id, MODEL)
    clock.advance(5.0)
    assert store.replays.begin(asked.run_id, MODEL), "after a restart"
    assert store.replays.further(asked.run_id, PROGRESS)
    played = store.replays.get(asked.run_id)
    assert (played.state, played.progress, played.model) == (ReplayState.RUNNING, PROGRESS, MODEL)
    assert played.started_at is not None
    assert (played.started_at - played.asked_at).total_seconds() == 5.0, "as it was begun first"
    assert store.replays.finish(asked.run_id, HEADLINE)
    done = store.replays.get(asked.run_id)
    assert (done.state, done.headline, done.ended_at) == (ReplayState.DONE, HEADLINE, clock.now())
    assert (done.progress.finished, done.progress.left_s) == (2, None)
    assert store.replays.next_open() is None
    assert heard(store) == [asked.run_id] * 5
    assert [one.action for one in store.audit.entries(1)] == ["replay.asked"]
    store.audit.verify()


def test_what_has_ended_is_ended_once(store: Store) -> None:
    number = store.replays.ask(DRILL, author="m").run_id
    assert not store.replays.finish(number, HEADLINE), "it was not begun"
    assert not store.replays.further(number, PROGRESS)
    assert store.replays.begin(number, MODEL)
    cancelled = store.replays.cancel(number, author="n")
    assert (cancelled.state, cancelled.ended_by) == (ReplayState.CANCELLED, "n")
    assert not store.replays.begin(number, MODEL)
    assert not store.replays.further(number, PROGRESS)
    assert not store.replays.finish(number, HEADLINE)
    assert not store.replays.refuse(number, code="x", message="y")
    with pytest.raises(Conflict) as refused:
        store.replays.cancel(number, author="n")
    assert refused.value.code == "replay_ended"
    assert store.replays.get(number) == cancelled


def test_one_that_was_refused_goes_on_when_a_person_says_so(
    store: Store, clock: ManualClock
) -> None:
    number = store.replays.ask(DRILL, author="m").run_id
    store.replays.begin(number, MODEL)
    assert store.replays.refuse(number, code="storage_full", message="x" * 9_999, remedy="room")
    refused = store.replays.get(number)
    assert (refused.code, len(refused.message), refused.remedy) == ("storage_full", 2_000, "room")
    clock.advance(60.0)
    again = store.replays.resume(number, author="n")
    assert (again.state, again.code, again.message) == (ReplayState.QUEUED, "", "")
    assert (again.ended_at, again.started_at) == (None, refused.started_at)
    assert store.replays.begin(number, MODEL)
    for _ in range(2):
        with pytest.raises(Conflict) as not_now:
            store.replays.resume(number, author="n")
        assert not_now.value.code == "replay_state"
        store.replays.finish(number, HEADLINE)
    assert [one.action for one in store.audit.entries(2)] == ["replay.resumed", "replay.asked"]


def test_what_was_begun_goes_before_what_waits_longer(store: Store) -> None:
    first, second = (store.replays.ask(DRILL, author="m").run_id for _ in range(2))
    store.replays.begin(second, MODEL)
    found = store.replays.next_open()
    assert found is not None
    assert found.run_id == second
    store.replays.cancel(second, author="m")
    found = store.replays.next_open()
    assert found is not None
    assert found.run_id == first


def test_pages_follow_each_other_and_can_be_of_a_gate(store: Store) -> None:
    of_gate = replace(DRILL, gate_id=0)
    numbers = [store.replays.ask(one, author="m").run_id for one in (DRILL, of_gate, DRILL)]

    def told(**query: int) -> list[int]:
        return [one.run_id for one in store.replays.page(**query)]

    assert told() == numbers[::-1]
    assert told(limit=2) == [numbers[2], numbers[1]]
    assert told(before=numbers[1]) == [numbers[0]]
    assert told(gate_id=0) == [numbers[1]], "zero is a value"
    assert told(before=2**80) == numbers[::-1]


def test_only_what_has_ended_is_removed_and_what_a_release_rests_on_never(store: Store) -> None:
    number = store.replays.ask(DRILL, author="m").run_id
    with pytest.raises(Conflict) as refused:
        store.replays.remove(number, author="a")
    assert refused.value.code == "replay_active"
    store.replays.cancel(number, author="m")
    assert store.replays.remove(number, author="a").run_id == number
    for ask in (store.replays.get, lambda one: store.replays.remove(one, author="a")):
        with pytest.raises(NotFound) as gone:
            ask(number)
        assert gone.value.code == "no_such_replay"
    assert store.replays.page() == []
    assert store.audit.entries(1)[0].action == "replay.removed"
    gate = store.replays.ask(replace(DRILL, gate_id=1), author="m").run_id
    store.replays.begin(gate, MODEL)
    store.replays.finish(gate, HEADLINE)
    with pytest.raises(Conflict) as kept:
        store.replays.remove(gate, author="a")
    assert kept.value.code == "replay_of_gate"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "replay_name"),
        ({"name": " a"}, "replay_name"),
        ({"name": "a" * 121}, "replay_name"),
        ({"name": "a\nb"}, "replay_name"),
        ({"model": ""}, "replay_model"),
        ({"drill_fires": 0}, "replay_empty"),
        ({"drill_fires": -1}, "replay_drill"),
        ({"drill_fires": MOST_DRILLS + 1}, "replay_drill"),
        ({"drill_seed": -1}, "replay_drill"),
        ({"drill_seed": MOST_SEED + 1}, "replay_drill"),
        ({"every": 0}, "replay_sampling"),
        ({"fps": 0.0}, "replay_sampling"),
        ({"fps": float("nan")}, "replay_sampling"),
        ({"fps": float("inf")}, "replay_sampling"),
    ],
)
def test_what_cannot_be_played_is_refused(
    store: Store, change: dict[str, object], code: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        store.replays.ask(replace(DRILL, **change), author="m")  # type: ignore[arg-type]
    assert refused.value.code == code
    with pytest.raises(InputRefused) as nobody:
        store.replays.ask(DRILL, author=" ")
    assert nobody.value.code == "author_missing"
    assert store.replays.page() == []


def test_recordings_are_there_ready_each_once_and_with_a_truth_that_was_said(store: Store) -> None:
    one, waits = recording(store), recording(store, "b", ready=False)
    other = recording(store, "c")

    def refusal(*footage: PlayedFootage) -> str:
        with pytest.raises((InputRefused, NotFound, Conflict)) as refused:
            store.replays.ask(replace(DRILL, footage=footage), author="m")
        return refused.value.code

    assert refusal(one, one) == "replay_footage"
    assert refusal(one, replace(other, name=one.name)) == "replay_footage"
    many = (replace(one, footage_id=at, name=str(at)) for at in range(MOST_FOOTAGE + 1))
    assert refusal(*many) == "replay_footage"
    assert refusal(one, waits) == "footage_not_ready"
    assert refusal(replace(one, footage_id=2**80)) == "no_such_footage"
    assert refusal(replace(one, truth_version=1)) == "replay_footage"
    store.footage.remove(other.footage_id, author="m")
    assert refusal(one, other) == "no_such_footage"


def test_too_many_do_not_wait(store: Store) -> None:
    numbers = [store.replays.ask(DRILL, author="m").run_id for _ in range(MOST_WAITING)]
    with pytest.raises(Conflict) as refused:
        store.replays.ask(DRILL, author="m")
    assert refused.value.code == "replays_busy"
    store.replays.cancel(numbers[0], author="m")
    store.replays.ask(DRILL, author="m")
    with pytest.raises(Conflict) as again:
        store.replays.resume(numbers[0], author="m")
    assert again.value.code == "replays_busy"


def test_what_was_begun_is_still_begun_after_a_restart(
    reopen: Callable[[], Store],
) -> None:
    store = reopen()
    number = store.replays.ask(DRILL, author="m").run_id
    store.replays.begin(number, MODEL)
    store.replays.further(number, PROGRESS)
    found = reopen().replays.next_open()
    assert found is not None
    assert (found.run_id, found.state) == (number, ReplayState.RUNNING)
    assert (found.progress, found.model) == (PROGRESS, MODEL)


DEEDS = st.lists(
    st.sampled_from(["begin", "further", "finish", "refuse", "cancel", "resume", "remove"]),
    max_size=12,
)
AFTER = {
    ("queued", "begin"): "running",
    ("queued", "refuse"): "refused",
    ("queued", "cancel"): "cancelled",
    ("running", "begin"): "running",
    ("running", "further"): "running",
    ("running", "finish"): "done",
    ("running", "refuse"): "refused",
    ("running", "cancel"): "cancelled",
    ("refused", "resume"): "queued",
    ("cancelled", "resume"): "queued",
    ("done", "remove"): "removed",
    ("refused", "remove"): "removed",
    ("cancelled", "remove"): "removed",
}
"""All that can happen; everything else changes nothing."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_nothing_happens_that_may_not_follow(store: Store, deeds: list[str]) -> None:
    number, state = store.replays.ask(DRILL, author="m").run_id, "queued"
    does: dict[str, Callable[[], object]] = {
        "begin": lambda: store.replays.begin(number, MODEL),
        "further": lambda: store.replays.further(number, PROGRESS),
        "finish": lambda: store.replays.finish(number, HEADLINE),
        "refuse": lambda: store.replays.refuse(number, code="x", message="y"),
        "cancel": lambda: store.replays.cancel(number, author="m"),
        "resume": lambda: store.replays.resume(number, author="m"),
        "remove": lambda: store.replays.remove(number, author="m"),
    }
    for deed in deeds:
        before = len(heard(store))
        after = AFTER.get((state, deed))
        try:
            done = does[deed]() is not False
        except (Conflict, NotFound):
            done = False
        assert done is (after is not None), (state, deed)
        assert len(heard(store)) - before == (1 if done else 0)
        state = after or state
    if state == "removed":
        return
    assert store.replays.get(number).state == state
    if state in {"queued", "running"}:
        store.replays.cancel(number, author="m")  # for the next example
