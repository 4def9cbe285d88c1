"""Targets whose plans are measured, and the aircraft that flies them: those of the research."""

from dataclasses import dataclass

from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.mission import Aircraft, Autopilot, BatteryPoint, Camera, Home, NoFly, SweepTask

__all__ = ["CAMERA", "Case", "aircraft", "cases"]

HEIGHT_M = 100.0
CAMERA = Camera("wide", 71.0, 56.3, 4000, 3000)  # 4:3 at 71 degrees: 143 x 107 m from 100 m
FIELD = Polygon([(0, 0), (1600, 0), (1600, 1200), (0, 1200)])
BEND = LineString([(0, 0), (1500, 300), (2600, 1300), (3800, 1500)])
BELT_WIDTH_M = 250.0
HOLES = (
    [(400, 400), (700, 400), (700, 800), (400, 800)],
    [(500, 1500), (900, 1500), (900, 1750), (500, 1750)],
)
CONCAVE = Polygon(
    [
        (0, 0),
        (2000, 0),
        (2000, 600),
        (1100, 700),
        (1200, 1500),
        (2100, 1700),
        (2000, 2400),
        (0, 2200),
    ],
    HOLES,
)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A target somewhere on a relief.

    Attributes:
        name: first part of its measures' names.
        target: WGS 84.
        width_m: of a belt given as a line.
        home: lon, lat.
        zones: that nothing may fly over.
        ground: what must be seen: the target itself, or the belt that its line stands for.
        area_m2: of it, in the plane that it was drawn in.
    """

    name: str
    target: BaseGeometry
    ground: BaseGeometry
    width_m: float | None
    home: tuple[float, float]
    zones: tuple[NoFly, ...]
    area_m2: float

    def task(self, fleet: tuple[Aircraft, ...]) -> SweepTask:
        """What is asked of the planner."""
        return SweepTask(
            name=self.name,
            target=self.target,
            width_m=self.width_m,
            aircraft=fleet,
            home=Home(*self.home),
            height_m=HEIGHT_M,
            no_fly=self.zones,
            side_overlap=0.0,
            tolerance_m=2.0,
        )


def aircraft(name: str = "bench", endurance_min: float = 60.0) -> Aircraft:
    """A quadcopter whose whole battery may be used; 12 m/s."""
    return Aircraft(
        name=name,
        model="bench",
        autopilot=Autopilot.PX4,
        speed_ms=12.0,
        cameras=(CAMERA,),
        most_airspeed_ms=20.0,
        most_wind_ms=12.0,
        climb_ms=5.0,
        descent_ms=4.0,
        battery=(
            BatteryPoint(0.0, endurance_min * 60.0),
            BatteryPoint(20.0, endurance_min * 60.0),
        ),
        usable_share=1.0,
        ceiling_m=500.0,
        turnaround_s=300.0,
    )


def _belt(line: BaseGeometry) -> BaseGeometry:
    return line.buffer(BELT_WIDTH_M / 2.0, cap_style="flat")


def cases(terrain: Terrain) -> tuple[Case, ...]:
    """The targets, in the middle of a relief."""
    west, south, east, north = terrain.bounds_deg
    frame = LocalFrame((west + east) / 2.0, (south + north) / 2.0)

    def case(
        name: str, shape: BaseGeometry, home_m: tuple[float, float], width_m: float | None = None
    ) -> Case:
        ground = shape if width_m is None else _belt(shape)
        zones = tuple(
            NoFly(f"hole {k}", frame.geometry_to_lonlat(Polygon(ring.coords)))
            for k, ring in enumerate(getattr(shape, "interiors", ()))
        )
        place = frame.to_lonlat(*home_m)
        target, seen = frame.geometry_to_lonlat(shape), frame.geometry_to_lonlat(ground)
        return Case(name, target, seen, width_m, place, zones, ground.area)

    return (
        case("field", FIELD, (-100.0, -100.0)),
        case("belt", _belt(BEND), (-30.0, -30.0)),
        case("belt_line", BEND, (-30.0, -30.0), BELT_WIDTH_M),
        case("holes", CONCAVE, (-100.0, -100.0)),
    )
