"""What is kept between two questions is what would be reckoned anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fire_rig import NOON, alert_of, eye, fire_of, gone, looks, place_told, told_of
from hypothesis import given
from hypothesis import strategies as st

from api.alerts import answer_shelf
from api.alerts.answer_shelf import AnswerShelf
from api.alerts.schemas import AlertAnswer
from api.incidents import places
from api.incidents.places import PlaceShelf
from detector.incidents import place_of
from models.incident import IncidentState
from models.recording import Clearing, ClearingCause, KeptKind
from models.site import CameraKind

WEST = eye("t1", 106.6)
BESIDE = eye("t1-thermal", 106.6003)  # 30 m to the east
EAST = eye("t2", 106.7)
NODE = eye("n1", 106.65, 29.04, CameraKind.CANOPY)
CAMERAS = {one.camera_id: one for one in (WEST, BESIDE, EAST, NODE)}
FIRE = gone(WEST, 45.0, 6900.0)
SECOND = timedelta(seconds=1)

looked = st.tuples(
    st.sampled_from([WEST, BESIDE, EAST]), st.sampled_from([0.0, 0.4, 30.0]), st.integers(0, 40)
)


@given(
    fires=st.lists(
        st.tuples(
            st.integers(1, 2), st.lists(looked, max_size=4), st.booleans(), st.sampled_from([0, 1])
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_kept_place_is_the_place_of_now(
    fires: list[tuple[int, list[tuple[object, float, int]], bool, int]],
) -> None:
    """The same fires again and again, with witnesses that come, go, and look elsewhere."""
    shelf = PlaceShelf()
    for number, looks_there, is_told, moved in fires:
        alerts = []
        for index, (camera, off_deg, minutes) in enumerate(looks_there):
            fix = looks(camera, FIRE)  # type: ignore[arg-type]
            fix = replace(fix, bearing_deg=((fix.bearing_deg or 0.0) + off_deg) % 360.0)
            alert = alert_of(index + 1, camera, fix)  # type: ignore[arg-type]
            alerts.append(replace(alert, last_seen_at=alert.last_seen_at + minutes * 60 * SECOND))
        told = [told_of(1, place_told(FIRE))] if is_told else []
        fire = replace(fire_of(*alerts, *told), incident_id=number, version=len(alerts))
        east = eye("t2", 106.7 + 0.01 * moved)
        cameras = CAMERAS | {"t2": east}
        assert shelf.of(fire, cameras) == place_of(fire, cameras)


def test_a_place_is_not_reckoned_again_for_a_verdict_or_a_later_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = PlaceShelf()
    alerts = alert_of(1, WEST, looks(WEST, FIRE)), alert_of(2, EAST, looks(EAST, FIRE))
    fire = fire_of(*alerts)
    first = shelf.of(fire, CAMERAS)
    later = replace(alerts[0], last_seen_at=alerts[0].last_seen_at + SECOND)
    seen = replace(fire_of(later, alerts[1]), state=IncidentState.CONFIRMED, version=9)
    assert shelf.of(seen, CAMERAS) is first
    monkeypatch.setattr(places, "MOST_KEPT", 1)
    shelf.of(replace(fire, incident_id=fire.incident_id + 1), CAMERAS)
    again = shelf.of(fire, CAMERAS)
    assert again is not first
    assert again == first


def test_an_alert_is_told_anew_when_anything_of_it_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = AnswerShelf()
    alert = alert_of(1, WEST, looks(WEST, FIRE))
    gone_clip = Clearing(1, KeptKind.CLIP, ClearingCause.RETENTION, NOON, 1, 1)
    first = shelf.of(alert, WEST, (), ())
    assert shelf.of(alert, eye("t1", 106.6), (), ()) is first
    for told in (
        (replace(alert, clip_key="a.mp4"), WEST, (), ()),
        (alert, replace(WEST, name="南塔"), (), ()),
        (alert, WEST, (), (gone_clip,)),
    ):
        answer = shelf.of(*told)
        assert answer == AlertAnswer.of(*told)
        assert answer != first
    monkeypatch.setattr(answer_shelf, "MOST_KEPT", 2)
    for number in (2, 3):
        shelf.of(replace(alert, alert_id=number), WEST, (), ())
    assert sorted(shelf._kept) == [2, 3]
