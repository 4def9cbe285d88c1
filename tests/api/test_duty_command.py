"""``firewatch duty`` as its user types it."""

import io
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import shapely
from command_line import run_firewatch

from api.commands import duty as command
from api.commands.user import open_store
from models.land import LandFeature, Layer

ZONE = ZoneInfo("Asia/Shanghai")
HEADINGS = ("日期", "镇街", "村", "岗位", "队伍", "姓名", "电话", "替班")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Of a district with two townships and a village."""
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    townships = [
        LandFeature(Layer.TOWNSHIP, code, name, shapely.box(x, 29.0, x + 0.1, 29.1), drill=True)
        for code, name, x in (("T1", "万隆镇", 106.0), ("T2", "金山镇", 106.1))
    ]
    village = LandFeature(Layer.VILLAGE, "V1", "红星村", shapely.Point(106.05, 29.05), drill=True)
    with closing(open_store(file)) as store:
        store.land.replace(Layer.TOWNSHIP, townships)
        store.land.replace(Layer.VILLAGE, [village])
    return file


def days(count: int) -> list[str]:
    today = datetime.now(ZONE).date()
    return [f"{today + timedelta(days=ahead)}" for ahead in range(count)]


def workbook(count: int) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS)
    for day in days(count):
        sheet.append((day, "万隆", None, "队", "专职", "张三", 13800001234, 0))
        sheet.append((day, "万隆", None, "队", "义务", "李四", "023-48660000", 1))
        sheet.append((day, "万隆", "红星", "网格员", None, "王五", 13900001111, None))
        sheet.append((day, "全区", None, "委", None, "赵六", 13700001111, None))
    sheet.append(("昨天", "万隆", None, "队", None, "张三", 13800001234, 0))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_import_now_and_gaps(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ("--settings", settings)
    assert run_firewatch(monkeypatch, "duty", "now", *asked) == 0
    assert capsys.readouterr().out.splitlines() == [
        *("the district", "  nobody", "T1 万隆镇", "  nobody", "T2 金山镇", "  nobody")
    ]
    file = tmp_path / "值班.xlsx"
    file.write_bytes(workbook(9))
    assert run_firewatch(monkeypatch, "duty", "import", file, *asked) == 0
    said = capsys.readouterr()
    assert (
        "36 shifts added, 0 replaced, 0 known already; 4 people added, 0 changed; 1 rows left out."
    ) in said.out
    assert "row 38, 日期: 昨天 is no day or time." in said.err
    assert run_firewatch(monkeypatch, "duty", "import", file, *asked) == 0
    assert "0 shifts added, 0 replaced, 36 known already" in capsys.readouterr().out

    assert run_firewatch(monkeypatch, "duty", "now", "--township", "T1", *asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "T1 万隆镇"
    assert [line.partition(", until")[0] for line in lines[1:]] == [
        "  village: grid of V1: 王五, 13900001111",
        "  township: team (full_time): 张三, 13800001234",
        "  township: team (volunteer) deputy 1: 李四, 023-48660000",
        "  district: committee: 赵六, 13700001111",
    ]
    assert all(line.endswith(" 00:00") for line in lines[1:])

    assert run_firewatch(monkeypatch, "duty", "gaps", "--days", "7", *asked) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == "5 gaps in 7 days, 2 townships."
    assert not any("万隆镇  team" in line for line in told.out.splitlines())
    assert told.err == ""
    assert run_firewatch(monkeypatch, "duty", "gaps", "--days", "62", *asked) == 0
    assert any("万隆镇  team" in line for line in capsys.readouterr().out.splitlines())
    assert run_firewatch(monkeypatch, "duty", "gaps", "--days", "63", *asked) == 2


def test_a_land_without_townships_is_told(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with closing(open_store(settings)) as store:
        store.land.replace(Layer.TOWNSHIP, [])
        store.land.replace(Layer.VILLAGE, [])
    table = f"日期,镇街,岗位,姓名,电话\n{days(1)[0]},500110001,站,张三,13800001234\n"
    file = tmp_path / "值班.csv"
    file.write_bytes(table.encode("gb18030"))
    asked = ("--settings", settings)
    assert run_firewatch(monkeypatch, "duty", "import", file, *asked) == 0
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "duty", "gaps", *asked) == 0
    told = capsys.readouterr()
    assert "only those of the roster were looked at" in told.err
    assert told.out.splitlines()[-1] == "3 gaps in 7 days, 1 townships."
    assert run_firewatch(monkeypatch, "duty", "now", *asked) == 0
    assert "  township: station: 张三, 13800001234" in capsys.readouterr().out


def test_a_file_without_a_good_row_fails(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "x.csv"
    rows = ["昨天,万隆,站,张三,13800001234"] * 60
    file.write_text("\n".join(("日期,镇街,岗位,姓名,电话", *rows)), encoding="utf-8")
    arguments = ("duty", "import", file, "--settings", settings)
    assert run_firewatch(monkeypatch, *arguments) == 1
    said = capsys.readouterr()
    assert "... and 10 more" in said.err
    assert "No row of the file could be taken." in said.err
    missing = tmp_path / "none.csv"
    assert run_firewatch(monkeypatch, "duty", "import", missing, "--settings", settings) == 1
    assert "cannot be read" in capsys.readouterr().err
    monkeypatch.setattr(command, "LARGEST_BYTES", 3)
    assert run_firewatch(monkeypatch, *arguments) == 1
    assert "more than 50 MB" in capsys.readouterr().err
