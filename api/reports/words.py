"""What a report's keys are called, in both languages.

Words that the console shows as well are the console's own; those of a printed page alone stand in
``page_words.json``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from api.languages import Language, console_words
from models.report import ReportKind

__all__ = ["ReportWords", "page_words"]

_FILE: Final = Path(__file__).with_name("page_words.json")
SECTIONS: Final = {
    ("watch_gap_causes", "cause"): "gap_cause",
    ("", "cause"): "reason",
    ("", "post"): "duty_post",
    ("", "finding"): "network_kind",
    ("", "danger"): "danger_class",
}
"""Which of the console's words stand in a column; the console has the same table."""

LIST_COMMA: Final[dict[Language, str]] = {"zh": "\u3001", "en": ", "}
_NUMERALS: Final = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words of one language.

    Attributes:
        language: which.
    """

    language: Language

    def page(self, key: str, **values: object) -> str:
        """Of the printed page."""
        return page_words()[self.language][key].format(**values)

    def section(self, key: str) -> str:
        """Heading of a part."""
        return self._said("report_section", key)

    def figure(self, key: str) -> str:
        """What a figure is called."""
        return self._said("report_figure", key)

    def table(self, key: str) -> str:
        """What a table is called."""
        return self._said("report_table", key)

    def column(self, key: str) -> str:
        """Heading of a table's column; the same key is the same in every table."""
        hour = key.removeprefix("hour_")
        if hour != key:
            return self._said("report_column", "hour").format(hour=int(hour))
        return self._said("report_column", key)

    def remark(self, key: str) -> str:
        """A sentence."""
        return self._said("report_remark", key)

    def units(self) -> Mapping[str, str]:
        """Of figures, by their key."""
        found: dict[str, str] = self._words().get("report_unit", {})
        return found

    def heading(self, key: str) -> str:
        """Of the columns of figures."""
        return self._said("reports", key)

    def cell(self, table: str, column: str, text: str) -> str:
        """A cell's word, where its column holds words of a list; else the text as it is.

        Args:
            table: key of the table.
            column: key of the column.
            text: as it is stored; empty is ``none``.
        """
        if column == "missing_layers":
            return LIST_COMMA[self.language].join(self._of("layer", one) for one in text.split())
        section = SECTIONS.get((table, column)) or SECTIONS.get(("", column))
        if section is not None and text:
            return self._of(section, text)
        cells = self._words().get("report_cell", {})
        known = cells.get(f"{table}_{column}") or cells.get(column, {})
        found: str = known.get(text or "none", text)
        return found

    def numbered(self, number: int, text: str) -> str:
        """A heading behind its number: 一、 in Chinese, 1. in English."""
        said = _chinese(number) if self.language == "zh" else str(number)
        return self.page("heading_of", number=said, text=text)

    def period(self, kind: ReportKind, period: str) -> str:
        """A month or a year: ``2026-11`` or ``2026``."""
        year, _, month = period.partition("-")
        if kind is ReportKind.MONTHLY:
            return self.page("month", year=int(year), month=int(month))
        return self.page("year", year=int(year))

    def _of(self, section: str, key: str) -> str:
        found: str = self._words().get(section, {}).get(key, key)
        return found

    def _said(self, *keys: str) -> str:
        """A word; the key itself where there is none, so that a page is never refused for it."""
        node: Any = self._words()
        for key in keys:
            node = node.get(key) if isinstance(node, dict) else None
        return node if isinstance(node, str) else keys[-1]

    def _words(self) -> dict[str, Any]:
        return console_words(self.language)


@cache
def page_words() -> dict[Language, dict[str, str]]:
    """Words of a printed page, by language and key."""
    found: dict[Language, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def _chinese(number: int) -> str:
    """1 to 99."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return f"{_NUMERALS[tens] if tens > 1 else ''}十{_NUMERALS[ones] if ones else ''}"
