"""A document as Word (.docx): real headings, tables and page numbers, which an office edits on.

The typefaces are named, not embedded: those that official documents use and every Chinese office
machine has (GB/T 9704-2012 7.3); another machine shows its own instead.
"""

import io
from functools import partial
from typing import Any, Final

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from api.languages import Language
from api.reports.blocks import Block, Document, Grid, Heading, Paragraph, Signatures
from api.reports.columns import size_pt_of, turned, widths_of

__all__ = ["word_of"]

WIDE_MM: Final = 210.0
HIGH_MM: Final = 297.0
MARGINS_MM: Final = {"top": 37.0, "bottom": 35.0, "left": 28.0, "right": 26.0}
FLAT_BOTTOM_MM: Final = 26.0
"""Of a page that lies on its side, which has little height."""

TABLE_PT: Final = 9.0
PADDING_MM: Final = 1.0
ROWS_KEPT_TOGETHER: Final = 9
"""A table of no more rows is not broken over two pages."""

MM_A_POINT: Final = 25.4 / 72
WARNING: Final = RGBColor(160, 30, 20)
SHADE: Final = "EBEBEB"
LATIN: Final = "Times New Roman"
FACES: Final = {
    "Normal": ("仿宋_GB2312", 12.0),
    "Title": ("宋体", 20.0),
    "Heading 1": ("黑体", 14.0),
    "Heading 2": ("黑体", 12.0),
    "Header": ("宋体", 9.0),
    "Footer": ("宋体", 9.0),
    "Note": ("宋体", 9.0),
    "Cells": ("宋体", TABLE_PT),
}
"""Typeface and size (points) of each style."""

LANGUAGES: Final[dict[Language, str]] = {"zh": "zh-CN", "en": "en-GB"}


def word_of(document: Document) -> bytes:
    """The file.

    Args:
        document: to be written; its text is clean (:func:`api.reports.layout.clean`).
    """
    word = docx.Document()
    _make_styles(word, document.language)
    _tell_properties(word, document)
    section = word.sections[0]
    _make_upright(section)
    _make_head_and_foot(section, document)
    word.add_paragraph(document.title, "Title")
    for block, on_its_side in turned(document.blocks):
        _add(word, block, on_its_side=on_its_side)
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _add(word: WordDocument, block: Block, *, on_its_side: bool) -> None:
    if on_its_side != (word.sections[-1].orientation == WD_ORIENT.LANDSCAPE):
        turned = word.add_section(WD_SECTION.NEW_PAGE)
        (_make_flat if on_its_side else _make_upright)(turned)
    if isinstance(block, Heading):
        word.add_heading(block.text, block.level)
    elif isinstance(block, Paragraph):
        added = word.add_paragraph(style="Note" if block.is_small else "Normal")
        added.paragraph_format.keep_with_next = not block.is_small and not block.is_warning
        run = added.add_run(block.text)
        if block.is_warning:
            run.font.color.rgb = WARNING
            run.font.bold = True
    elif isinstance(block, Grid):
        _add_grid(word, block)
    else:
        _add_signatures(word, block)


