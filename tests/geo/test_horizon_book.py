import logging
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from geo.horizon import HorizonBook, PolarGround
from geo.locate import Locator
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position

TOWER = (-84.25583, 36.23666)
RADIUS_M = 2_000.0


@pytest.fixture(scope="module")
def relief() -> Terrain:
    return replace(drill_relief(), fingerprint="heights-000000000001")


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.profile.npy"))


def test_profiles_are_read_once_and_kept(tmp_path: Path, relief: Terrain) -> None:
    book = HorizonBook(relief, folder=tmp_path / "h", radius_m=RADIUS_M)
    first = book.around(*TOWER)
    assert book.around(*TOWER) is first
    (file,) = kept(tmp_path / "h")
    again = HorizonBook(relief, folder=tmp_path / "h", radius_m=RADIUS_M).around(*TOWER)
    assert isinstance(again.values_m, np.memmap)
    np.testing.assert_array_equal(again.values_m, first.values_m)
    assert (again.step_m, again.cell_m) == (first.step_m, first.cell_m)
    assert list((tmp_path / "h").iterdir()) == [file]


def test_new_relief_takes_the_old_profiles_away(tmp_path: Path, relief: Terrain) -> None:
    HorizonBook(relief, folder=tmp_path, radius_m=RADIUS_M).around(*TOWER)
    raised = replace(
        relief, values_m=relief.values_m + np.float32(5.0), fingerprint="heights-000000000002"
    )
    second = HorizonBook(raised, folder=tmp_path, radius_m=RADIUS_M).around(*TOWER)
    assert second.ground_m == pytest.approx(relief.height_at(*TOWER) + 5.0, abs=0.1)
    (file,) = kept(tmp_path)
    assert file.name.startswith("heights-000000000002_")


def test_relief_without_a_fingerprint_is_not_kept(tmp_path: Path) -> None:
    HorizonBook(drill_relief(), folder=tmp_path, radius_m=RADIUS_M).around(*TOWER)
    assert list(tmp_path.iterdir()) == []


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


def _no_array(file: Path) -> None:
    file.write_bytes(b"not an array")


def _another_shape(file: Path) -> None:
    with file.open("wb") as out:
        np.save(out, np.zeros((3, 3), np.float32))


def _empty(file: Path) -> None:
    file.write_bytes(b"")  # as a power cut leaves it


@pytest.mark.parametrize("damage", [_cut, _no_array, _another_shape, _empty])
def test_damaged_profiles_are_made_again(
    tmp_path: Path, relief: Terrain, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    true = HorizonBook(relief, folder=tmp_path, radius_m=RADIUS_M).around(*TOWER)
    (file,) = kept(tmp_path)
    damage(file)  # type: ignore[operator]
    with caplog.at_level(logging.WARNING):
        again = HorizonBook(relief, folder=tmp_path, radius_m=RADIUS_M).around(*TOWER)
    assert "made again" in caplog.text
    np.testing.assert_array_equal(again.values_m, true.values_m)


def test_a_disk_that_takes_nothing_costs_no_answer(
    tmp_path: Path, relief: Terrain, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "h").write_text("a file", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        ground = HorizonBook(relief, folder=tmp_path / "h", radius_m=RADIUS_M).around(*TOWER)
    assert ground.ground_m > 0.0
    assert "cannot be kept" in caplog.text


def test_the_least_used_tower_leaves_memory(relief: Terrain) -> None:
    book = HorizonBook(relief, radius_m=500.0, in_memory=2)
    places = [(-84.25, 36.30), (-84.26, 36.30), (-84.27, 36.30)]
    first, second = (book.around(*place) for place in places[:2])
    assert book.around(*places[0]) is first
    book.around(*places[2])
    assert book.around(*places[0]) is first
    assert book.around(*places[1]) is not second


def test_two_that_ask_at_once_wait_for_one_reading(relief: Terrain) -> None:
    book, found = HorizonBook(relief, radius_m=RADIUS_M), []
    threads = [Thread(target=lambda: found.append(book.around(*TOWER))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(each) for each in found}) == 1


def test_very_fine_relief_is_read_at_ten_metres() -> None:
    values = np.add.outer(np.arange(400.0), np.arange(400.0)).astype(np.float32)
    fine = Terrain("fine", values, 106.6, 28.9, 2.0 / 111_195.0)
    ground = HorizonBook(fine, radius_m=300.0).around(106.6036, 28.8964)
    assert ground.cell_m == 10.0
    assert ground.values_m.shape == PolarGround.shape_for(10.0, 300.0)


def test_a_lens_sees_from_its_own_height(relief: Terrain) -> None:
    book = HorizonBook(relief, radius_m=RADIUS_M)
    on_mast = book.horizon(Position(*TOWER, 30.0, HeightDatum.GROUND))
    assert on_mast is not None
    ground_m = on_mast.ground.ground_m
    assert on_mast.lens_m == pytest.approx(ground_m + 30.0)
    above_sea = book.horizon(Position(*TOWER, 1_050.0, HeightDatum.SEA_LEVEL))
    assert above_sea is not None
    assert above_sea.lens_m == 1_050.0
    assert book.horizon(Position(-85.0, 36.2, 30.0, HeightDatum.GROUND)) is None
    with pytest.raises(InputRefused) as caught:
        book.horizon(Position(*TOWER, 1_050.0, HeightDatum.ELLIPSOID))
    assert caught.value.code == "geoid_outside"


def test_a_locator_with_kept_profiles_answers_the_same(tmp_path: Path, relief: Terrain) -> None:
    observer = Position(*TOWER, 30.0, HeightDatum.GROUND)
    pose = Pose(40.0, -1.0, 0.0, 66.0, azimuth_sigma_deg=0.1, tilt_sigma_deg=0.1)
    question = (observer, pose, 1480.0, 884.0, 2048, 1536)
    first = Locator(relief, folder=tmp_path, max_range_m=9_000.0).locate(*question)
    assert Locator(relief, folder=tmp_path, max_range_m=9_000.0).locate(*question) == first
    assert Locator(relief, max_range_m=9_000.0).locate(*question) == first
    assert len(kept(tmp_path)) == 1
