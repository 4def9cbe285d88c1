"""A report as PDF, Word and CSV: every key has words, and nothing in a cell breaks a file."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import docx
import pytest
from api_rig import ApiRig
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from made_report import made_report, report_with_cells

from api.languages import Language
from api.reports.blocks import Grid, Paragraph
from api.reports.csv_file import FORMULA, csv_of
from api.reports.files_routes import MEDIA_TYPES, ReportFormat
from api.reports.fonts import PACKAGE, TEXT, TypefaceMissing, font_file
from api.reports.judging import kept
from api.reports.layout import document_of, file_name_of
from api.reports.making import report_of
from api.reports.numbers import ends, scaled, shown
from api.reports.pdf import pdf_of
from api.reports.texts import NUMBERED, SHARES, clean
from api.reports.word import word_of
from api.reports.words import SECTIONS, ReportWords, page_words
from models.order import PushState
from models.report import Cell, Figure, Report, ReportKind
from models.user import Role

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
WORDS = {
    language: json.loads((ROOT / f"console/src/i18n/{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}
HOSTILE = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "=cmd|'/c calc'!A1",
        "\t=1+1",
        "\uff1d1+1",
        "@SUM(A1)",
        "<w:t>&amp;]]></w:t>",
        "\x00\x01\x1b[31m",
        "\u202egpj.exe",
        "🔥" * 40,
        "שלום عليكم",
        "\ud800",
        "\ufffe\uffff",
        "\ue000\ue000\ue000",
        "a" * 3000,
        "火" * 3000,
        "{page}{pages}{nb}%s%(x)s",
    ]
)
CELLS = HOSTILE | st.none() | st.integers(-(10**18), 10**18) | st.floats()


def pages_of(data: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", data))


def word_texts(data: bytes) -> list[str]:
    """Every text of a Word file's body in tables and paragraphs."""
    found = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return [one.text for one in found.paragraphs] + cells


def rows_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "period"), [(ReportKind.MONTHLY, "2026-11"), (ReportKind.YEARLY, "2026")]
)
def test_every_key_of_a_report_has_words(
    api: ApiRig, language: Language, kind: ReportKind, period: str
) -> None:
    words = WORDS[language]
    report = report_of(api.context, kind, period)
    assert len(report.sections) > 5
    lacking = []
    for section in report.sections:
        lacking += [section.key] * (section.key not in words["report_section"])
        lacking += [one for one in section.remarks if one not in words["report_remark"]]
        for figure in section.figures:
            lacking += [figure.key] * (figure.key not in words["report_figure"])
            if figure.unit not in {"count", "share"}:
                lacking += [figure.unit] * (figure.unit not in words["report_unit"])
        for table in section.tables:
            lacking += [table.key] * (table.key not in words["report_table"])
            columns = [one for one in table.columns if not one.startswith("hour_")]
            lacking += [one for one in columns if one not in words["report_column"]]
    assert lacking == []


def test_every_remark_and_table_that_a_section_names_has_words() -> None:
    """Also those that a quiet month does not say."""
    folder = ROOT / "api/reports/sections"
    named: dict[str, set[str]] = {"report_table": set(), "report_remark": set()}
    columns: set[str] = set()
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        named["report_table"] |= set(re.findall(r'ReportTable\(\s*"([a-z0-9_]+)"', text))
        for part in re.findall(r"remarks?\b[^\n]*=[^\n]*|remarks\.append\([^\n]*", text):
            named["report_remark"] |= set(re.findall(r'"([a-z0-9_]{6,})"', part))
        for part in re.findall(r"[cC](?:olumns|OLUMNS) = \(([^)]*)\)", text):
            columns |= set(re.findall(r'^\s*"([a-z0-9_]+)",', part, re.MULTILINE))
    assert len(named["report_table"]) > 10
    assert len(named["report_remark"]) > 8
    assert len(columns) > 5
    for language in LANGUAGES:
        for section, keys in named.items():
            assert keys - set(WORDS[language][section]) == set(), (language, section)
        assert columns - set(WORDS[language]["report_column"]) == set(), language


