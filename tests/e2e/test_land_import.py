"""An administrator brings in a GBK shapefile as offices send it, looks at it, and undoes it."""

import csv
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NEW = "watch-the-forest-9"
PATIENCE_MS = 60_000
BELTS = [
    ("FHLD-001", "北坡生物防火林带", "生物", "30", (106.60, 28.85), (106.64, 28.88)),
    ("FHLD-002", "南坡工程隔离带", "工程", "12", (106.65, 28.80), (106.70, 28.83)),
    ("FHLD-003", "没有宽度的林带", "生物", "很宽", (106.71, 28.84), (106.74, 28.86)),
]


@pytest.fixture
def shapefile(tmp_path: Path) -> Path:
    """A zip without a .cpg, its text in GBK, its coordinates Gauss-Krueger, by GDAL's program."""
    if shutil.which("ogr2ogr") is None:
        pytest.skip("needs GDAL's programs (apt-get install gdal-bin)")
    table, folder = tmp_path / "belts.csv", tmp_path / "belts"
    folder.mkdir()
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "名称", "类型", "宽度", "WKT"])
        for code, name, kind, width, one, other in BELTS:
            line = f"LINESTRING ({one[0]} {one[1]}, {other[0]} {other[1]})"
            writer.writerow([code, name, kind, width, line])
    command = ["ogr2ogr", "-f", "ESRI Shapefile", "-s_srs", "EPSG:4326", "-t_srs", "EPSG:4545"]
    command += ["-lco", "ENCODING=GBK", "-select", "编号,名称,类型,宽度"]
    subprocess.run([*command, str(folder / "防火林带.shp"), str(table)], check=True)  # noqa: S603
    with zipfile.ZipFile(tmp_path / "防火林带.zip", "w") as archive:
        for part in folder.iterdir():
            if part.suffix != ".cpg":
                archive.write(part, part.name)
    return tmp_path / "防火林带.zip"


def enter(page: Page, watch: Demo) -> None:
    sign_in(page, watch, "admin")
    for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{field}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    page.get_by_test_id("landdata-open").click()


def see_count(page: Page, layer: str, count: int) -> None:
    shown = page.get_by_test_id("landdata-layers").locator(f"[data-layer={layer}] b")
    expect(shown).to_have_text(str(count))


def see_mapping(page: Page) -> None:
    """The text is read as it was meant, and the columns are understood."""
    columns = page.get_by_test_id("landimport-columns")
    expect(columns.locator("[data-column=名称]")).to_contain_text(
        "北坡生物防火林带", timeout=PATIENCE_MS
    )
    expect(columns.locator("[data-column=类型]")).to_contain_text("类型")
    expect(page.get_by_test_id("landimport-facts")).to_contain_text("3 线")
    expect(page.get_by_test_id("landimport-layer")).to_contain_text("林火阻隔带")
    expect(page.get_by_test_id("landimport-system")).to_contain_text("108°E")


def test_a_gbk_shapefile_is_brought_in_checked_taken_and_undone(
    tmp_path: Path, open_page: OpenPage, shapefile: Path
) -> None:
    with running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        enter(page, watch)
        page.get_by_test_id("landimport-open").click()

        # A file that is none is told with its remedy, and the next one is taken.
        drawing = tmp_path / "plan.dwg"
        drawing.write_bytes(b"AC1032" + bytes(500))
        page.get_by_test_id("landimport-file").set_input_files(drawing)
        expect(page.get_by_role("alert")).to_contain_text("CAD")
        page.get_by_test_id("landimport-file").set_input_files(shapefile)

        see_mapping(page)
        page.get_by_test_id("landimport-check").click()

        # What would become of it, on a map and row by row.
        expect(page.locator("[data-testid=landimport-map][data-ready=true]")).to_be_visible(
            timeout=PATIENCE_MS
        )
        expect(page.get_by_test_id("landimport-taken")).to_contain_text("3")
        expect(page.get_by_test_id("landimport-mended")).to_contain_text("1")
        expect(page.get_by_test_id("landimport-lines")).to_contain_text("“很宽”不是数")
        expect(page.get_by_test_id("landimport-effect")).to_contain_text("新增 3")
        field_of(page, "landimport-note").fill("演练导入")
        page.get_by_test_id("landimport-apply").click()
        done = page.get_by_test_id("landimport-done")
        expect(done).to_contain_text("新增 3", timeout=PATIENCE_MS)
        with page.expect_download() as download:
            page.get_by_test_id("landimport-report").click()
        report = Path(download.value.path()).read_bytes()
        assert report.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark"
        assert "“宽度”的“很宽”不是数" in report.decode("utf-8-sig")
        page.get_by_test_id("landimport-close").click()

        # It is there for everybody, comes out again, and goes back.
        see_count(page, "forest_belt", 3)
        change = page.get_by_test_id("landchange").first
        expect(change).to_contain_text("防火林带.zip")
        expect(change).to_contain_text("演练导入")
        page.get_by_test_id("landexport-open").click()
        with page.expect_download() as download:
            page.get_by_test_id("landexport-link").click()
        with zipfile.ZipFile(download.value.path()) as archive:
            assert "forest_belt.dbf" in archive.namelist()
            assert "北坡生物防火林带".encode("gbk") in archive.read("forest_belt.dbf")
        page.keyboard.press("Escape")
        page.get_by_test_id("landdata").wait_for(state="hidden")
        page.get_by_test_id("landdata-open").click()
        page.get_by_test_id("landchange-undo").first.click()
        page.locator(".n-popconfirm__action button").last.click()
        expect(page.get_by_test_id("landchange")).to_have_count(2)
        expect(page.get_by_test_id("landchange").first).to_contain_text("撤销")
        see_count(page, "forest_belt", 0)

        assert seen.outside == []
        # The browser itself reports the refusal that was provoked, and that nobody was signed in.
        assert [error for error in seen.errors if "Failed to load resource" not in error] == []
