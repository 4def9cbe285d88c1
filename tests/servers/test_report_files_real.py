"""Reports as files, read by programs that are not ours: poppler's and LibreOffice."""

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from api_rig import ApiRig, build_api
from made_report import made_report
from office_rig import PACKAGES, facts_of, fonts_of, text_of, why_no_office, words_in

from api.languages import Language
from api.reports.blocks import Document, Grid, Heading, Paragraph, Signatures
from api.reports.layout import document_of
from api.reports.making import report_of
from api.reports.pdf import pdf_of
from api.reports.word import word_of
from models.report import Report, ReportKind

pytestmark = pytest.mark.servers

ZONE = ZoneInfo("Asia/Shanghai")
_NEITHER = str.maketrans("", "", " -")


@pytest.fixture(autouse=True)
def _programs() -> None:
    trouble = why_no_office()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs Debian's {PACKAGES}: {trouble}")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiRig]:
    rig = build_api(tmp_path)
    yield rig
    rig.context.store.close()


@pytest.fixture(params=["made", ReportKind.MONTHLY, ReportKind.YEARLY])
def report(request: pytest.FixtureRequest, api: ApiRig) -> Report:
    if request.param == "made":
        return made_report()
    period = "2026-11" if request.param is ReportKind.MONTHLY else "2026"
    return report_of(api.context, request.param, period)


def said_by(document: Document) -> list[str]:
    """Every text of a document, without blanks."""
    texts = [document.title]
    for block in document.blocks:
        if isinstance(block, Grid):
            texts += [*block.headings, *(cell for row in block.rows for cell in row)]
        elif isinstance(block, Signatures):
            texts += block.words
        else:
            assert isinstance(block, Heading | Paragraph)
            texts.append(block.text)
    return ["".join(text.split()) for text in texts]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pdf_holds_every_word_and_its_letters(
    report: Report, tmp_path: Path, language: Language
) -> None:
    document = document_of(report, language, ZONE, drill=True)
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf_of(document))
    text, facts = text_of(file), facts_of(file)
    # A heading or a cell may be broken where a page or a column ends: each letter is there still.
    whole = [said for said in said_by(document) if said in text]
    assert len(whole) > 0.6 * len(said_by(document))
    for said in said_by(document):
        assert set(said) <= set(text), said
    assert facts["Title"] == document.title
    assert facts["Author"] == report.site_name
    assert facts["Page size"].endswith("(A4)")
    fonts = fonts_of(file)
    assert fonts
    assert all(embedded and subset for _, embedded, subset in fonts)
    assert file.stat().st_size < 2_000_000
    last = document.page_words.format(page=facts["Pages"], pages=facts["Pages"])
    assert last.replace(" ", "") in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_libreoffice_reads_every_word(report: Report, tmp_path: Path, language: Language) -> None:
    document = document_of(report, language, ZONE, drill=False)
    file = tmp_path / "report.docx"
    file.write_bytes(word_of(document))
    text = words_in(file, tmp_path)
    for said in said_by(document):
        assert set(said) <= set(text), said
    whole = [said for said in said_by(document) if said in text]
    assert len(whole) > 0.6 * len(said_by(document))
    # The reader takes a hyphen at which a line is broken for one of a broken word.
    assert document.title.translate(_NEITHER) in text.translate(_NEITHER)


def test_a_row_longer_than_a_page_is_there_to_its_last_word(tmp_path: Path) -> None:
    from made_report import report_with_cells

    words = " ".join(f"第{number}段" for number in range(1500))
    document = document_of(report_with_cells(words, "末尾"), "zh", ZONE, drill=False)
    file = tmp_path / "long.pdf"
    file.write_bytes(pdf_of(document))
    text = text_of(file)
    missing = [number for number in range(1500) if f"第{number}段" not in text]
    assert len(missing) < 30, "some are broken where a line ends"
    assert "第1499段" in text
    assert int(facts_of(file)["Pages"]) > 1