def test_a_page_has_the_same_words_with_the_same_blanks_in_both_languages() -> None:
    zh, en = page_words()["zh"], page_words()["en"]
    assert set(zh) == set(en)
    for key, text in zh.items():
        blanks = {name.partition(":")[0] for name in re.findall(r"\{([^}]+)\}", text)}
        assert blanks == {name.partition(":")[0] for name in re.findall(r"\{([^}]+)\}", en[key])}
        assert text.strip()
    assert re.search("[\u4e00-\u9fff]", "".join(en.values())) is None
    assert {f"push_{state}" for state in PushState} <= set(zh)


def test_the_console_knows_the_same_columns() -> None:
    text = (ROOT / "console/src/lib/reports.ts").read_text(encoding="utf-8")
    for name, ours in (("SHARES", SHARES), ("NUMBERED", NUMBERED)):
        (listed,) = re.findall(rf"{name} = new Set\(\[([^\]]*)\]\)", text)
        assert set(re.findall(r'"(\w+)"', listed)) == ours
    (listed,) = re.findall(r"SECTIONS: Record<string, string> = \{([^}]*)\}", text)
    assert dict(re.findall(r'"([\w.]+)": "(\w+)"', listed)) == {
        f"{table}.{column}": section for (table, column), section in SECTIONS.items()
    }


def test_numbers_read_as_in_the_console() -> None:
    examples = json.loads((ROOT / "tests/fixtures/report_numbers.json").read_text("utf-8"))
    for value, unit, word, wanted in examples["shown"]:
        assert shown(value, unit, {unit: word}) == wanted, (value, unit)
    for value, unit, size, named in examples["scaled"]:
        found, in_unit = scaled(value, unit)
        assert found == pytest.approx(size)
        assert in_unit == named
    for low, high, unit, word, wanted in examples["ends"]:
        assert ends(low, high, unit, {unit: word}) == wanted


@pytest.mark.parametrize(
    ("value", "low", "high", "limit", "answer"),
    [
        (30.0, None, None, 30.0, "yes"),
        (30.01, None, None, 30.0, "no"),
        (0.0, 0.0, 30.0, 30.0, "yes"),
        (20.0, 10.0, 31.0, 30.0, "yes_unsure"),
        (40.0, 30.0, 50.0, 30.0, "no_unsure"),
        (40.0, 31.0, 50.0, 30.0, "no"),
        (None, None, None, 30.0, "unknown"),
        (3.0, None, None, None, "unknown"),
    ],
)
def test_a_limit_is_kept_or_not_or_unsure(
    value: float | None, low: float | None, high: float | None, limit: float | None, answer: str
) -> None:
    assert kept(Figure("k", value, "minutes", low, high, limit=limit)) == answer


def test_a_page_says_value_interval_basis_limit_and_rows_and_unknown_is_never_zero() -> None:
    document = document_of(made_report(), "zh", ZONE, drill=False)
    grids = [block for block in document.blocks if isinstance(block, Grid)]
    by_name = {row[0]: row for grid in grids for row in grid.rows}
    assert by_name["误报"][1:] == (
        "0.0421 起/台·天",
        "0.0301\u20130.0577 起/台·天",
        "13 / 309",
        "≤ 0.05 起/台·天",
        "达标\uff08区间越过限值\uff09",
        "13",
    )
    assert by_name["time_to_verdict"][1] == "无法得知"
    assert by_name["火情"][1] == "0"
    assert by_name["500110001"][3] == "无法得知"
    said = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert "统计时段\uff1a2026-11-01 00:00 至 2026-12-01 00:00\uff08Asia/Shanghai\uff09" in said
    assert not any("演练" in text or "尚未结束" in text for text in said)
    running = document_of(made_report(is_whole=False), "zh", ZONE, drill=True)
    warned = [one.text for one in running.blocks if isinstance(one, Paragraph) and one.is_warning]
    assert len(warned) == 2
    assert any("2026-12-01 00:00" in text for text in warned)


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_has_styles_fields_and_typefaces(language: Language) -> None:
    document = document_of(made_report(), language, ZONE, drill=True)
    data = word_of(document)
    word = docx.Document(io.BytesIO(data))
    assert word.paragraphs[0].style is not None
    assert (word.paragraphs[0].text, word.paragraphs[0].style.name) == (document.title, "Title")
    headings = [one.text for one in word.paragraphs if one.style.name == "Heading 1"]
    assert len(headings) == 2
    assert headings[0].startswith("一、" if language == "zh" else "1. ")
    section = word.sections[0]
    assert round(section.page_width.mm), round(section.page_height.mm) == (210, 297)
    assert section.header.paragraphs[0].text == "重庆市綦江区"
    fields = re.findall(r'w:instr="(\w+)"', section.footer._element.xml)
    assert fields == ["PAGE", "NUMPAGES"]
    fonts = word.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    heading = word.styles["Heading 1"].element.rPr.rFonts
    assert heading.get(qn("w:eastAsia")) == "黑体"
    assert not [key for key in heading.attrib if key.endswith("Theme")]
    assert word.tables[0].rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert (word.core_properties.title, word.core_properties.author) == (
        document.title,
        "重庆市綦江区",
    )
    texts = word_texts(data)
    for block in document.blocks:
        if isinstance(block, Grid):
            assert set(block.headings) <= set(texts)
            assert {cell for row in block.rows for cell in row} <= set(texts)
    signed = page_words()[language]["filled"]
    assert any(text.startswith(signed) for text in texts)


