from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from models.audit import SYSTEM
from models.clock import ManualClock
from models.crossing import Report
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.heat_event import HeatEvent, HeatReason
from models.heat_look import HeatLook, LookState, NoFireReason, TowerView
from models.incident import Link, LinkReason
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store import Store
from models.store.heat_look_rows import KeptWatch, LookDraft
from models.thermal import HotSpot

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = Position(106.5, 29.5, 0.0, HeightDatum.GROUND)
SPOT = HotSpot(10, 20, 14, 24, 12, 186.5, 12, 22, 21.25, 0.5)
TOWERS = (TowerView("t1", 0.0, -1.5, 900.0, None, can_turn=True),)


def draft(clock: ManualClock, number: int = 1, frame_id: int = 7, node_id: str = "n1") -> LookDraft:
    now = clock.now()
    event = HeatEvent(
        number,
        now - timedelta(minutes=3),
        now,
        4,
        SPOT,
        186.5,
        2.25,
        ((HeatReason.HOT, 4.0), (HeatReason.HABIT, -0.0)),
        is_due=True,
    )
    return LookDraft(node_id, event, frame_id, PLACE, 20.0, TOWERS)


def told(look: HeatLook) -> ObservationDraft:
    witness = Report(look.position, look.sigma_m)
    return ObservationDraft(ObservationSource.NODE, witness, look.event.last_at, look.node_id)


def opened(store: Store, clock: ManualClock, **changes: object) -> HeatLook:
    look, is_new = store.heat_looks.open(replace(draft(clock), **changes))  # type: ignore[arg-type]
    assert is_new
    return look


def test_the_same_heat_of_the_same_frame_proposes_once(store: Store, clock: ManualClock) -> None:
    wanted = draft(clock)
    look, is_new = store.heat_looks.open(wanted)
    assert is_new
    assert (look.event, look.position, look.towers) == (wanted.event, PLACE, TOWERS)
    assert (look.state, look.decided_at, look.incident_id) == (LookState.OPEN, None, None)
    store.heat_looks.dismiss(look.look_id, NoFireReason.STOVE, author="m")
    again, is_new = store.heat_looks.open(wanted)
    assert (again.state, is_new) == (LookState.NO_FIRE, False)
    assert store.heat_looks.open(draft(clock, frame_id=8))[1]
    assert store.heat_looks.waiting() == 1
    kinds = [one.kind for one in store.events.after(0)]
    assert kinds == [EventKind.LOOK_CHANGED] * 3


def test_heat_is_followed_and_told_only_where_it_is_another(
    store: Store, clock: ManualClock
) -> None:
    look = opened(store, clock)
    clock.advance(60.0)
    later = draft(clock, frame_id=8)
    seen = store.heat_looks.see(look.look_id, later)
    assert (seen.event, seen.frame_id, seen.opened_at) == (later.event, 8, look.opened_at)
    before = store.events.latest()
    assert store.heat_looks.see(look.look_id, later) == seen
    assert store.events.latest() == before


def test_heat_becomes_evidence_of_a_fire_once(store: Store, clock: ManualClock) -> None:
    look = opened(store, clock)
    sent = store.heat_looks.send(look.look_id, author="m", what="t1")
    assert sent.state is LookState.LOOKING
    assert store.heat_looks.send(look.look_id, author="m", what="m4t").state is LookState.LOOKING
    done = store.heat_looks.confirm(look.look_id, told(look), author="m", note="smoke")
    assert (done.state, done.decided_by, done.note) == (LookState.FIRE, "m", "smoke")
    assert done.observation_id is not None
    assert store.observations.get(done.observation_id).incident_id == done.incident_id
    fire = store.incidents.get(done.incident_id or 0)
    assert [one.draft.source for one in fire.observations] == [ObservationSource.NODE]
    deeds: tuple[Callable[[], HeatLook], ...] = (
        lambda: store.heat_looks.confirm(look.look_id, told(look), author="n"),
        lambda: store.heat_looks.dismiss(look.look_id, NoFireReason.SUN, author="n"),
        lambda: store.heat_looks.send(look.look_id, author="n", what="t1"),
    )
    for deed in deeds:
        with pytest.raises(Conflict) as refused:
            deed()
        assert refused.value.code == "look_decided"
    assert len(store.incidents.working()) == 1
    assert store.heat_looks.fade(look.look_id, author=SYSTEM) == done
    actions = [one.action for one in store.audit.entries(9) if one.action.startswith("look.")]
    assert actions == ["look.confirmed", "look.ordered", "look.ordered"]
    store.audit.verify()


