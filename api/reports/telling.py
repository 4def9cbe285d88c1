"""The rows behind a figure, told so that somebody finds them: when, what, and where to look."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from api.languages import Language, console_words
from api.reports.answers import RowAnswer
from api.reports.material import Sources
from api.reports.words import ReportWords
from models.errors import NotFound
from models.land import Layer
from models.report import Report, RowRef
from models.store.report_rows import RowFact

__all__ = ["rows_of", "told"]

_PLACES: Final = {"camera", "land_feature", "gate"}

_SECTIONS: Final = {
    "incident.state": "state",
    "incident_entry.kind": "entry_kind",
    "incident_entry.to_state": "state",
    "incident_entry.reason": "reason",
    "observation.source": "observed_by",
    "work_order.state": "order_state",
    "work_order.answer": "order_answer",
    "order_entry.kind": "order_entry",
    "delivery.occasion": "occasion",
    "delivery.state": "delivery_state",
    "delivery.error": "notice_trouble",
    "order_push.error": "notice_trouble",
    "visit.trust": "pose_trust",
    "watch_gap.cause": "gap_cause",
    "duty_shift.post": "duty_post",
}
"""Which of the console's words say what stands in a column."""


def rows_of(
    report: Report, figure: str | None, table: str | None, row: int | None
) -> tuple[RowRef, ...]:
    """The rows of a figure, or of a line of a table.

    Args:
        report: that has it.
        figure: key; None when a table is asked about.
        table: key; None when a figure is asked about.
        row: line of the table, from 0.

    Raises:
        NotFound: the report has no such figure, table or line; code ``report_row``.
    """
    for section in report.sections:
        for one in section.figures:
            if figure is not None and one.key == figure:
                return one.rows
        for each in section.tables:
            if table is not None and each.key == table and row is not None:
                if row < len(each.sources):
                    return each.sources[row]
                if row < len(each.rows):
                    return ()
    raise NotFound(
        "The report has no such figure or line.",
        remedy="Name a figure, or a table and a line of it counted from 0.",
        code="report_row",
    )


def told(sources: Sources, rows: Sequence[RowRef], language: Language) -> tuple[RowAnswer, ...]:
    """Some rows in words; times are of the site's clock.

    Args:
        sources: that the report was made of.
        rows: a few hundred at most.
        language: of the words.
    """
    zone = ZoneInfo(sources.settings.time_zone)
    names = _names(sources, rows)
    teller = _Teller(language, _cameras(sources), _townships(sources))
    facts = {
        table: sources.store.reports.rows(table, _numbers(rows, table))
        for table in {one.table for one in rows} - _PLACES
    }
    found = []
    for one in rows:
        if one.table in _PLACES:
            text, href = names.get((one.table, one.number), ""), None
        else:
            fact = facts[one.table].get(int(one.number))
            if fact is None:  # cleared since, or taken away
                text, href = "", None
            else:
                said = teller.words(one.table, fact)
                text = " · ".join((f"{fact.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", *said))
                href = None if fact.page is None else f"#{fact.leads_to}-{fact.page}"
        found.append(RowAnswer(table=one.table, number=one.number, text=text, href=href))
    return tuple(found)


class _Teller:
    """Says what stands in a row, in one language."""

    def __init__(
        self, language: Language, cameras: Mapping[str, str], townships: Mapping[str, str]
    ) -> None:
        self._words = console_words(language)
        self._page = ReportWords(language)
        self._names = {"camera_id": cameras, "township": townships}

    def words(self, table: str, fact: RowFact) -> tuple[str, ...]:
        """Of its columns; what has no words stays as it is stored."""
        return tuple(self._word(table, column, text) for column, text in fact.words)

    def _word(self, table: str, column: str, text: str) -> str:
        if column in self._names:
            return self._names[column].get(text) or text
        said = self._sentence(column if table != "order_push" else f"push_{column}", text)
        if said:
            return said
        section = self._words.get(_SECTIONS.get(f"{table}.{column}", ""), {})
        found: str = section.get(text, text)
        return found

    def _sentence(self, column: str, text: str) -> str:
        """What no list of the console's words says; empty for what one does."""
        if column == "preset":
            return self._page.page("row_preset", number=text)
        if column == "deputy":
            return self._page.page("row_deputy" if int(text) else "row_first", number=text)
        if column == "shift_s":
            key = "row_set_forward" if float(text) > 0.0 else "row_set_back"
            return self._page.page(key, seconds=f"{abs(float(text)):.0f}")
        if column == "clock":
            clock = self._words.get("order_clock", {}).get(text, text)
            return self._page.page("row_because", clock=clock)
        return self._page.page(f"push_{text}") if column == "push_state" else ""


def _cameras(sources: Sources) -> dict[str, str]:
    """Names by key, also of those that were removed."""
    return {key: one.name for key, one in sources.store.cameras.standpoints().items()}


def _townships(sources: Sources) -> dict[str, str]:
    features = sources.land_book.refresh().features
    return {one.code: one.name for one in features if one.layer is Layer.TOWNSHIP}


def _numbers(rows: Iterable[RowRef], table: str) -> list[int]:
    return [int(one.number) for one in rows if one.table == table]


def _names(sources: Sources, rows: Sequence[RowRef]) -> dict[tuple[str, str], str]:
    """Names of cameras, features and gates."""
    asked = {one.table for one in rows}
    found: dict[tuple[str, str], str] = {}
    if "camera" in asked:
        found |= {("camera", key): name for key, name in _cameras(sources).items()}
    if asked & {"land_feature", "gate"}:
        for one in sources.land_book.moment.features:
            found["land_feature", f"{one.layer}/{one.code}"] = one.name
            if one.layer is Layer.CHECKPOINT:
                found["gate", one.code] = one.name
    return found
