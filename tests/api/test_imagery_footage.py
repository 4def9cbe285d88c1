"""Every recorded file of a drone, handed in by the command, and what comes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from imagery_rig import WhiteDetector, desk_of

from geo.locate import Locator
from models.user import Role

DRONE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage" / "drone"
pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not DRONE.is_dir(), reason="needs the recorded footage"),
]

# Why each file is no footage.
REFUSED = {
    "Rome-30m-DEM.tif": "is a TIFF",
    "seed_m3m_waypoint3x.kmz": "is a mission",
    "waypoint.kmz": "is a mission",
    "AP_Logger_output.BIN": "is a flight log",
    "ahmadkhanfar_test.tlog": "is a flight log",
    "capture.mav2.battery_status.tlog": "is a flight log",
    "bpla_mission.plan": "is a mission",
    "mission_test_sitl.plan": "is a mission",
    "broken_empty.SRT": "is empty",
    "Plockton.waypoints": "is a mission",
    "indoor_misison.waypoints": "is a mission",
    "jump_tags_into_wind_landing.waypoints": "is a mission",
}

# State, code, and what it lacks to be placed; the relief here is not of any of them.
SCORED = {
    "brighton_DJI_0025.JPG": ("scored", "", "attitude"),  # turned in Windows, nobody says how
    "DJI_20250709105029_0012_T.JPG": ("scored", "imagery_thermal", "place"),  # no fix
    "DJI_XT2.jpg": ("scored", "imagery_thermal", "relief"),  # of Kerala
    "DJI_XTR.jpg": ("scored", "imagery_thermal", "relief"),  # of Minas Gerais
    "H20N_DJI_0002_R.JPG": ("scored", "imagery_thermal", "place height attitude lens"),
    "M2EA_DJI_0005_R.JPG": ("scored", "imagery_thermal", "place height attitude lens"),
    "XTS_DJI_0001_R.jpg": ("refused", "picture_damaged", ""),  # breaks off
    "XTS_DJI_0002_R.jpg": ("scored", "imagery_thermal", "place height attitude"),
    "Mini5PRO_clip.SRT": ("scored", "", "attitude lens"),
    "air3_clip.SRT": ("scored", "", "attitude lens"),
    "avata2_clip.SRT": ("scored", "", "height attitude lens time"),
    "broken_empty2.SRT": ("refused", "subtitles_none", ""),
    "broken_incomplete.SRT": ("scored", "", "attitude lens"),
    "broken_incomplete2.SRT": ("scored", "", "height attitude lens"),
    "examples_DJI_sample.SRT": ("scored", "", "attitude lens time"),
    "mavic_2_style.SRT": ("scored", "", "height attitude lens"),
    "mavic_air.SRT": ("scored", "", "place height attitude lens"),
    "mavic_air2.srt": ("scored", "", "height attitude lens"),
    "mavic_mini.SRT": ("scored", "", "attitude lens time"),
    "mavic_pro.SRT": ("scored", "", "attitude lens"),
    "mavic_pro_buggy.SRT": ("scored", "", "attitude lens"),
    "mini4pro_clip.SRT": ("scored", "", "attitude lens time"),
    "mix_p4rtk_mavic2pro.srt": ("scored", "", "lens"),  # that of the P4 RTK tells the gimbal
    "old_format.SRT": ("scored", "", "attitude lens"),
    "p4_rtk.SRT": ("scored", "", "lens time order"),
    "p4p_sample.SRT": ("scored", "", "attitude lens time order"),
}


def test_every_recorded_file_comes_to_what_it_is(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = replace(api, context=replace(api.context, locator=Locator(api.context.terrain)))
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(rig.context.settings.data_dir))
    code = run_firewatch(monkeypatch, "imagery", "import", DRONE, "--zone", "Asia/Shanghai")
    out, err = capsys.readouterr()
    assert code == 1, "not all are footage"
    assert {line.split()[1] for line in out.splitlines()} == set(SCORED)
    said = err.splitlines()
    assert len(said) == len(REFUSED)
    for name, why in REFUSED.items():
        assert any(line.startswith(f"firewatch: {name} {why}") for line in said), name
    names = {path.name for path in DRONE.rglob("*") if path.is_file()}
    assert names == set(SCORED) | set(REFUSED)

    desk = desk_of(rig, WhiteDetector())
    while desk.work_once():
        pass
    client = rig.client(Role.VIEWER)
    found = client.get("/api/imagery?limit=100").json()["imagery"]
    assert {
        one["name"]: (one["state"], one["code"], " ".join(one["gaps"])) for one in found
    } == SCORED
    for one in found:
        told = one["message"]
        assert str(rig.context.settings.data_dir) not in told
        assert bool(told) or not one["code"]
        if one["code"] == "imagery_thermal":
            assert "raw numbers" in told
    (broken,) = [one for one in found if one["code"] == "picture_damaged"]
    assert broken["message"].startswith("XTS_DJI_0001_R.jpg is a damaged picture")
    (thermal,) = [one for one in found if one["name"].endswith("0012_T.JPG")]
    assert thermal["attitude"] == "xmp"
    assert client.get("/api/observations").json()["observations"] == []
