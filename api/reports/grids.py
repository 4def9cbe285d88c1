"""A table on the pages of a PDF: headings again on each page, rows that may be longer than one."""

from collections.abc import Callable
from typing import Final

from fpdf import FPDF

from api.reports.blocks import Grid
from api.reports.columns import size_pt_of, widths_of
from api.reports.lines import lines_of

__all__ = ["draw_grid"]

PADDING_MM: Final = 1.2
LINE_MM: Final = 0.2
SHADE: Final = 235
MM_A_POINT: Final = 25.4 / 72
LEADING: Final = 1.4
WIDOW: Final = 2
"""Rows at the end of a table that stay on one page: one alone is overlooked."""

Cells = list[list[str]]
"""Lines of each cell of a row."""


def draw_grid(
    pages: FPDF, grid: Grid, choose: Callable[[float], None], width_of: Callable[[str], float]
) -> None:
    """Draw a table from where the page is, and go on below it.

    Args:
        pages: with a page, whose width between its margins the table takes.
        grid: its cells hold characters that the typeface has.
        choose: sets the typeface to a size (points).
        width_of: of a character in that size, millimetres.
    """
    size_pt = size_pt_of(len(grid.headings))
    choose(size_pt)
    pages.set_line_width(LINE_MM)
    pages.set_draw_color(0)
    table = _Table(pages, grid, size_pt, width_of)
    table.draw_heading()
    rows = [table.lines_of_row(row) for row in grid.rows]
    for index, row in enumerate(rows):
        if index == len(rows) - WIDOW:
            table.keep_together(rows[index:])
        table.draw_row(row)
    pages.ln(PADDING_MM * 2)


class _Table:
    def __init__(
        self, pages: FPDF, grid: Grid, size_pt: float, width_of: Callable[[str], float]
    ) -> None:
        self._pages = pages
        self._width_of = width_of
        self._line_mm = size_pt * MM_A_POINT * LEADING
        self._right = grid.right
        self._widths = widths_of(grid, pages.epw, PADDING_MM * 2, width_of)
        self._heading = self.lines_of_row(grid.headings)
        self._is_heading = False

    def lines_of_row(self, row: tuple[str, ...]) -> Cells:
        inner = [width - PADDING_MM * 2 + 0.01 for width in self._widths]
        return [
            lines_of(cell, width, self._width_of) for cell, width in zip(row, inner, strict=True)
        ]

    def draw_heading(self) -> None:
        """At the beginning, and of each further page; never alone at the foot of one."""
        if self._fitting() < max(map(len, self._heading)) + 2:
            self._pages.add_page(same=True)
        self._is_heading = True
        self._draw(self._heading)
        self._is_heading = False

    def keep_together(self, rows: list[Cells]) -> None:
        """Turn the page where only the first of some short rows would fit it."""
        heights = [max(map(len, cells)) * self._line_mm + PADDING_MM * 2 for cells in rows]
        room = self._pages.page_break_trigger - self._pages.get_y()
        if heights[0] <= room < sum(heights) < self._pages.eph / 2:
            self._turn()

    def draw_row(self, cells: Cells) -> None:
        """Whole where it fits a page; a longer one goes on on the next."""
        lines = max(map(len, cells))
        if self._fitting() < min(lines, self._lines_of_a_page()):
            self._turn()
        while lines:
            taken = max(1, min(lines, self._fitting()))
            self._draw([cell[:taken] for cell in cells])
            cells = [cell[taken:] for cell in cells]
            lines -= taken
            if lines:
                self._turn()

    def _turn(self) -> None:
        self._pages.add_page(same=True)
        self.draw_heading()

    def _fitting(self) -> int:
        """How many lines of a row there is room for."""
        room = self._pages.page_break_trigger - self._pages.get_y() - PADDING_MM * 2
        return int(room // self._line_mm)

    def _lines_of_a_page(self) -> int:
        heading_mm = max(map(len, self._heading)) * self._line_mm + PADDING_MM * 2
        return int((self._pages.eph - heading_mm - PADDING_MM * 2) // self._line_mm)

    def _draw(self, cells: Cells) -> None:
        pages, top = self._pages, self._pages.get_y()
        height = max(map(len, cells)) * self._line_mm + PADDING_MM * 2
        left = pages.l_margin
        pages.set_fill_color(SHADE)
        for index, (lines, width) in enumerate(zip(cells, self._widths, strict=True)):
            pages.rect(left, top, width, height, style="DF" if self._is_heading else "D")
            align = "C" if self._is_heading else "R" if index in self._right else "L"
            for number, line in enumerate(lines):
                pages.set_xy(left + PADDING_MM, top + PADDING_MM + number * self._line_mm)
                pages.cell(width - PADDING_MM * 2, self._line_mm, line, align=align)
            left += width
        pages.set_xy(pages.l_margin, top + height)
