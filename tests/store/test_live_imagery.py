from dataclasses import replace

import pytest

from models.crossing import Report
from models.detection import Box, Label
from models.errors import InputRefused
from models.flight import AttitudeSource
from models.imagery import HitGap, ImageryHitDraft, ImageryKind, ImageryResult, ImageryState
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store import Store

HIT = ImageryHitDraft(3, 1.5, Box(Label.SMOKE, 0.0, 0.0, 1.0, 2.0, 3.0), None, (HitGap.WEAK,))
GOES_ON = ImageryResult(ImageryState.LIVE, frames=2, attitude=AttitudeSource.CLOUD)
ENDED = replace(GOES_ON, state=ImageryState.SCORED, frames=9)


def test_it_grows_until_it_ends_and_waits_for_no_scorer(store: Store) -> None:
    number = store.live_imagery.begin("PX4-01", stated_fov_deg=62.0)
    begun = store.imagery.get(number)
    assert (begun.draft.name, begun.draft.kind, begun.state) == (
        "PX4-01", ImageryKind.LIVE, ImageryState.LIVE,
    )  # fmt: skip
    assert (begun.draft.stated_fov_deg, begun.draft.run_id, begun.author) == (62.0, None, "system")
    assert store.imagery.next_queued() is None
    first, second = store.live_imagery.add_hits(number, [HIT, replace(HIT, frame=4)])
    assert [hit.hit_id for hit in store.imagery.hits(number)] == [first, second]
    assert store.live_imagery.keep(number, GOES_ON)
    assert store.imagery.get(number).result == GOES_ON
    assert store.live_imagery.keep(number, ENDED)
    assert store.imagery.get(number).result == ENDED
    assert not store.live_imagery.keep(number, GOES_ON), "it has ended"
    assert store.live_imagery.add_hits(number, [HIT]) == []
    store.audit.verify()


def test_two_of_one_moment_are_two(store: Store) -> None:
    numbers = {store.live_imagery.begin("PX4-01", run_id=77) for _ in range(3)}
    assert len(numbers) == 3
    assert {store.imagery.get(number).draft.run_id for number in numbers} == {None}


def test_finds_become_part_of_an_observation(store: Store) -> None:
    number = store.live_imagery.begin("PX4-01")
    first, second = store.live_imagery.add_hits(number, [HIT, HIT])
    at = store.imagery.get(number).entered_at
    place = Position(106.6, 28.9, 0.0, HeightDatum.GROUND)
    draft = ObservationDraft(ObservationSource.DRONE, Report(place, 30.0), at, "PX4-01")
    kept, _ = store.observations.add(draft, author="system", key="k")
    store.live_imagery.tell([second], kept.observation_id)
    hits = {hit.hit_id: hit.draft for hit in store.imagery.hits(number)}
    assert (hits[second].observation_id, hits[second].gaps) == (kept.observation_id, ())
    assert hits[first] == HIT


def test_what_a_process_left_is_ended_and_what_goes_on_is_not(store: Store) -> None:
    left, on = store.live_imagery.begin("A"), store.live_imagery.begin("B")
    store.live_imagery.keep(left, GOES_ON)
    assert store.live_imagery.end_left({on}) == 1
    ended = store.imagery.get(left).result
    assert ended is not None
    assert (ended.state, ended.code, ended.frames) == (ImageryState.SCORED, "live_cut", 2)
    assert store.imagery.get(on).state is ImageryState.LIVE
    assert store.live_imagery.end_left({on}) == 0


@pytest.mark.parametrize("name", ["", "  ", "//", "\n"])
def test_an_aircraft_without_a_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        store.live_imagery.begin(name)
    assert refused.value.code == "imagery_name"
    number = store.live_imagery.begin(f"{name}无人机/1")
    assert store.imagery.get(number).draft.name == "无人机1"