def test_a_table_that_is_too_wide_lies_on_its_side() -> None:
    report = report_with_cells(*(f"第{number}个很长的格子" for number in range(14)))
    document = document_of(report, "zh", ZONE, drill=False)
    word = docx.Document(io.BytesIO(word_of(document)))
    assert [one.page_width > one.page_height for one in word.sections] == [False, True]
    more = made_report(sections=(*report.sections, *made_report().sections))
    turned_back = docx.Document(io.BytesIO(word_of(document_of(more, "zh", ZONE, drill=False))))
    sides = [one.page_width > one.page_height for one in turned_back.sections]
    assert sides[:3] == [False, True, False]
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf_of(document))
    assert any(float(wide) > float(high) for wide, high in boxes)


@settings(max_examples=20)
@given(st.lists(CELLS, min_size=1, max_size=12), st.sampled_from(LANGUAGES))
def test_nothing_in_a_cell_breaks_word(cells: list[Cell], language: Language) -> None:
    document = document_of(report_with_cells(*cells), language, ZONE, drill=False)
    data = word_of(document)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(packed.read(name))
    texts = word_texts(data)
    for block in document.blocks:
        if isinstance(block, Grid):
            for cell in (cell for row in block.rows for cell in row):
                assert cell in texts


@settings(max_examples=8)
@given(st.lists(CELLS, min_size=1, max_size=12))
def test_nothing_in_a_cell_breaks_a_pdf(cells: list[Cell]) -> None:
    data = pdf_of(document_of(report_with_cells(*cells), "zh", ZONE, drill=False))
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert 1 <= pages_of(data) < 400


@settings(max_examples=200)
@given(st.lists(CELLS, min_size=1, max_size=5), HOSTILE)
def test_no_spreadsheet_takes_a_cell_for_a_formula(cells: list[Cell], site: str) -> None:
    report = report_with_cells(*cells)
    report = made_report(sections=report.sections, site_name=site)
    for row in rows_of(csv_of(report, "zh", ZONE, drill=True)):
        for cell in row:
            assert not cell.startswith(FORMULA) or cell.startswith("'") or _is_number(cell)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@given(HOSTILE)
def test_clean_text_is_one_line_of_what_xml_takes(text: str) -> None:
    found = clean(text)
    etree.fromstring(f"<a>{escape(found)}</a>".encode())
    assert "\n" not in found
    assert clean(found) == found
    assert not set(found) & set("\u202e\u2066\x1b")


def test_numbers_of_a_csv_are_whole_and_can_be_reckoned_with() -> None:
    rows = rows_of(csv_of(made_report(), "en", ZONE, drill=False))
    by_name = {row[0]: row for row in rows if row}
    false_alarms = by_name["False alarms"]
    assert [float(cell) for cell in false_alarms[1:2] + false_alarms[3:8]] == [
        *(0.0421, 0.0301, 0.0577),
        *(13, 309, 0.05),
    ]
    assert false_alarms[8:] == ["kept (interval beyond limit)", "13"]
    assert by_name["time_to_verdict"][1] == "cannot be known"
    assert by_name["500110005"][3] == "0.5"
    assert by_name["from"] == ["from", "2026-11-01 00:00"]


