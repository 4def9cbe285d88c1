"""Masks are kept: drawn, changed and ended, and none of them is ever lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.camera_setup import CameraSetup
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.mask import KeptMask, MaskKind, ViewMask
from models.site import Camera, CameraKind, HeightDatum, Position
from models.store import Store
from models.store.masks import MOST_PER_VIEW

CORNERS = ((0.0, 0.0), (0.1 + 0.2, 0.0), (0.25, 1.0))
HOUR = timedelta(hours=1)


@pytest.fixture
def mask(clock: ManualClock) -> ViewMask:
    return ViewMask("t1", 0, MaskKind.PRIVACY, CORNERS, "wang", clock.now(), note="民房")


def deeds(store: Store) -> list[tuple[str, str, str, dict[str, object]]]:
    told = reversed(store.audit.entries(99))
    return [(each.actor, each.action, each.subject, dict(each.details)) for each in told]


def test_a_mask_outlives_a_restart_as_it_was_drawn(
    store: Store, reopen: Callable[[], Store], mask: ViewMask, clock: ManualClock
) -> None:
    other = replace(
        mask,
        kind=MaskKind.NUISANCE,
        expires_at=clock.now() + HOUR,
        fov_min_deg=0.0,
        fov_max_deg=12.5,
        preset=3,
        note="",
    )
    first, second = store.masks.add(mask), store.masks.add(other)
    assert first == KeptMask(first.mask_id, mask)
    assert second == KeptMask(first.mask_id + 1, other)
    again = reopen().masks
    assert again.unended() == [first, second]
    assert again.all() == again.of_camera("t1") == [second, first]
    assert again.of_camera("t2") == []
    assert again.get(first.mask_id) == first
    corners = {"corners": 3}
    assert deeds(store) == [
        ("wang", "mask.added", "1", corners | {"place": "t1/0", "kind": "privacy", "note": "民房"}),
        (
            "wang",
            "mask.added",
            "2",
            corners
            | {"place": "t1/3", "kind": "nuisance", "note": ""}
            | {"until": (clock.now() + HOUR).isoformat()},
        ),
    ]
    store.audit.verify()


def test_a_change_ends_the_one_and_begins_the_other_in_one_step(
    store: Store, mask: ViewMask, clock: ManualClock
) -> None:
    before = store.masks.add(mask)
    clock.advance(60)
    wider = replace(mask, polygon=(*CORNERS, (0.0, 1.0)), author="li", created_at=clock.now())
    after = store.masks.change(before.mask_id, wider)
    assert store.masks.unended() == [after]
    assert store.masks.of_camera("t1") == [
        after,
        KeptMask(before.mask_id, mask, "li", clock.now()),
    ]
    assert deeds(store)[-1][:3] == ("li", "mask.changed", str(after.mask_id))
    assert deeds(store)[-1][3]["replaces"] == before.mask_id


def test_a_change_that_is_refused_leaves_the_mask_in_force(
    store: Store, mask: ViewMask, clock: ManualClock
) -> None:
    kept = store.masks.add(mask)
    clock.advance(60)
    for changed, code in (
        (replace(mask, preset=1), "mask_other_view"),
        (replace(mask, camera_id="t2"), "mask_other_view"),
        (replace(mask, kind=MaskKind.NUISANCE), "mask_other_view"),
        (replace(mask, author=" "), "author_missing"),
        (replace(mask, expires_at=clock.now()), "mask_expired_at_birth"),
    ):
        with pytest.raises(InputRefused) as caught:
            store.masks.change(kept.mask_id, changed)
        assert caught.value.code == code
    assert store.masks.all() == [kept]
    assert len(deeds(store)) == 1


def test_what_is_over_can_be_neither_changed_nor_ended_again(
    store: Store, mask: ViewMask, clock: ManualClock
) -> None:
    ended = store.masks.add(mask)
    clock.advance(1)
    assert store.masks.end(ended.mask_id, author="li") == KeptMask(
        ended.mask_id, mask, "li", clock.now()
    )
    expired = store.masks.add(replace(mask, expires_at=clock.now() + HOUR))
    assert store.masks.unended() == [expired]
    clock.advance(3600)
    assert store.masks.unended() == []
    for kept in (ended, expired):
        for deed in (
            lambda number: store.masks.end(number, author="li"),
            lambda number: store.masks.change(number, replace(mask, created_at=clock.now())),
        ):
            with pytest.raises(Conflict) as caught:
                deed(kept.mask_id)
            assert caught.value.code == "mask_ended"
    assert [deed[1] for deed in deeds(store)] == ["mask.added", "mask.ended", "mask.added"]
    for number in (0, 3, -1, 2**70):
        with pytest.raises(NotFound):
            store.masks.get(number)
        with pytest.raises(NotFound):
            store.masks.end(number, author="li")


def test_nobody_is_no_author(store: Store, mask: ViewMask) -> None:
    with pytest.raises(InputRefused) as caught:
        store.masks.add(replace(mask, author="  "))
    assert caught.value.code == "author_missing"
    kept = store.masks.add(mask)
    with pytest.raises(InputRefused) as caught:
        store.masks.end(kept.mask_id, author="")
    assert caught.value.code == "author_missing"
    assert store.masks.unended() == [kept]


def test_one_view_takes_so_many_at_a_time(store: Store, mask: ViewMask) -> None:
    kept = [store.masks.add(mask) for _ in range(MOST_PER_VIEW)]
    with pytest.raises(InputRefused) as caught:
        store.masks.add(mask)
    assert caught.value.code == "mask_too_many"
    store.masks.add(replace(mask, preset=1))
    store.masks.change(kept[0].mask_id, mask)  # none more than before
    store.masks.end(kept[1].mask_id, author="li")
    store.masks.add(mask)
    assert len(store.masks.unended()) == MOST_PER_VIEW + 1


def test_a_camera_that_comes_back_is_masked_from_its_first_picture_on(
    store: Store, mask: ViewMask
) -> None:
    place = Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL)
    setup = CameraSetup(Camera("t1", "塔一", CameraKind.TOWER, place, ()))
    store.links.put(setup, actor="wang")
    kept = store.masks.add(mask)
    store.links.remove("t1", actor="wang")
    assert store.masks.unended() == [kept]
    store.links.put(setup, actor="wang")
    assert store.masks.unended() == [kept]


def test_a_clock_that_is_set_back_bares_nothing(
    store: Store, mask: ViewMask, clock: ManualClock
) -> None:
    kept = store.masks.add(replace(mask, created_at=clock.now() + HOUR))
    assert store.masks.unended() == [kept]


@given(
    history=st.lists(
        st.tuples(st.sampled_from(["add", "change", "end", "wait"]), st.integers(1, 6)), max_size=25
    )
)
def test_whatever_is_done_nothing_is_lost_and_what_is_over_stays_over(
    history: list[tuple[str, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clock = ManualClock(datetime(2026, 11, 26, tzinfo=UTC))
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('m')}/f.db", clock=clock)
    known: dict[int, ViewMask] = {}
    alive: dict[int, ViewMask] = {}
    for deed, number in history:
        new = ViewMask("t1", 0, MaskKind.PRIVACY, CORNERS, "wang", clock.now(), clock.now() + HOUR)
        try:
            if deed == "add":
                kept = store.masks.add(new)
                known[kept.mask_id] = alive[kept.mask_id] = new
            elif deed == "change":
                kept = store.masks.change(number, new)
                known[kept.mask_id] = alive[kept.mask_id] = new
                del alive[number]
            elif deed == "end":
                store.masks.end(number, author="li")
                del alive[number]
            else:
                clock.advance(600 * number)
                gone = [key for key, one in alive.items() if one.expires_at <= clock.now()]  # type: ignore[operator]  # all expire
                for key in gone:
                    del alive[key]
        except (NotFound, Conflict):
            assert number not in alive
        assert {kept.mask_id: kept.mask for kept in store.masks.unended()} == alive
        assert {kept.mask_id: kept.mask for kept in store.masks.all()} == known
    store.close()