def _add_grid(word: WordDocument, grid: Grid) -> None:
    section = word.sections[-1]
    room_mm = _room_mm(section)
    table = word.add_table(rows=0, cols=len(grid.headings), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    size_pt = size_pt_of(len(grid.headings))
    for side in ("left", "right"):
        _put(
            _margins_of(table), f"w:{side}", w=str(round(PADDING_MM / MM_A_POINT * 20)), type="dxa"
        )
    widths = widths_of(grid, room_mm, 2.0 * PADDING_MM + 0.4, partial(_width_mm, size_pt))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    heading = _add_row(table, grid.headings, widths)
    heading_properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001  # not in its API
    _put(heading_properties, "w:tblHeader")
    for cell in heading:
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        cell.paragraphs[0].paragraph_format.keep_with_next = True
        _put(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=SHADE)  # noqa: SLF001
    is_small = len(grid.rows) <= ROWS_KEPT_TOGETHER
    for number, row in enumerate(grid.rows):
        cells = _add_row(table, row, widths)
        if is_small and number < len(grid.rows) - 1:
            cells[0].paragraphs[0].paragraph_format.keep_with_next = True
        for index in grid.right:
            cells[index].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if size_pt != TABLE_PT:
        for run in table._tbl.iter(qn("w:r")):  # noqa: SLF001  # its cells one by one take seconds
            _put(run.get_or_add_rPr(), "w:sz", val=str(round(size_pt * 2)))
    word.add_paragraph(style="Note")


def _add_row(table: Table, texts: tuple[str, ...], widths: list[float]) -> tuple[_Cell, ...]:
    row = table.add_row()  # type: ignore[no-untyped-call]
    _put(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001  # not in its API
    cells: tuple[_Cell, ...] = row.cells
    for cell, text, width in zip(cells, texts, widths, strict=True):
        cell.width = Mm(width)
        cell.paragraphs[0].style = "Cells"
        cell.paragraphs[0].add_run(text)
    return cells


def _add_signatures(word: WordDocument, signatures: Signatures) -> None:
    word.add_paragraph()
    table = word.add_table(rows=1, cols=len(signatures.words))
    for cell, said in zip(table.rows[0].cells, signatures.words, strict=True):
        cell.paragraphs[0].add_run(f"{said}__________")


def _make_head_and_foot(section: Section, document: Document) -> None:
    section.header.paragraphs[0].add_run(document.site_name)
    border = OxmlElement("w:pBdr")
    _put(border, "w:bottom", val="single", sz="4", space="4", color="808080")
    section.header.paragraphs[0]._p.get_or_add_pPr().append(border)  # noqa: SLF001
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, _, rest = document.page_words.partition("{page}")
    between, _, after = rest.partition("{pages}")
    foot.add_run(before)
    _add_field(foot, "PAGE")
    foot.add_run(between)
    _add_field(foot, "NUMPAGES")
    foot.add_run(after)


def _add_field(paragraph: WordParagraph, name: str) -> None:
    """What Word reckons itself when the file is opened."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001  # not in its API


def _make_styles(word: WordDocument, language: Language) -> None:
    for name in ("Note", "Cells"):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
    for name, (face, size_pt) in FACES.items():
        style = word.styles[name]
        style.font.name = LATIN
        style.font.size = Pt(size_pt)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for mark in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[mark]  # a theme's typeface would win over ours
        fonts.set(qn("w:eastAsia"), face)
        fonts.set(qn("w:hAnsi"), LATIN)
    _put(word.styles["Normal"].element.rPr, "w:lang", val="en-GB", eastAsia="zh-CN")
    if language == "en":
        word.styles["Normal"].font.name = LATIN
    title = word.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.font.bold = language == "en"
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    for name, before, after in (("Heading 1", 14, 6), ("Heading 2", 8, 4), ("Cells", 0, 0)):
        word.styles[name].paragraph_format.space_before = Pt(before)
        word.styles[name].paragraph_format.space_after = Pt(after)
        word.styles[name].font.bold = False


def _tell_properties(word: WordDocument, document: Document) -> None:
    properties = word.core_properties
    properties.title = document.title[:255]
    properties.author = document.site_name[:255]
    properties.last_modified_by = ""
    properties.comments = ""
    properties.language = LANGUAGES[document.language]
    properties.created = properties.modified = document.made_at.replace(tzinfo=None)


def _make_upright(section: Section) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(WIDE_MM), Mm(HIGH_MM)
    _set_margins(section)


def _make_flat(section: Section) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(HIGH_MM), Mm(WIDE_MM)
    _set_margins(section)
    section.bottom_margin = Mm(FLAT_BOTTOM_MM)


def _set_margins(section: Section) -> None:
    for side, width_mm in MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width_mm))


def _room_mm(section: Section) -> float:
    is_flat = section.orientation == WD_ORIENT.LANDSCAPE
    return (HIGH_MM if is_flat else WIDE_MM) - MARGINS_MM["left"] - MARGINS_MM["right"]


def _margins_of(table: Table) -> Any:  # noqa: ANN401  # an element of lxml
    """Of all its cells; made where there are none yet."""
    properties = table._tbl.tblPr  # noqa: SLF001  # not in its API
    found = properties.find(qn("w:tblCellMar"))
    if found is None:
        found = OxmlElement("w:tblCellMar")
        look = properties.find(qn("w:tblLook"))  # the order is the schema's
        if look is None:
            properties.append(found)
        else:
            look.addprevious(found)
    return found


def _width_mm(size_pt: float, char: str) -> float:
    """About: Chinese characters are square, others half as wide; the typeface is not at hand."""
    return size_pt * MM_A_POINT * (1.0 if ord(char) > 0x2E7F else 0.55)


def _put(parent: Any, tag: str, **attributes: str) -> None:  # noqa: ANN401  # an element of lxml
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
