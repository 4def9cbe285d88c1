"""What flying costs: the wind triangle by hand, and flights integrated in small steps of time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.planning.battery import power_of
from drone_jobs.planning.energy import climb_and_land, fly_cost
from models.errors import InputRefused
from models.mission import Aircraft, AirWind, Autopilot, BatteryPoint, Camera

HOVER_S, CRUISE_S, FAST_S = 2_000.0, 2_400.0, 1_200.0


def drone(
    *,
    battery: tuple[tuple[float, float], ...] = ((0.0, HOVER_S), (10.0, CRUISE_S), (20.0, FAST_S)),
    most_airspeed_ms: float | None = 20.0,
    climb_ms: float | None = 5.0,
    descent_ms: float | None = 3.0,
    acceleration_ms2: float = 2.5,
) -> Aircraft:
    return Aircraft(
        name="D",
        model="D",
        autopilot=Autopilot.PX4,
        speed_ms=10.0,
        cameras=(Camera("wide", 70.0, 55.0, 4000, 3000),),
        most_airspeed_ms=most_airspeed_ms,
        climb_ms=climb_ms,
        descent_ms=descent_ms,
        acceleration_ms2=acceleration_ms2,
        battery=tuple(BatteryPoint(*each) for each in battery),
    )


def straight(length_m: float, bearing_deg: float = 0.0, up_m: float = 0.0) -> np.ndarray:
    angle = math.radians(bearing_deg)
    end = (length_m * math.sin(angle), length_m * math.cos(angle), up_m)
    return np.array([(0.0, 0.0, 0.0), end])


def stepped(
    aircraft: Aircraft, wind: AirWind, corners: np.ndarray, wished_ms: float
) -> tuple[float, float]:
    """A level flight in steps of a metre's thousandth: time and share, by brute force.

    Speeds come from two sweeps over a fine grid of the way, not from any formula of motion.
    """
    x = [point.airspeed_ms for point in aircraft.battery]
    y = [1.0 / point.endurance_s for point in aircraft.battery]
    towards = math.radians(wind.from_deg + 180.0)
    blown = wind.speed_ms * np.array([math.sin(towards), math.cos(towards)])
    grid_m = 0.02
    limits, headings = [], []
    for start, end in zip(corners[:-1, :2], corners[1:, :2], strict=True):
        ahead = (end - start) / np.hypot(*(end - start))
        # The fastest ground speed whose airspeed is allowed, by trying.
        tried = np.linspace(0.0, wished_ms, 200_001)
        air = np.hypot(*(tried[:, None] * ahead - blown).T)
        most = tried[air <= aircraft.most_airspeed_ms + 1e-9].max()
        steps = round(np.hypot(*(end - start)) / grid_m)
        if limits:
            turn = float(headings[-1] @ ahead)
            if turn < math.cos(math.radians(5.0)):  # missions stop at bends
                turn = 0.0
            limits[-1] = min(limits[-1], most * turn, limits[-1] * turn)
        limits.extend([most] * steps)
        headings.extend([ahead] * steps)
    speed_2 = np.array([0.0, *limits[:-1], 0.0]) ** 2
    for k in range(1, len(speed_2)):
        speed_2[k] = min(speed_2[k], speed_2[k - 1] + 2.0 * aircraft.acceleration_ms2 * grid_m)
    for k in range(len(speed_2) - 2, -1, -1):
        speed_2[k] = min(speed_2[k], speed_2[k + 1] + 2.0 * aircraft.acceleration_ms2 * grid_m)
    speed = np.sqrt(speed_2)
    seconds = 2.0 * grid_m / (speed[:-1] + speed[1:])
    middle = (speed[:-1] + speed[1:]) / 2.0
    air = np.hypot(*(middle[:, None] * np.array(headings) - blown).T)
    return float(seconds.sum()), float((np.interp(air, x, y) * seconds).sum())


@pytest.mark.parametrize(
    ("wind", "corners"),
    [
        (AirWind(), [(0, 0), (0, 800)]),
        (AirWind(0.0, 8.0), [(0, 0), (0, 800)]),
        (AirWind(0.0, 14.0), [(0, 0), (0, 800)]),  # the airspeed is too little for the wish
        (AirWind(180.0, 14.0), [(0, 0), (0, 800)]),
        (AirWind(270.0, 17.0), [(0, 0), (0, 800)]),
        (AirWind(200.0, 6.0), [(0, 0), (0, 500), (300, 800), (300, 200), (500, 200), (510, 204)]),
        (AirWind(), [(0, 0), (0, 10), (8, 18), (0, 26)]),  # too short to reach the speed
    ],
)
def test_it_is_what_small_steps_add_up_to(wind: AirWind, corners: list[tuple[int, int]]) -> None:
    way = np.column_stack((np.array(corners, float), np.full(len(corners), 80.0)))
    cost = fly_cost(drone(), wind, way, 10.0)
    duration_s, share = stepped(drone(), wind, way, 10.0)
    assert cost.duration_s == pytest.approx(duration_s, rel=3e-3)
    assert share * 0.998 <= cost.energy_share <= share * 1.06


def test_a_straight_way_in_still_air_by_hand() -> None:
    cost = fly_cost(drone(), AirWind(), straight(1000.0, 37.0), 10.0)
    assert cost.duration_s == pytest.approx(100.0 + 10.0 / 2.5)
    assert cost.speeds_ms.tolist() == [10.0]
    # Eight of the seconds it slows or gains speed, at most at the power of a hover.
    assert cost.energy_share == pytest.approx(96.0 / CRUISE_S + 8.0 / HOVER_S)


@pytest.mark.parametrize(
    ("from_deg", "wind_ms", "ground_ms", "airspeed_ms"),
    [
        (0.0, 5.0, 10.0, 15.0),  # against it
        (180.0, 5.0, 10.0, 5.0),  # with it
        (90.0, 10.0, 10.0, 10.0 * math.sqrt(2.0)),
        (0.0, 12.0, 8.0, 20.0),  # more than the airspeed allows
        (90.0, math.sqrt(375.0), 5.0, 20.0),
        (45.0, 10.0 * math.sqrt(2.0), math.sqrt(300.0) - 10.0, 20.0),
    ],
)
def test_the_wind_triangle_by_hand(
    from_deg: float, wind_ms: float, ground_ms: float, airspeed_ms: float
) -> None:
    aircraft, wind = drone(), AirWind(from_deg, wind_ms)
    near, far = (fly_cost(aircraft, wind, straight(each), 10.0) for each in (1e3, 2e3))
    assert far.speeds_ms[0] == pytest.approx(ground_ms)
    assert far.duration_s - near.duration_s == pytest.approx(1e3 / ground_ms)
    power = np.interp(airspeed_ms, [0.0, 10.0, 20.0], [1 / HOVER_S, 1 / CRUISE_S, 1 / FAST_S])
    assert far.energy_share - near.energy_share == pytest.approx(power * 1e3 / ground_ms)


@given(st.floats(0.0, 60.0), st.floats(0.0, 359.9), st.floats(0.0, 359.9), st.floats(1.0, 25.0))
def test_it_gets_anywhere_in_less_wind_than_its_airspeed_and_nowhere_in_more(
    wind_ms: float, from_deg: float, bearing_deg: float, speed_ms: float
) -> None:
    cost = fly_cost(drone(), AirWind(from_deg, wind_ms), straight(900.0, bearing_deg), speed_ms)
    assert math.isfinite(cost.duration_s) == (wind_ms < 20.0)
    assert math.isfinite(cost.energy_share) == (wind_ms < 20.0)
    assert (cost.speeds_ms > 0.0).all() == (wind_ms < 20.0)


@given(st.floats(0.0, 359.9), st.floats(0.5, 19.5), st.floats(2.0, 18.0))
def test_there_and_back_is_never_quicker_in_wind(
    bearing_deg: float, wind_ms: float, speed_ms: float
) -> None:
    """It costs more too where the wished speed can be kept and is more than the wind's.

    Slower than the wind, less is hovered in it than in still air, which is dear; and where the
    airspeed limits the speed, flying slower may save more than the wind takes.
    """
    aircraft = drone()
    way = np.array([(0.0, 0.0, 0.0), (0.0, 5e3, 0.0), (0.0, 0.0, 0.0)])
    still = fly_cost(aircraft, AirWind(), way, speed_ms)
    windy = fly_cost(aircraft, AirWind(bearing_deg, wind_ms), way, speed_ms)
    assert windy.duration_s >= still.duration_s - 1e-9
    head_on = fly_cost(aircraft, AirWind(0.0, wind_ms), way, speed_ms)
    # The change of speed is charged at its dearest moment: leave it out of the comparison.
    ends = 4.0 * speed_ms / 2.5 * 0.5 / HOVER_S
    if wind_ms <= speed_ms <= 20.0 - wind_ms:
        assert head_on.energy_share >= still.energy_share - ends
    if speed_ms > 20.0 - wind_ms:
        assert head_on.duration_s > still.duration_s


@given(st.floats(0.0, 400.0), st.floats(0.0, 100.0), st.floats(0.0, 15.0), st.floats(0.0, 359.0))
def test_climbing_more_never_takes_less(
    up_m: float, more_m: float, wind_ms: float, from_deg: float
) -> None:
    wind = AirWind(from_deg, wind_ms)
    less, more = (
        fly_cost(drone(), wind, straight(300.0, up_m=each), 12.0) for each in (up_m, up_m + more_m)
    )
    assert more.duration_s >= less.duration_s - 1e-9
    assert more.energy_share >= less.energy_share - 1e-12
    assert more.speeds_ms[0] <= less.speeds_ms[0] + 1e-9


@given(st.lists(st.tuples(*[st.integers(-900, 900)] * 3), min_size=3, max_size=8), st.data())
def test_a_flight_never_costs_more_than_its_parts_alone(
    corners: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    way = np.array(corners, float)
    cut = data.draw(st.integers(1, len(way) - 2))
    wind = AirWind(data.draw(st.floats(0.0, 359.0)), data.draw(st.floats(0.0, 15.0)))
    whole, first, second = (
        fly_cost(drone(), wind, part, 10.0) for part in (way, way[: cut + 1], way[cut:])
    )
    assert whole.duration_s <= first.duration_s + second.duration_s + 1e-6
    assert whole.energy_share <= (first.energy_share + second.energy_share) * (1.0 + 1e-3) + 1e-9


@pytest.mark.parametrize(("up_m", "speed_ms"), [(500.0, 5.0), (-500.0, 3.0), (50.0, 10.0)])
def test_climb_and_descent_slow_a_segment(up_m: float, speed_ms: float) -> None:
    cost = fly_cost(drone(), AirWind(), straight(500.0, up_m=up_m), 10.0)
    assert cost.speeds_ms.tolist() == pytest.approx([speed_ms])


def test_a_climb_adds_what_lifting_takes() -> None:
    level, climbing = (fly_cost(drone(), AirWind(), straight(2e3, up_m=u), 10.0) for u in (0, 400))
    assert climbing.energy_share - level.energy_share == pytest.approx(400.0 / 8.0 / HOVER_S)
    falling = fly_cost(drone(), AirWind(), straight(2e3, up_m=-400.0), 10.0)
    assert falling.energy_share == pytest.approx(level.energy_share)  # nothing is saved


def test_straight_up_in_a_way_is_at_the_climb_rate_in_the_wind() -> None:
    way = np.array([(0.0, 0.0, 0.0), (0.0, 0.0, 100.0), (0.0, 0.0, 40.0)])
    cost = fly_cost(drone(), AirWind(90.0, 10.0), way, 10.0)
    assert cost.speeds_ms.tolist() == pytest.approx([5.0, 3.0])
    assert cost.duration_s == pytest.approx(20.0 + 20.0)
    assert cost.energy_share == pytest.approx(40.0 / CRUISE_S + 100.0 / 8.0 / HOVER_S)


def test_points_told_twice_cost_nothing() -> None:
    way = straight(500.0)
    twice = np.array([way[0], way[0], way[1], way[1]])
    cost, plain = (fly_cost(drone(), AirWind(), each, 10.0) for each in (twice, way))
    assert (cost.duration_s, cost.energy_share) == (plain.duration_s, plain.energy_share)
    assert cost.speeds_ms.tolist() == [10.0, 10.0, 10.0]
    nowhere = fly_cost(drone(), AirWind(), twice[:2], 10.0)
    assert (nowhere.duration_s, nowhere.energy_share) == (0.0, 0.0)


def test_sharper_turns_take_longer_and_straight_on_takes_nothing() -> None:
    def cost(turn_deg: float) -> float:
        angle = math.radians(turn_deg)
        end = (500.0 * math.sin(angle), 500.0 + 500.0 * math.cos(angle), 0.0)
        way = np.array([(0.0, 0.0, 0.0), (0.0, 500.0, 0.0), end])
        return fly_cost(drone(), AirWind(), way, 10.0).duration_s

    times = [cost(turn) for turn in (0.0, 20.0, 45.0, 70.0, 90.0, 180.0)]
    assert times[0] == pytest.approx(fly_cost(drone(), AirWind(), straight(1e3), 10.0).duration_s)
    assert times[:5] == sorted(times[:5])
    assert times[4] == pytest.approx(times[0] + 10.0 / 2.5)  # a stop
    assert times[5] == pytest.approx(times[4])


def test_up_and_down_at_home_by_hand() -> None:
    cost = climb_and_land(drone(), 105.0)
    rise_s, fall_s, landing_s = 105.0 / 5.0 + 5.0 / 2.5, 100.0 / 3.0 + 3.0 / 2.5, 10.0
    assert cost.duration_s == pytest.approx(rise_s + fall_s + landing_s)
    assert cost.energy_share == pytest.approx(cost.duration_s / HOVER_S + 105.0 / 8.0 / HOVER_S)
    assert climb_and_land(drone(), 0.0).duration_s == 0.0
    assert climb_and_land(drone(), -3.0).energy_share == 0.0


@given(st.floats(0.0, 500.0), st.floats(0.0, 50.0))
def test_higher_above_home_never_takes_less(up_m: float, more_m: float) -> None:
    low, high = climb_and_land(drone(), up_m), climb_and_land(drone(), up_m + more_m)
    assert high.duration_s >= low.duration_s - 1e-9
    assert high.energy_share >= low.energy_share - 1e-12


def test_power_beyond_what_was_measured_is_taken_dearer() -> None:
    known = power_of(drone(battery=((10.0, 2_400.0), (8.0, 2_500.0))))  # in any order
    assert known.hover_share_per_s == pytest.approx(1.2 / 2_500.0)
    assert known.at(np.array([8.0, 9.0, 10.0])) == pytest.approx(
        [1 / 2_500.0, (1 / 2_500.0 + 1 / 2_400.0) / 2, 1 / 2_400.0]
    )
    assert known.at(np.array([20.0]))[0] == pytest.approx(8.0 / 2_400.0)
    hovering = power_of(drone(battery=((0.0, 1_800.0),)))
    assert hovering.at(np.array([0.0, 15.0])).tolist() == [1 / 1_800.0, 1 / 1_800.0]


@pytest.mark.parametrize("name", ["most_airspeed_ms", "climb_ms", "descent_ms", "battery"])
def test_an_unknown_limit_is_refused_by_its_name(name: str) -> None:
    lacking = {"battery": ()} if name == "battery" else {name: None}
    with pytest.raises(InputRefused, match=name) as refused:
        fly_cost(drone(**lacking), AirWind(), straight(100.0), 10.0)  # type: ignore[arg-type]
    assert refused.value.code == "aircraft_without_limit"


@settings(max_examples=50)
@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_the_most_power_between_two_airspeeds_is_found(one: float, other: float) -> None:
    power = power_of(
        drone(battery=((0.0, 1_500.0), (6.0, 2_600.0), (9.0, 2_000.0), (12.0, 2_500.0)))
    )
    low, high = min(one, other), max(one, other)
    tried = power.at(np.linspace(low, high, 4_001)).max()
    most = power.most_between(np.array([low]), np.array([high]))[0]
    assert tried - 1e-15 <= most <= tried * 1.001
