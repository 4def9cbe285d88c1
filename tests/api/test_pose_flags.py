"""Whom the health has to look at is found without reading every camera."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.poses import flags_of
from camera_gateway.pose_check import PoseBook
from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.pose_state import UNCHECKED, PoseState
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

NOW = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
POSE = Pose(0.0, 0.0, 0.0, 30.0)
PLACE = Position(106.6, 29.0, 800.0, HeightDatum.SEA_LEVEL)
CAMERAS = [
    Camera(f"t{n}", f"t{n}", CameraKind.TOWER, PLACE, (Preset(0, "a", POSE), Preset(1, "b", POSE)))
    for n in range(3)
]

states = st.builds(
    PoseState,
    reference=st.sampled_from(
        [PoseReference("t", 0, POSE, NOW, 1920, 1080, "a.jpg", calibrated=False)]
    ),
    known_at=st.sampled_from([None, NOW, NOW - UNCHECKED, NOW - UNCHECKED + timedelta(seconds=1)]),
    drift=st.sampled_from(
        [None, PoseCheck("t", 0, NOW, CheckOutcome.DRIFTED, 5, 1.0, 0.0, 0.0, 0.0, "a.jpg")]
    ),
)
keys = st.tuples(st.sampled_from(["t0", "t1", "t2", "gone"]), st.integers(0, 2))


@given(known=st.dictionaries(keys, states))
def test_the_flags_of_suspects_are_all_the_flags(
    known: dict[tuple[str, int], PoseState],
) -> None:
    book = PoseBook()
    for (camera_id, preset), state in known.items():
        book.put(camera_id, preset, state)
    suspects = book.suspects(NOW)
    some = [camera for camera in CAMERAS if camera.camera_id in suspects]
    assert flags_of(book, some, NOW) == flags_of(book, CAMERAS, NOW)
    calm = {key: replace(one, drift=None, known_at=NOW) for key, one in known.items()}
    book.replace(calm)
    assert book.suspects(NOW) == set()
