"""A document as PDF: A4 with the margins of official documents, letters embedded.

Source: GB/T 9704-2012 5.1 and 5.2 (page, margins), 7.3 (headings); tables are set smaller than the
16 pt of its running text, as figures have many columns.
"""

from collections.abc import Sequence
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from fpdf import FPDF
from fpdf.enums import PageOrientation

from api.reports.blocks import Block, Document, Grid, Heading, Paragraph, Signatures
from api.reports.columns import turned
from api.reports.fonts import HEADINGS, TEXT, font_file
from api.reports.grids import draw_grid
from api.reports.lines import lines_of

if TYPE_CHECKING:
    from fpdf.fonts import TTFFont

__all__ = ["pdf_of"]

TOP_MM: Final = 37.0
BOTTOM_MM: Final = 35.0
FLAT_BOTTOM_MM: Final = 26.0
"""Of a page that lies on its side, which has little height."""

LEFT_MM: Final = 28.0
RIGHT_MM: Final = 26.0
TITLE_PT: Final = 20.0
SMALLEST_TITLE_PT: Final = 15.0
HEADING_PT: Final = {1: 14.0, 2: 11.5}
TEXT_PT: Final = 11.5
SMALL_PT: Final = 9.0
LEADING: Final = 1.55
"""Height of a line in sizes of its letters."""

MM_A_POINT: Final = 25.4 / 72
INK: Final = 0
GREY: Final = 90
WARNING: Final = (160, 30, 20)
ROOM_BELOW_A_HEADING_MM: Final = 25.0
SMALL_TABLE_MM: Final = 75.0
"""A table of this height with its headings is not broken over two pages."""

ROW_MM: Final = 7.0
MISSING: Final = "□"
"""Shown where the typeface has no such character."""

PAGES: Final = "\ue000\ue000\ue000"
"""Stands for the number of pages until it is known; no text has it, as no typeface does."""

BELOW: Final[dict[str, Any]] = {"new_x": "LMARGIN", "new_y": "NEXT"}
CENTRED: Final[dict[str, Any]] = {**BELOW, "align": "C"}


def pdf_of(document: Document) -> bytes:
    """The file.

    Args:
        document: to be drawn; its text is clean (:func:`api.reports.layout.clean`).

    Raises:
        TypefaceMissing: code ``report_font_missing``.
    """
    pages = _Pages(document)
    pages.add_page()
    pages.draw_title(document.title)
    for index, (block, on_its_side) in enumerate(turned(document.blocks)):
        if isinstance(block, Heading):
            pages.keep_together(document.blocks[index:])
        pages.draw(block, on_its_side=on_its_side)
    pages.tell_missing()
    return bytes(pages.output())


