"""The way of a mission over ground."""

from dataclasses import replace

from models.height import Height, HeightSystem
from models.mission import Mission, MissionPlace, MissionPoint

GROUND = Height(0.0, HeightSystem.TAKE_OFF)
MISSION = Mission("", (MissionPoint(106.65, 29.03, GROUND), MissionPoint(106.66, 29.04, GROUND)))


def test_a_way_leads_from_home_to_home_where_home_is_told() -> None:
    corners = ((106.65, 29.03), (106.66, 29.04))
    assert MISSION.way == corners
    home = MissionPlace(0.0, 29.0, GROUND)
    assert replace(MISSION, home=home).way == ((0.0, 29.0), *corners, (0.0, 29.0))
    assert replace(MISSION, points=()).way == ()