def test_a_name_is_one_that_every_disk_takes() -> None:
    assert file_name_of(made_report(), "zh", "pdf") == "重庆市綦江区2026年11月瞭望监测达标报告.pdf"
    odd = file_name_of(made_report(site_name='a/b\\c:*?"<>|\x00\n' * 40), "en", "docx")
    assert not set(odd) & set('/\\:*?"<>|\x00\n')
    assert len(odd) <= 85


def test_a_typeface_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, api: ApiRig) -> None:
    assert font_file(TEXT).is_file()
    with pytest.raises(TypefaceMissing) as told:
        font_file(TEXT, "no_such_package")
    assert told.value.code == "report_font_missing"
    assert "pylopdf-fonts-zh-cn" in told.value.remedy
    with pytest.raises(TypefaceMissing):
        font_file("other.otf", PACKAGE)
    monkeypatch.setattr("api.reports.pdf.TEXT", "other.otf")
    client = api.client(Role.MONITOR)
    answer = client.get("/api/reports/monthly/2026-11/file?format=pdf")
    assert (answer.status_code, answer.json()["code"]) == (503, "report_font_missing")
    assert client.get("/api/reports/monthly/2026-11/file?format=docx").status_code == 200


@pytest.mark.parametrize("format_", list(ReportFormat))
@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("monthly/2026-11", "2026年11月瞭望监测达标报告"),
        ("yearly/2026", "2026年度火灾风险研判报告"),
    ],
)
def test_a_file_is_handed_over_with_its_name_and_written_down(
    api: ApiRig, format_: ReportFormat, address: str, title: str
) -> None:
    client = api.client(Role.MONITOR)
    answer = client.get(f"/api/reports/{address}/file?format={format_}&lang=zh")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPES[format_]
    assert answer.headers["cache-control"] == "no-store"
    said = answer.headers["content-disposition"]
    plain = f"firewatch-{address.replace('/', '-')}.{format_}"
    assert said.startswith(f'attachment; filename="{plain}"; ')
    written = unquote(said.partition("filename*=UTF-8''")[2])
    assert written.endswith(f"{title}.{format_}")
    starts = {ReportFormat.PDF: b"%PDF-", ReportFormat.DOCX: b"PK", ReportFormat.CSV: b"\xef\xbb"}
    assert answer.content.startswith(starts[format_])
    entry = api.context.store.audit.entries(1)[0]
    assert (entry.action, entry.actor) == ("report.exported", "monitor")
    assert entry.subject == address.replace("/", " ")
    assert dict(entry.details) == {"format": format_.value, "language": "zh"}


def test_the_language_is_the_browsers_where_none_is_asked_for(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    address = "/api/reports/monthly/2026-11/file?format=csv"
    zh = client.get(address, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    en = client.get(address, headers={"Accept-Language": "de,en;q=0.5"})
    assert "瞭望监测达标报告" in zh.content.decode()
    assert "watch compliance" in en.content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("monthly/2026-11/file", 422),
        ("monthly/2026-11/file?format=exe", 422),
        ("monthly/2026-11/file?format=pdf&lang=de", 422),
        ("monthly/2026-13/file?format=csv", 422),
        ("monthly/2031-01/file?format=csv", 422),
        ("yearly/20/file?format=csv", 422),
    ],
)
def test_what_is_no_file_is_refused_and_not_written_down(
    api: ApiRig, address: str, status: int
) -> None:
    client = api.client(Role.MONITOR)
    before = api.context.store.audit.entries(1)[0].number
    assert client.get(f"/api/reports/{address}").status_code == status
    assert api.context.store.audit.entries(1)[0].number == before


def test_a_viewer_gets_no_file(api: ApiRig) -> None:
    answer = api.client(Role.VIEWER).get("/api/reports/monthly/2026-11/file?format=pdf")
    assert answer.status_code == 403


def test_words_of_numbers_and_names_of_periods() -> None:
    zh = ReportWords("zh")
    assert [zh.numbered(n, "x") for n in (1, 10, 11, 20, 21)] == [
        *("一、x", "十、x", "十一、x"),
        *("二十、x", "二十一、x"),
    ]
    assert ReportWords("en").period(ReportKind.MONTHLY, "2026-03") == "2026-03"
    assert zh.period(ReportKind.YEARLY, "2026") == "2026年度"


def test_the_same_report_is_the_same_pdf() -> None:
    report: Report = made_report()
    document = document_of(report, "zh", ZONE, drill=False)
    assert pdf_of(document) == pdf_of(document)
