"""Missions to write and read: one that a sweep gives, and any that there can be."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drone_jobs.heights import HeightDesk
from geo.terrain import Terrain
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    FenceCircle,
    Finish,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    Turn,
)

__all__ = ["GROUND_M", "LEVEL", "TAKE_OFF_M", "any_mission", "desk", "sample"]

GROUND_M = 400.0
TAKE_OFF_M = 390.0
LEVEL = Terrain("level", np.full((150, 150), GROUND_M, np.float32), 106.0, 29.5, 0.01)
HOME = (106.55, 28.95)


def desk() -> HeightDesk:
    return HeightDesk(LEVEL, TAKE_OFF_M)


def sample(autopilot: Autopilot | None = Autopilot.PX4) -> Mission:
    """A sweep of two lines, as the planner makes them."""
    west, east, south, north = 106.551, 106.556, 28.952, 28.953

    def point(
        lon_deg: float, lat_deg: float, *actions: Action, curve: bool = False
    ) -> MissionPoint:
        height = Height(GROUND_M + 90.0, HeightSystem.EGM96)
        turn = Turn.CURVE if curve else Turn.STOP
        return MissionPoint(lon_deg, lat_deg, height, None, None, turn, actions)

    begin, end = Action(ActionKind.PHOTO_EVERY_M, 35.5), Action(ActionKind.PHOTO_EVERY_M, 0.0)
    return Mission(
        name="北坡 1/1",
        points=(
            point(*HOME, Action(ActionKind.GIMBAL, -90.0)),
            point(west, south, begin),
            point(106.5535, south, curve=True),
            point(east, south, end),
            point(east, north, begin),
            point(west, north, end),
            point(*HOME),
        ),
        speed_ms=12.0,
        home=MissionPlace(*HOME, Height(TAKE_OFF_M, HeightSystem.EGM96)),
        has_take_off=True,
        climb_to_m=100.0,
        return_to_m=100.0,
        finish=Finish.HOME,
        lost_link=LostLink.HOME,
        fence=(((106.549, 28.949), (106.558, 28.949), (106.558, 28.955), (106.549, 28.955)),),
        no_fly=(((106.556, 28.9535), (106.557, 28.9535), (106.557, 28.9545)),),
        circles=(FenceCircle(106.5565, 28.9505, 40.0, is_inclusion=False),),
        rally=(MissionPlace(*HOME, Height(100.0, HeightSystem.TAKE_OFF)),),
        autopilot=autopilot,
    )


LON = st.floats(106.4, 106.9)
LAT = st.floats(28.6, 29.1)
BASE = {
    HeightSystem.EGM96: GROUND_M,
    HeightSystem.NATIONAL_1985: GROUND_M,
    HeightSystem.ELLIPSOID: GROUND_M - 36.0,
    HeightSystem.GROUND: 0.0,
    HeightSystem.TAKE_OFF: 10.0,
}
VALUES = {
    ActionKind.PHOTO_EVERY_M: st.just(0.0) | st.floats(1.0, 200.0),
    ActionKind.PHOTO_EVERY_S: st.just(0.0) | st.floats(0.5, 60.0),
    ActionKind.GIMBAL: st.floats(-90.0, 0.0),
    ActionKind.YAW: st.floats(0.0, 360.0),
    ActionKind.HOVER: st.floats(0.5, 60.0),
    ActionKind.ZOOM: st.floats(1.0, 20.0),
}


@st.composite
def heights(draw: st.DrawFn) -> Height:
    system = draw(st.sampled_from(HeightSystem))
    return Height(BASE[system] + draw(st.floats(20.0, 120.0)), system)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    kind = draw(st.sampled_from(ActionKind))
    return Action(kind, draw(VALUES.get(kind, st.just(0.0))))


def places(*, need_height: bool) -> SearchStrategy[MissionPlace]:
    return st.builds(MissionPlace, LON, LAT, heights() if need_height else st.none() | heights())


RINGS = st.lists(
    st.lists(st.tuples(LON, LAT), min_size=3, max_size=6, unique=True).map(tuple), max_size=2
).map(tuple)
SPEEDS = st.none() | st.floats(1.0, 15.0)


def any_mission() -> SearchStrategy[Mission]:
    """Whatever a mission can be, above the level ground of the rig."""
    point = st.builds(
        MissionPoint,
        LON,
        LAT,
        heights(),
        SPEEDS,
        st.none() | st.floats(0.0, 360.0),
        st.sampled_from(Turn),
        st.lists(actions(), max_size=3).map(tuple),
    )
    return st.builds(
        Mission,
        st.text(max_size=8),
        st.lists(point, min_size=2, max_size=6).map(tuple),
        SPEEDS,
        st.none() | places(need_height=True),
        st.booleans(),
        st.floats(5.0, 120.0),
        st.none() | st.floats(20.0, 120.0),
        st.sampled_from(Finish),
        st.sampled_from(LostLink),
        RINGS,
        RINGS,
        st.lists(
            st.builds(FenceCircle, LON, LAT, st.floats(1.0, 5000.0), st.booleans()), max_size=2
        ).map(tuple),
        st.lists(places(need_height=False), max_size=2).map(tuple),
        st.sampled_from((None, *Autopilot)),
    )
