from dataclasses import replace
from datetime import timedelta

import pytest

from models.clock import ManualClock
from models.crossing import Report
from models.detection import Box, Label
from models.errors import InputRefused, NotFound
from models.imagery import (
    HitGap,
    ImageryDraft,
    ImageryHitDraft,
    ImageryKind,
    ImageryResult,
    ImageryState,
)
from models.observation import Observation, ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store import Store

VIDEO = ImageryDraft("DJI_1.MP4", "a" * 64, 10, ImageryKind.VIDEO)
HIT = ImageryHitDraft(3, 1.5, Box(Label.SMOKE, 0.0, 0.0, 1.0, 2.0, 3.0), None, (HitGap.TIME,))
DONE = ImageryResult(ImageryState.SCORED, frames=2, gaps=(HitGap.ATTITUDE,))


def test_a_file_is_kept_once_and_finished_once(store: Store) -> None:
    kept, is_new = store.imagery.add(VIDEO, author="m")
    assert is_new
    assert kept.state is ImageryState.QUEUED
    assert store.imagery.add(replace(VIDEO, name="other.MP4"), author="n") == (kept, False)
    assert store.imagery.next_queued() == kept
    assert store.imagery.finish(kept.imagery_id, 1, DONE, [HIT])
    assert not store.imagery.finish(kept.imagery_id, 1, DONE, [HIT])
    assert store.imagery.next_queued() is None
    assert store.imagery.get(kept.imagery_id).result == DONE
    (hit,) = store.imagery.hits(kept.imagery_id)
    assert (hit.draft, hit.incident_id) == (HIT, None)
    assert store.imagery.hit(kept.imagery_id, hit.hit_id) == hit
    store.audit.verify()


def test_subtitles_have_their_video_scored_anew_where_it_lacked_them(store: Store) -> None:
    video, _ = store.imagery.add(VIDEO, author="m")
    store.imagery.finish(video.imagery_id, 1, DONE, [HIT])
    beside = ImageryDraft("dji_1.srt", "b" * 64, 10, ImageryKind.SUBTITLES)
    subtitles, _ = store.imagery.add(beside, author="m")
    assert store.imagery.subtitles_of(video) == subtitles
    of_flight = replace(video, draft=replace(video.draft, run_id=5))
    assert store.imagery.subtitles_of(of_flight) is None, "they are of no flight"
    assert store.imagery.queue_videos_of(subtitles) == [video.imagery_id]
    again = store.imagery.get(video.imagery_id)
    assert (again.round, again.state) == (2, ImageryState.QUEUED)
    assert store.imagery.hits(video.imagery_id) == []
    assert not store.imagery.finish(video.imagery_id, 1, DONE, [HIT]), "it was scored before"
    assert store.imagery.queue_videos_of(subtitles) == [], "it waits already"
    other = replace(beside, name="DJI_11.SRT", sha256="c" * 64)
    assert store.imagery.queue_videos_of(store.imagery.add(other, author="m")[0]) == []


def test_what_other_files_of_a_flight_told_is_known(store: Store, clock: ManualClock) -> None:
    def told(number: int, hours: float) -> Observation:
        place = Position(106.65, 28.85, 0.0, HeightDatum.GROUND)
        seen_at = clock.now() - timedelta(hours=hours)
        draft = ObservationDraft(ObservationSource.DRONE, Report(place, 30.0), seen_at)
        found, _ = store.observations.add(draft, author="m", key=f"told-{number}")
        still = replace(VIDEO, sha256=f"{number:064d}", kind=ImageryKind.STILL)
        kept, _ = store.imagery.add(still, author="m")
        hit = replace(HIT, observation_id=found.observation_id)
        store.imagery.finish(kept.imagery_id, 1, DONE, [hit, hit])
        return found

    early, late = told(1, 5.0), told(2, 0.0)
    asking, _ = store.imagery.add(VIDEO, author="m")
    now = clock.now()
    within = {"from_at": now - timedelta(hours=1), "until_at": now}
    assert store.imagery.witnesses(asking, **within) == [
        store.observations.get(late.observation_id)
    ]
    day = {"from_at": now - timedelta(hours=9), "until_at": now}
    assert len(store.imagery.witnesses(asking, **day)) == 2
    store.observations.withdraw(early.observation_id, author="m")
    assert [one.withdrawn_by for one in store.imagery.witnesses(asking, **day)] == ["", "m"]
    own = store.imagery.page(limit=3)[1]
    assert own.draft.sha256 == f"{2:064d}"
    found = store.imagery.witnesses(own, **day)
    assert [one.observation_id for one in found] == [early.observation_id], "not its own"
    of_flight = replace(asking, draft=replace(asking.draft, run_id=5))
    assert store.imagery.witnesses(of_flight, **day) == []


@pytest.mark.parametrize("name", ["", " a", "a/b", "a\\b", "a\nb", "a" * 121])
def test_names_that_are_none_are_refused(store: Store, name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        store.imagery.add(replace(VIDEO, name=name), author="m")
    assert refused.value.code == "imagery_name"


def test_what_is_not_there_is_not_found(store: Store) -> None:
    for ask in (
        lambda: store.imagery.get(2**70),
        lambda: store.imagery.hit(1, -1),
    ):
        with pytest.raises(NotFound) as missing:
            ask()
        assert missing.value.code == "no_such_imagery"
    with pytest.raises(NotFound) as missing:
        store.imagery.add(replace(VIDEO, run_id=5), author="m")
    assert missing.value.code == "no_such_run"
    assert store.imagery.page(before=5, run_id=1, incident_id=1) == []
