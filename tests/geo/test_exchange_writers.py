"""Writers of files, part by part: what cannot be written, or came back as another, is refused."""

from pathlib import Path

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import prj_of, stated_system
from geo.exchange import RawLayer, process, read_back, read_file
from geo.exchange.columns import columns_of
from geo.exchange.write_gdal import write_geopackage
from geo.exchange.write_systems import in_china
from geo.exchange.write_tables import csv_bytes
from geo.exchange.write_text import Sheet
from models.errors import InputRefused
from models.land import Fact, LandFeature, Layer

PLACE = shapely.Point(106.6, 28.8)


def raw(
    *rows: tuple[Fact, ...], shape: BaseGeometry | None = PLACE, as_text: bool = False
) -> RawLayer:
    columns = ("code", "name", "depth_m")
    return RawLayer("pool", columns, rows, (shape,) * len(rows), "EPSG:4326", as_text=as_text)


def headings(places: list[BaseGeometry], **properties: Fact) -> str:
    features = [
        LandFeature(Layer.POST, f"p{index}", "post", place, drill=False, properties=properties)
        for index, place in enumerate(places)
    ]
    sheet = Sheet(Layer.POST, columns_of(Layer.POST, features), places, drill=False)
    return csv_bytes(sheet).decode("utf-8-sig").splitlines()[0]


@pytest.mark.parametrize("code", [4326, 4490, 4491, 4524, 4534, 4545, 32648])
def test_the_words_of_a_code_are_that_code(code: int) -> None:
    assert stated_system(prj_of(code)) == f"EPSG:{code}"


@pytest.mark.parametrize(
    "text",
    [
        "no system at all",
        prj_of(4267),  # degrees of another datum
        prj_of(2263),  # in feet
        prj_of(3034),  # a cone
        prj_of(32748),  # UTM of the south
    ],
)
def test_the_words_of_no_known_code_stay_as_they_are(text: str) -> None:
    assert stated_system(text) == text


@pytest.mark.parametrize(
    "answer", [b"", b"123", bytes(8), b"\x04" + bytes(7) + b"[{}]", b"\x01" + bytes(7) + b"7"]
)
def test_an_answer_that_is_none_is_a_damaged_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: bytes
) -> None:
    monkeypatch.setattr(process, "_ask", lambda *_: answer)
    with pytest.raises(InputRefused) as refusal:
        read_file(tmp_path / "any.csv")
    assert refusal.value.code == "file_damaged"


@pytest.mark.parametrize(
    ("went", "came", "told"),
    [
        ([raw(("1", "a", 2.0))], [], "0 of 1 layers"),
        ([raw(("1", "a", 2.0))], [raw()], "0 of 1 features"),
        ([raw(("1", "a", 2.0))], [raw(("1", "a", "deep"))], "depth_m of a"),
        ([raw(("1", "a", 2.0))], [raw(("1", "a", None))], "depth_m of a"),
        ([raw(("1", "a", True), as_text=True)], [raw(("1", "a", "false"))], "depth_m of a"),
        ([raw(("1", "a", 2.0))], [raw(("1", "b", 2.0))], "name of a"),
        ([raw(("1", "a", 2.0))], [raw(("1", "a", 2.0), shape=None)], "shape of a"),
        ([raw(("1", "a", 2.0), shape=None)], [raw(("1", "a", 2.0))], "shape of a"),
    ],
)
def test_what_comes_back_as_another_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    went: list[RawLayer],
    came: list[RawLayer],
    told: str,
) -> None:
    monkeypatch.setattr(read_back, "read_file", lambda _: came)
    with pytest.raises(InputRefused, match=told) as refusal:
        read_back.same_again(tmp_path / "draft", went, read_back.SAME_DEG)
    assert refusal.value.code == "export_lost"


def test_a_file_that_gdal_cannot_create_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be written") as refusal:
        write_geopackage(
            tmp_path / "nowhere" / "land.gpkg",
            [raw(("1", "a", 2.0))],
            [["text", "text", "number"]],
        )
    assert refusal.value.code == "export_lost"


@pytest.mark.parametrize(
    ("places", "there"), [([PLACE], True), ([shapely.Point(-84.2, 36.2)], False)]
)
def test_cgcs2000_is_for_china(places: list[BaseGeometry], there: bool) -> None:  # noqa: FBT001
    assert in_china(places) is there


@pytest.mark.parametrize(
    ("places", "epsg"),
    [
        ([PLACE], "EPSG:4545"),  # the zone of 108 degrees
        ([shapely.Point(-84.2, 36.2)], None),  # abroad
        ([PLACE, PLACE, shapely.Point(-84.2, 36.2)], None),  # one of them is
    ],
)
def test_a_table_has_metres_where_all_of_it_lies_in_a_zone(
    places: list[BaseGeometry], epsg: str | None
) -> None:
    head = headings(places)
    assert (f"东坐标({epsg})" in head) if epsg else ("东坐标" not in head)


@pytest.mark.parametrize(
    ("value", "is_marked"), [("true", True), ("false", True), ("007", True), ("seven", False)]
)
def test_a_text_that_looks_typed_is_marked(value: str, is_marked: bool) -> None:  # noqa: FBT001
    mark = read_back.TEXT_MARK
    assert (f"remark9{mark}" in headings([PLACE], remark9=value)) is is_marked