def test_heat_joins_the_fire_that_is_named_and_follows_it(store: Store, clock: ManualClock) -> None:
    first = store.heat_looks.confirm(
        opened(store, clock).look_id, told(opened(store, clock, frame_id=9)), author="m"
    )
    other = opened(store, clock, node_id="n2")
    link = Link(first.incident_id or 0, LinkReason.HEAT)
    joined = store.heat_looks.confirm(other.look_id, told(other), author=SYSTEM, link=link)
    assert joined.incident_id == first.incident_id
    drill = opened(store, clock, node_id="n3", is_drill=True)
    apart = store.heat_looks.confirm(drill.look_id, told(drill), author="m")
    assert store.incidents.get(apart.incident_id or 0).is_drill
    third = opened(store, clock, node_id="n4")
    alone = store.heat_looks.confirm(third.look_id, told(third), author="m")
    assert alone.incident_id != first.incident_id
    store.incident_joins.merge(alone.incident_id or 0, first.incident_id or 0, author="m")
    assert store.heat_looks.get(third.look_id).incident_id == first.incident_id


def test_what_is_no_fire_is_told_to_its_watch_once(store: Store, clock: ManualClock) -> None:
    look = opened(store, clock)
    with pytest.raises(InputRefused) as refused:
        store.heat_looks.dismiss(look.look_id, NoFireReason.OTHER, author="m", note=" ")
    assert refused.value.code == "look_note"
    for note in ("x" * 501, "a\0b"):
        with pytest.raises(InputRefused) as refused:
            store.heat_looks.confirm(look.look_id, told(look), author="m", note=note)
        assert refused.value.code == "look_note"
    assert store.heat_looks.untaught("n1") == []
    done = store.heat_looks.dismiss(look.look_id, NoFireReason.OTHER, author="m", note="a lamp")
    assert (done.state, done.reason, done.note) == (LookState.NO_FIRE, NoFireReason.OTHER, "a lamp")
    assert store.heat_looks.untaught("n1") == [done]
    assert store.heat_looks.untaught("n2") == []
    kept = KeptWatch(clock.now(), b"\x00state")
    store.heat_looks.keep_watch("n1", kept)
    assert store.heat_looks.untaught("n1") == [done]
    store.heat_looks.keep_watch("n1", replace(kept, state=b"2"), taught={look.look_id})
    assert store.heat_looks.untaught("n1") == []
    assert store.heat_looks.watch("n1") == replace(kept, state=b"2")
    assert store.heat_looks.watch("n2") is None


def test_what_goes_by_itself_fades(store: Store, clock: ManualClock) -> None:
    look = opened(store, clock)
    faded = store.heat_looks.fade(look.look_id, author=SYSTEM)
    assert (faded.state, faded.decided_by, faded.note) == (LookState.FADED, SYSTEM, "")
    taken = opened(store, clock, frame_id=8)
    sent = store.heat_looks.send(taken.look_id, author="m", what="t1")
    assert store.heat_looks.fade(taken.look_id, author=SYSTEM) == sent, "somebody looks"


def test_looks_are_listed(store: Store, clock: ManualClock) -> None:
    first, second, third = (
        opened(store, clock, node_id=node_id, frame_id=frame_id)
        for frame_id, node_id in enumerate(("n1", "n2", "n1"))
    )
    store.heat_looks.dismiss(third.look_id, NoFireReason.SUN, author="m")
    sent = store.heat_looks.send(second.look_id, author="m", what="t1")

    def numbers(**asked: object) -> list[int]:
        return [one.look_id for one in store.heat_looks.page(**asked)]  # type: ignore[arg-type]

    assert numbers() == [third.look_id, second.look_id, first.look_id]
    assert numbers(limit=1) == [third.look_id]
    assert numbers(before=second.look_id) == [first.look_id]
    assert numbers(state=LookState.LOOKING) == [second.look_id]
    assert numbers(node_id="n1") == [third.look_id, first.look_id]
    assert store.heat_looks.undecided() == [sent, first]
    recent = store.heat_looks.recent("n1", clock.now() - timedelta(hours=1))
    assert [one.look_id for one in recent] == [third.look_id, first.look_id]
    recent = store.heat_looks.recent("n1", clock.now() + timedelta(hours=1))
    assert recent == [first]


def test_what_is_not_there_is_not_found(store: Store, clock: ManualClock) -> None:
    look = opened(store, clock)
    for number in (-1, 99, 2**80):
        with pytest.raises(NotFound) as missing:
            store.heat_looks.get(number)
        assert missing.value.code == "no_such_look"
    with pytest.raises(InputRefused) as refused:
        store.heat_looks.send(look.look_id, author=" ", what="t1")
    assert refused.value.code == "author_missing"
