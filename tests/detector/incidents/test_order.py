"""In whatever order evidence comes, the same sightings are one fire."""

from dataclasses import replace

from burning_rig import HIGH, SEEN
from fire_rig import alert_of, eye, looks, place_told, stands, told_of
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.ground.incidents import together
from detector.incidents import testimony
from geo.relief import drill_relief
from models.fix import Fix, FixOutcome
from models.site import Camera, CameraKind

TOWERS = (eye("t1", 106.6), eye("t2", 106.7), eye("t3", 106.65, 29.1))
RELIEF = drill_relief()
OFF = st.floats(-0.15, 0.15)


def seen(number: int, camera: Camera, fix: Fix) -> testimony.Testimony:
    alert = alert_of(number, camera, fix)
    alert = replace(alert, draft=replace(alert.draft, preset=number))  # each in a view of its own
    found = testimony.of_alert(alert, {camera.camera_id: camera})
    assert found is not None
    return found


@settings(max_examples=30)
@given(
    st.floats(106.62, 106.68),
    st.floats(29.02, 29.07),
    st.tuples(OFF, OFF, OFF),
    st.permutations(range(5)),
)
def test_three_towers_a_caller_and_a_node_are_one_fire_in_any_order(
    lon_deg: float, lat_deg: float, off_deg: tuple[float, ...], order: list[int]
) -> None:
    fire = lon_deg, lat_deg
    node = eye("n1", lon_deg, lat_deg + 0.0005, CameraKind.CANOPY)
    evidence = [
        seen(number, tower, looks(tower, fire, off))
        for number, (tower, off) in enumerate(zip(TOWERS, off_deg, strict=True), 1)
    ]
    evidence.append(testimony.of_observation(told_of(1, place_told(fire, 300.0))))
    evidence.append(seen(9, node, nowhere(node)))
    found = together([(0, evidence[index]) for index in order])
    assert len(found) == 1


def nowhere(camera: Camera) -> Fix:
    """What a node without a pose says: that it stands in the heat."""
    return replace(
        looks(camera, (106.65, 29.05)),
        outcome=FixOutcome.UNKNOWN,
        bearing_deg=None,
        bearing_sigma_deg=None,
        elevation_deg=None,
    )


TWO = [
    (fire, seen(10 * fire + number, tower, stands(tower, SEEN[fire], RELIEF)))
    for fire in (0, 1)
    for number, tower in enumerate(HIGH, 1)
]


@settings(max_examples=20)
@given(st.permutations(range(len(TWO))))
def test_two_fires_that_four_towers_see_are_two_in_any_order(order: list[int]) -> None:
    found = together([TWO[index] for index in order])
    assert sorted(sorted(one.fires) for one in found) == [[0] * 4, [1] * 4]
