"""What other masts say is bounded, of one time, of one label, and of another mast."""

from datetime import timedelta

import pytest
from desk_rig import FAR, NORTH, SAME_MAST, DeskRig, flame, plume

from detector.suppression.witnesses import Witnesses
from models.fix import Fix, FixCluster, FixOutcome
from models.site import Camera, HeightDatum, Position

PLACE = Position(106.65, 29.05, 500.0, HeightDatum.SEA_LEVEL)


def fix(camera: Camera) -> Fix:
    cluster = FixCluster(PLACE, 1.0, 200.0, 1.0, 1.0, 1.0, ())
    return Fix(FixOutcome.LOCATED, None, camera.position, 0.0, 0.5, None, (cluster,))


def test_the_strongest_of_other_masts_counts(desk_rig: DeskRig) -> None:
    witnesses = Witnesses()
    asked = desk_rig.sighting(plume())
    assert witnesses.strongest(asked, fix(NORTH)) == 0.0
    for camera, track, log_odds in ((FAR, 0, 1.5), (FAR, 1, 2.5), (SAME_MAST, 0, 9.0)):
        said = desk_rig.sighting(plume(), of=camera, track=track, log_odds=log_odds)
        witnesses.hear(said, fix(camera))
    assert witnesses.strongest(asked, fix(NORTH)) == 2.5
    witnesses.dismiss(said)
    witnesses.dismiss(desk_rig.sighting(plume(), of=FAR, track=1))
    assert witnesses.strongest(asked, fix(NORTH)) == 1.5
    now = desk_rig.clock.now()
    assert witnesses.strongest(asked, fix(NORTH), now) == 0.0
    assert witnesses.strongest(asked, fix(NORTH), now - timedelta(seconds=1)) == 1.5


@pytest.mark.parametrize("why", ["its own camera", "another label", "long ago"])
def test_what_does_not_count(desk_rig: DeskRig, why: str) -> None:
    witnesses = Witnesses()
    camera = NORTH if why == "its own camera" else FAR
    box = flame() if why == "another label" else plume()
    witnesses.hear(desk_rig.sighting(box, of=camera, track=5), fix(FAR))
    desk_rig.clock.advance(901.0 if why == "long ago" else 0.0)
    assert witnesses.strongest(desk_rig.sighting(plume()), fix(NORTH)) == 0.0


def test_what_is_remembered_is_bounded(desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.suppression.witnesses.MAX_TRACKS", 2)
    witnesses = Witnesses()
    for track in range(5):
        said = desk_rig.sighting(plume(), of=FAR, track=track, log_odds=5.0 - track)
        witnesses.hear(said, fix(FAR))
    assert witnesses.strongest(desk_rig.sighting(plume()), fix(NORTH)) == 2.0