class _Pages(FPDF):
    """Pages with the site's name at their head and their number at the foot."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4", unit="mm")
        self._document = document
        self._is_missing = False
        self.set_margins(LEFT_MM, TOP_MM, RIGHT_MM)
        self.set_auto_page_break(auto=True, margin=BOTTOM_MM)
        self.c_margin = 0.0
        self.add_font("text", fname=font_file(TEXT))
        self.add_font("headings", fname=font_file(HEADINGS))
        self.alias_nb_pages(PAGES)
        self.set_title(document.title)
        self.set_author(document.site_name)
        self.set_creator("Firewatch")
        self.set_producer("Firewatch")
        self.set_lang("zh-CN" if document.language == "zh" else "en")
        self.set_creation_date(document.made_at.astimezone(UTC))

    def header(self) -> None:
        """The site's name over a line."""
        self.set_text_color(GREY)
        self._choose("text", SMALL_PT)
        self.set_xy(self.l_margin, TOP_MM - 13)
        self._line(self._document.site_name)
        self.set_draw_color(GREY)
        self.set_line_width(0.2)
        self.line(self.l_margin, TOP_MM - 6, self.w - self.r_margin, TOP_MM - 6)
        self.set_text_color(INK)
        self.set_xy(self.l_margin, TOP_MM)

    def footer(self) -> None:
        """Page so of so many."""
        self.set_text_color(GREY)
        self._choose("text", SMALL_PT)
        self.set_xy(self.l_margin, self.h - self._bottom_mm() + 9)
        said = self._document.page_words.replace("{page}", str(self.page_no()))
        self.cell(self.epw, 5, said.replace("{pages}", PAGES), align="C")
        self.set_text_color(INK)

    def draw_title(self, text: str) -> None:
        """At the head of the first page, in the middle; smaller where it fits one line then."""
        self._choose("headings", TITLE_PT)
        least = self.get_string_width(self._printable(text)) / self.epw
        size_pt = TITLE_PT / least if 1.0 < least <= TITLE_PT / SMALLEST_TITLE_PT else TITLE_PT
        self._choose("headings", size_pt * 0.999)
        for line in self._lines(text):
            self.cell(self.epw, size_pt * MM_A_POINT * LEADING, line, **CENTRED)
        self.ln(4)

    def draw(self, block: Block, *, on_its_side: bool = False) -> None:
        """One block, below what is there, on a page that lies as it should."""
        wanted = PageOrientation.LANDSCAPE if on_its_side else PageOrientation.PORTRAIT
        if self.cur_orientation is not wanted:
            self.add_page(orientation=wanted.value)
            self.set_auto_page_break(auto=True, margin=self._bottom_mm())
        if isinstance(block, Heading):
            self._draw_heading(block)
        elif isinstance(block, Paragraph):
            self._draw_paragraph(block)
        elif isinstance(block, Grid):
            self._draw_grid(block)
        else:
            self._draw_signatures(block)

    def keep_together(self, blocks: Sequence[Block]) -> None:
        """Turn the page for a heading whose small table would be broken."""
        room = 0.0
        for block in blocks:
            if isinstance(block, Grid):
                room += ROW_MM * (len(block.rows) + 1)
                break
            room += ROW_MM * 1.5
        if room <= SMALL_TABLE_MM and self.will_page_break(room):
            self.add_page(same=True)

    def tell_missing(self) -> None:
        """Say what stands for characters that the typefaces lack, where some did."""
        if self._is_missing:
            self.draw(Paragraph(self._document.unprintable, is_small=True))

    def _draw_heading(self, heading: Heading) -> None:
        size_pt = HEADING_PT[heading.level]
        height = size_pt * MM_A_POINT * LEADING
        self._choose("headings", size_pt)
        # Never alone at the foot of a page: some lines of what it heads go with it.
        if self.will_page_break(height + ROOM_BELOW_A_HEADING_MM):
            self.add_page(same=True)
            self._choose("headings", size_pt)
        elif heading.level == 1:
            self.ln(3)
        for line in self._lines(heading.text):
            self.cell(self.epw, height, line, **BELOW)
        self.ln(1)

    def _draw_paragraph(self, paragraph: Paragraph) -> None:
        size_pt = SMALL_PT if paragraph.is_small else TEXT_PT
        self._choose("headings" if paragraph.is_warning else "text", size_pt)
        self.set_text_color(*(WARNING if paragraph.is_warning else (INK, INK, INK)))
        for line in self._lines(paragraph.text):
            self.cell(self.epw, size_pt * MM_A_POINT * LEADING, line, **BELOW)
        self.set_text_color(INK)
        self.ln(1)

    def _draw_grid(self, grid: Grid) -> None:
        self._choose("headings", TEXT_PT)
        shown = Grid(
            tuple(map(self._printable, grid.headings)),
            tuple(tuple(map(self._printable, row)) for row in grid.rows),
            grid.right,
        )
        draw_grid(self, shown, partial(self._choose, "headings"), self.get_string_width)

    def _draw_signatures(self, signatures: Signatures) -> None:
        height = TEXT_PT * MM_A_POINT * LEADING
        if self.will_page_break(height * 2):
            self.add_page(same=True)
        self.ln(height)
        self._choose("text", TEXT_PT)
        each = self.epw / len(signatures.words)
        top = self.get_y()
        self.set_draw_color(INK)
        for index, word in enumerate(signatures.words):
            left = self.l_margin + index * each
            self.set_xy(left, top)
            self.cell(each, height, self._printable(word))
            start = left + self.get_string_width(word) + 1
            self.line(start, top + height - 1, left + each - 4, top + height - 1)
        self.set_xy(self.l_margin, top + height)

    def _bottom_mm(self) -> float:
        is_flat = self.cur_orientation is PageOrientation.LANDSCAPE
        return FLAT_BOTTOM_MM if is_flat else BOTTOM_MM

    def _choose(self, family: str, size_pt: float) -> None:
        self.set_font(family, size=size_pt)

    def _line(self, text: str) -> None:
        """One line, cut where it would leave the page."""
        self.cell(self.epw, 5, self._lines(text)[0])

    def _lines(self, text: str) -> list[str]:
        return lines_of(self._printable(text), self.epw, self.get_string_width)

    def _printable(self, text: str) -> str:
        """The same with a mark for each character that the typeface in use lacks."""
        known = cast("TTFFont", self.current_font).cmap
        found = "".join(char if ord(char) in known else MISSING for char in text)
        self._is_missing |= found != text
        return found
