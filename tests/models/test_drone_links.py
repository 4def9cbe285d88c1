"""How aircraft are reached, as the settings file tells it: whole or refused, and told why."""

from pathlib import Path

import pytest

from models.config import Settings, load_settings
from models.config.drone_links import DroneLinkKind
from models.errors import InputRefused

DOCK = """kind = "dock"
url = "mqtts://broker.test:8883"
dock_serial = "7CTDM0"
aircraft_serial = "1581F0"
files_folder = "/srv/missions"
files_url = "https://files.test/missions"
"""
DOCK_FIELDS = ("url", "dock_serial", "aircraft_serial", "files_folder", "files_url")


def settings(folder: Path, *links: str) -> Settings:
    file = folder / "firewatch.toml"
    told = "".join(
        f'[[drones.links]]\naircraft = "A{at}"\n{link}\n' for at, link in enumerate(links)
    )
    file.write_text(told, encoding="utf-8")
    return load_settings(file, {})


def test_one_of_each_kind(tmp_path: Path) -> None:
    mavlink = 'kind = "mavlink"\nurl = "udpin:0.0.0.0:14550"\nsystem = 7\nfollows_terrain = true'
    found = settings(tmp_path, mavlink, DOCK, 'kind = "simulated"\nspeedup = 20.0').drones.links
    assert [link.kind for link in found] == list(DroneLinkKind)
    assert [link.aircraft for link in found] == ["A0", "A1", "A2"]
    assert (found[0].system, found[0].follows_terrain) == (7, True)
    assert found[1].files_folder == Path("/srv/missions")
    assert (found[1].user, found[1].password_file, found[1].ca_file) == ("", None, None)
    assert (found[2].url, found[2].speedup) == ("", 20.0)
    assert settings(tmp_path).drones.links == ()


def test_a_mavlink_link_has_an_address(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="the link to A0 lacks url"):
        settings(tmp_path, 'kind = "mavlink"')


@pytest.mark.parametrize("name", DOCK_FIELDS)
def test_a_dock_lacks_nothing(tmp_path: Path, name: str) -> None:
    lines = [line for line in DOCK.splitlines() if not line.startswith(f"{name} ")]
    with pytest.raises(InputRefused, match=f"the link to A0 lacks {name}"):
        settings(tmp_path, "\n".join(lines))


def test_all_that_a_dock_lacks_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=f"lacks {', '.join(DOCK_FIELDS)}"):
        settings(tmp_path, 'kind = "dock"')


@pytest.mark.parametrize(
    "wrong",
    [
        'kind = "carrier-pigeon"',
        'kind = "mavlink"\nurl = "tcp:h:1"\nsystem = 0',
        'kind = "mavlink"\nurl = "tcp:h:1"\nsystem = 256',
        'kind = "simulated"\nspeedup = 0.0',
        'kind = "simulated"\nspeedup = 201.0',
        'kind = "simulated"\nspeed_up = 2.0',
        DOCK.replace("https://files", "ftp://files"),
        DOCK.replace('/missions"\n', '/missions?key=1"\n'),
        DOCK.replace("7CTDM0", "7CTDM0/+"),
        DOCK.replace("1581F0", "1" * 65),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(InputRefused, match=r"The setting drones\.links"):
        settings(tmp_path, wrong)


def test_an_aircraft_has_one_link(tmp_path: Path) -> None:
    twice = 'kind = "simulated"\n[[drones.links]]\naircraft = "A0"\nkind = "simulated"'
    with pytest.raises(InputRefused, match="A0 has two links"):
        settings(tmp_path, twice)


def test_a_dock_has_one_link(tmp_path: Path) -> None:
    """Two clients of one name would cut each other off."""
    with pytest.raises(InputRefused, match="the dock 7CTDM0 has two links"):
        settings(tmp_path, DOCK, DOCK)
    other = DOCK.replace("7CTDM0", "7CTDM1")
    assert len(settings(tmp_path, DOCK, other).drones.links) == 2
