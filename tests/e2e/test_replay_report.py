"""The report of a replay as a browser opens it from a disk: no network, both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from replayed_rig import RecordingMade, alert_at, made_result, result_of, three_recordings

from detector.measures.comparing import compare
from detector.report import write_comparison, write_report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

EVIL = "</script><img src=x onerror=\"document.title='taken'\"><script>document.title='taken'"


@contextmanager
def opened(
    browser: Browser, file: Path, query: str = "", *, width_px: int = 1280, script: bool = True
) -> Iterator[Page]:
    """The page; whatever it asks for or complains of fails the test."""
    context = browser.new_context(
        viewport={"width": width_px, "height": 900}, java_script_enabled=script, locale="fr-FR"
    )
    page, trouble = context.new_page(), []
    ours = (f"file://{file}", "data:")
    page.on("request", lambda one: None if one.url.startswith(ours) else trouble.append(one.url))
    page.on("console", lambda one: trouble.append(one.text))
    page.on("pageerror", lambda one: trouble.append(str(one)))
    page.on("dialog", lambda one: trouble.append(one.message))
    page.goto(f"file://{file}{query}")
    yield page
    assert trouble == []
    context.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write_report(out, made_result())
    return out / "report.html"


@pytest.mark.parametrize("script", [True, False])
def test_it_opens_in_chinese_and_its_button_turns_it_into_english(
    browser: Browser, report: Path, *, script: bool
) -> None:
    with opened(browser, report, script=script) as page:
        zh, en = (
            page.locator("h2#headline span[lang=zh]"),
            page.locator("h2#headline span[lang=en]"),
        )
        expect(zh).to_be_visible()
        expect(en).to_be_hidden()
        page.locator("label[for=lang-en]").click()
        expect(en).to_have_text("Figures")
        expect(en).to_be_visible()
        expect(zh).to_be_hidden()
        page.locator("label[for=lang-en]").press("ArrowLeft")
        page.get_by_label("中文").focus()
        page.keyboard.press("ArrowRight")
        expect(en).to_be_visible()


def test_its_address_chooses_the_language(browser: Browser, report: Path) -> None:
    with opened(browser, report, "?lang=en") as page:
        expect(page).to_have_title("Replay report · autumn")
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("[lang=zh]:visible").count() == 0
    with opened(browser, report, "?lang=%22%5D%3Cx%3E") as page:
        expect(page).to_have_title("回放评估报告 · autumn")
        assert page.locator("span[lang=en]:visible").count() == 0


def test_a_table_is_sorted_by_number_where_it_has_numbers(browser: Browser, report: Path) -> None:
    with opened(browser, report, "?lang=en") as page:
        table = page.locator("table.parts").last
        head = table.locator("th button").nth(1)
        head.click()
        values = "rows => rows.map(row => Number(row.cells[1].dataset.value))"
        rising = table.locator("tbody tr").evaluate_all(values)
        assert rising == sorted(rising)
        head.click()
        falling = table.locator("tbody tr").evaluate_all(values)
        assert falling == sorted(falling, reverse=True)
        assert table.locator("th").nth(1).get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_runs_over_the_edge_of_a_telephone(
    browser: Browser, report: Path, tmp_path: Path, language: str
) -> None:
    first = three_recordings()
    compared = compare(first, first[1:])
    write_comparison(tmp_path, result_of(first), result_of(first[1:]), compared)
    for file in (report, tmp_path / "comparison.html"):
        with opened(browser, file, f"?lang={language}", width_px=390) as page:
            assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_name_that_is_a_script_stays_a_name(browser: Browser, tmp_path: Path) -> None:
    recording = RecordingMade(EVIL, refused={2: EVIL}, alerts=[alert_at(3, findings=(EVIL,))])
    write_report(tmp_path, result_of([recording.played()], name=EVIL))
    with opened(browser, tmp_path / "report.html", "?lang=en") as page:
        expect(page.locator("h1")).to_contain_text("onerror=")
        assert "taken'" in page.title()
        assert page.title() != "taken"
        assert page.locator("img").count() == 0


def test_it_prints_on_paper(browser: Browser, report: Path, tmp_path: Path) -> None:
    with opened(browser, report) as page:
        page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        page.emulate_media(media="print")
        expect(page.locator("nav")).to_be_hidden()
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
