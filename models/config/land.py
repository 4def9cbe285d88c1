"""What the land's facilities are measured by: water points and the yearly plan."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["HelicopterRule", "NetworkRule"]


class HelicopterRule(Section):
    """The helicopter that water points are weighed for: ``docs/land.md``, "Helicopter water".

    Attributes:
        bucket_litres: that it brings to the fire each time.
        needs_depth_m: of water to fill the bucket in.
        cruise_km_h: over ground, with and without the bucket full.
        fill_minutes: at the water, from coming in to leaving.
        drop_minutes: at the fire, likewise.
        climb_m_s: up and down; where the mountain is steep it sets the time, not the cruise.
        clear_radius_m: free ground that it needs around the water.
    """

    bucket_litres: Annotated[float, Field(gt=0.0, le=50_000.0)] = 3000.0
    needs_depth_m: Annotated[float, Field(ge=0.0, le=50.0)] = 2.5
    cruise_km_h: Annotated[float, Field(gt=0.0, le=500.0)] = 160.0
    fill_minutes: Annotated[float, Field(gt=0.0, le=60.0)] = 2.0
    drop_minutes: Annotated[float, Field(ge=0.0, le=60.0)] = 1.0
    climb_m_s: Annotated[float, Field(gt=0.0, le=50.0)] = 5.0
    clear_radius_m: Annotated[float, Field(ge=0.0, le=1000.0)] = 30.0


class NetworkRule(Section):
    """What the yearly plan calls a lack of the facilities: ``docs/land.md``, "The network".

    Attributes:
        guard_m: a belt, road or water guards what of a stand's border lies so near to its edge.
        belt_share: of a stand's border that belts must guard, where none runs through it.
        road_width_m: from which width on a road guards and ends a belt; one of unknown width does
            from county road upwards.
        join_m: what lies so near together was meant to touch.
        gap_m: farther apart, two ends are no gap but two ends.
        road_m: as far from a road an engine still reaches a facility.
        water_minutes: of a helicopter's round, or of a drive, that is water at hand.
        smoke_m: how high smoke over a stand is when it must be seen.
        seen_share: of a stand that a tower must see.
        sight_m: as far as a tower is taken to see where no relief is loaded.
    """

    guard_m: Annotated[float, Field(gt=0.0, le=1000.0)] = 100.0
    belt_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    road_width_m: Annotated[float, Field(ge=0.0, le=100.0)] = 4.0
    join_m: Annotated[float, Field(gt=0.0, le=500.0)] = 30.0
    gap_m: Annotated[float, Field(gt=0.0, le=5000.0)] = 500.0
    road_m: Annotated[float, Field(gt=0.0, le=5000.0)] = 100.0
    water_minutes: Annotated[float, Field(gt=0.0, le=600.0)] = 15.0
    smoke_m: Annotated[float, Field(ge=0.0, le=100.0)] = 30.0
    seen_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    sight_m: Annotated[float, Field(gt=0.0, le=50_000.0)] = 10_000.0
