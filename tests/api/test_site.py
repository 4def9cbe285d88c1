from pathlib import Path

import pytest

from api.site import read_site
from models.errors import InputRefused

ROOT = Path(__file__).resolve().parents[2]
WHOLE = (ROOT / "examples/drill/site.toml").read_text(encoding="utf-8")


def test_the_drill_site_is_read_whole() -> None:
    site = read_site(ROOT / "examples/drill")
    assert site.drill
    assert list(site.cameras) == ["t1-red", "t2-fog", "c1-canopy", "t3-drill"]
    assert site.plume_camera_id == "t3-drill"
    assert site.plume is not None
    assert len(site.land) > 100


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("azimuth_deg = 28.0", "azimuth_deg = 400.0", "not a pose"),
        ("lat_deg = 36.1983333", "lat_deg = 136.0", "is not a place"),
        ('kind = "tower"', 'kind = "balloon"', "kind"),
        ('camera_id = "t1-red"', 'camera_id = "T1 red"', "camera_id"),
        ("\n[site]\n", "\n[site]\ncolour = 1\n", "colour"),
        ("\n[site]\n", "\n[site\n", "site.toml"),
    ],
)
def test_what_cannot_be_is_refused_and_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in WHOLE
    (tmp_path / "site.toml").write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputRefused, match=told):
        read_site(tmp_path)


def test_a_missing_site_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        read_site(tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputRefused):
        read_site(tmp_path)
