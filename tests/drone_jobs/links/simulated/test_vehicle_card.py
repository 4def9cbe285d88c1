"""What is on the card of a simulated aircraft, and who changes its battery."""

from itertools import pairwise

import pytest
from craft_rig import Ground, item, items_for, made_craft
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.links.simulated.camera import FRAME_S, Picture
from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.quirks import Quirks
from models.mission import Autopilot


def flown(card: list[Picture], items: list[mavlink.MAVLink_message]) -> Ground:
    ground = Ground(made_craft(Quirks.PX4, took=card.append))
    ground.pass_time(3.0)
    assert ground.upload(items) == 0
    ground.start()
    ground.until(lambda: ground.craft.pilot.is_airborne)
    ground.until(lambda: not ground.craft.pilot.is_airborne)
    return ground


def test_every_picture_that_is_told_is_on_the_card() -> None:
    card: list[Picture] = []
    ground = flown(card, items_for(Autopilot.PX4))
    told = ground.all("CAMERA_FEEDBACK")
    assert len(told) > 10
    assert [one.number for one in card] == [each.img_idx for each in told]
    for one, each in zip(card, told, strict=True):
        assert (each.lat, each.lng) == (round(one.lat_deg * 1e7), round(one.lon_deg * 1e7))
        assert each.alt_msl == pytest.approx(one.above_sea_m, abs=0.01)
        assert each.pitch == one.pitch_deg


def test_a_video_is_on_the_card_as_moments_and_is_told_as_no_picture() -> None:
    card: list[Picture] = []
    ground = flown(
        card,
        [
            item(0, 22, z=60.0, lat_deg=28.9505, lon_deg=106.5505),
            item(1, 205, 2, params=(-15.0, 0.0, 0.0, 0.0), lat_deg=0.0, lon_deg=0.0, z=2.0),
            item(2),
            item(3, 2500, 2, lat_deg=0.0, lon_deg=0.0, z=0.0),
            item(4, lat_deg=28.9535),
            item(5, 2501, 2, lat_deg=0.0, lon_deg=0.0, z=0.0),
            item(6, lat_deg=28.9555),
            item(7, 20, 2, lat_deg=0.0, lon_deg=0.0, z=0.0),
        ],
    )
    assert ground.all("CAMERA_FEEDBACK") == []
    assert len(card) >= 7  # 278 m at 8 m/s
    assert all(28.951 - 1e-5 <= one.lat_deg <= 28.9535 + 1e-5 for one in card)
    assert {one.pitch_deg for one in card} == {-15.0}
    apart_s = [b.at_s - a.at_s for a, b in pairwise(card)]
    assert apart_s == pytest.approx([FRAME_S] * len(apart_s), abs=0.3)


def test_a_battery_is_changed_on_the_ground_after_its_time_and_only_by_somebody() -> None:
    for after_s, held in ((None, 0.4), (60.0, 1.0)):
        ground = Ground(made_craft(Quirks.PX4, settings=Settings(new_battery_after_s=after_s)))
        ground.pass_time(3.0)
        ground.craft.set_battery(0.4)
        ground.pass_time(11.0)  # 56 s of its own
        assert ground.craft.pilot.body.battery_share == 0.4
        ground.pass_time(2.0)
        assert ground.craft.pilot.body.battery_share == held
