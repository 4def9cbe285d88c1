"""Masks that are stored, on real fires with the real network, all the way to the desk."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_rig import DeskRig

from api.masks.watching import MaskWatch
from camera_gateway.masks import MaskBook, PictureVeil
from camera_gateway.video.tap import TapBook
from detector.attention import AttentiveScorer
from detector.evaluate.alert_list import AlertList
from detector.evaluate.footage import Moment, PictureSequence, Sampling, find_recordings
from detector.pipeline import Pipeline
from models.alert import Alert
from models.clock import ManualClock
from models.config import Settings
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.mask import MaskKind, MaskPoint, ViewMask
from models.suppression import Holder, Release
from models.zoo.registry import load_card

NOW = datetime(2026, 11, 26, tzinfo=UTC)
FOOTAGE = Path(__file__).parents[2] / "../shared/data/footage/sequences_1min"
AROUND_THE_FOOT: dict[str, tuple[MaskPoint, ...]] = {
    "20180718_FIRE_syp-w-mobo-c": ((0.18, 0.36), (0.29, 0.36), (0.29, 0.45), (0.18, 0.45)),
    "20180728_FIRE_rm-w-mobo-c": ((0.66, 0.5), (0.86, 0.5), (0.86, 0.62), (0.66, 0.62)),
}

pytestmark = [
    pytest.mark.footage,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the ignitions are not at hand"),
]


@pytest.fixture(scope="module")
def scorer() -> AttentiveScorer:
    settings = Settings()
    return AttentiveScorer.open(load_card(settings.model_card), settings.attention, threads=1)


def moments(name: str) -> list[Moment]:
    """Ten minutes before the ignition to twelve after it."""
    (found,) = find_recordings([FOOTAGE / name], leave_out=Path("/nonexistent"))
    assert isinstance(found, PictureSequence)
    return [each for each in found.moments(Sampling()) if -600 <= each.at_s <= 720]


def frame_of(number: int, moment: Moment, received_at: datetime) -> Frame:
    assert isinstance(moment.picture, bytes)
    return Frame(
        camera_id="t1",
        preset=0,
        sequence=number,
        captured_at=moment.captured_at,
        received_at=received_at,
        time_source=TimeSource.FILE_NAME,
        jpeg=moment.picture,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        pose=None,
    )


def played(rig: DeskRig, scorer: AttentiveScorer, name: str) -> list[tuple[float, Alert]]:
    """The alerts of a recording, with the seconds since the ignition at which they opened."""
    scorer._views.clear()
    pipeline = Pipeline(scorer, rig.desk, rig.settings.evidence, rig.clock)
    found: list[tuple[float, Alert]] = []
    before_s = -600.0
    for number, moment in enumerate(moments(name)):
        rig.clock.advance(moment.at_s - before_s)
        before_s = moment.at_s
        frame = frame_of(number, moment, rig.clock.now())
        pipeline.process([frame])
        known = {alert.alert_id for _, alert in found}
        new = [alert for alert in rig.store.alerts.working() if alert.alert_id not in known]
        found += [(moment.at_s, alert) for alert in new]
    return found


@pytest.mark.parametrize("name", sorted(AROUND_THE_FOOT))
def test_a_plume_that_grows_inside_a_stored_nuisance_mask_still_alerts(
    desk_rig: DeskRig, scorer: AttentiveScorer, name: str
) -> None:
    rig, book = desk_rig, MaskBook(desk_rig.clock.now)
    rig.masks_of = book.nuisance
    rig.restart()
    mask = ViewMask("t1", 0, MaskKind.NUISANCE, AROUND_THE_FOOT[name], "zhang", rig.clock.now())
    rig.store.masks.add(mask)
    MaskWatch(rig.store.masks, book, TapBook(book.hides), lambda _camera_id: None).refresh()
    found = played(rig, scorer, name)
    assert [alert.draft.camera_id for _, alert in found] == ["t1"]
    ((opened_s, alert),) = found
    assert Holder.MASK in {candidate.draft.held.by for candidate in rig.candidates}
    assert 0 < opened_s <= 600
    by = {each.by: each.release for each in alert.draft.decision.overcome}
    assert by[Holder.MASK] in {Release.GREW, Release.NEW_POSITION}


HOMES_DRAWN: dict[tuple[str, str], tuple[MaskPoint, ...]] = {
    ("20160619_FIRE_pi-s-mobo-c", "across its tracks"): (
        (0.0, 0.6), (1.0, 0.62), (1.0, 0.7), (0.0, 0.68),
    ),
    ("20160619_FIRE_pi-s-mobo-c", "in the middle"): (
        (0.35, 0.45), (0.55, 0.42), (0.6, 0.6), (0.33, 0.62),
    ),
    ("20160619_FIRE_om-e-mobo-c", "at the side"): (
        (0.75, 0.5), (1.0, 0.5), (1.0, 0.75), (0.75, 0.75),
    ),
}  # fmt: skip
"""With one plain colour for paint, and without being told of it, each of them raised an alert."""


@pytest.mark.parametrize(("name", "where"), sorted(HOMES_DRAWN))
def test_a_privacy_mask_that_is_drawn_while_the_watch_runs_raises_nothing(
    scorer: AttentiveScorer, name: str, where: str
) -> None:
    settings, clock = Settings(), ManualClock(NOW)
    book = MaskBook(clock.now)
    book.replace(())
    veil = PictureVeil("t1", book)
    scorer._views.clear()
    desk = AlertList()
    pipeline = Pipeline(scorer, desk, settings.evidence, clock)
    (found,) = find_recordings([FOOTAGE / name], leave_out=Path("/nonexistent"))
    assert isinstance(found, PictureSequence)
    for number, moment in enumerate(found.moments(Sampling())):
        if moment.at_s >= 0:
            break
        if number == 10:
            drawn = HOMES_DRAWN[name, where]
            book.replace([ViewMask("t1", 0, MaskKind.PRIVACY, drawn, "wang", clock.now())])
        frame = asyncio.run(veil.over(frame_of(number, moment, clock.now())))
        assert frame is not None
        assert bool(frame.hidden) is (number >= 10)
        pipeline.process([frame])
    assert number >= 19
    assert desk.alerts == []
