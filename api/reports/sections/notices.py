"""Whether what was to be told went out, and how long it took."""

from collections.abc import Sequence
from datetime import timedelta

from api.reports.figures import Timed, count, refs, share, spread
from api.reports.intervals import median, p95
from api.reports.material import Material
from models.notice.delivery import DeliveryState
from models.order import PushState
from models.report import Cell, Figure, ReportSection, ReportTable, RowRef
from models.store.report_shapes import DeliveryRow, PushRow

__all__ = ["notices"]

_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING)
_CALLING = (PushState.WAITING, PushState.SENDING)


def notices(material: Material) -> ReportSection:
    """Notices that were written in the period, and calls of orders that were made in it."""
    found = material.deliveries
    sent = _of(found, DeliveryState.SENT)
    waiting = _of(found, *_WAITING)
    times = _times(material, sent)
    figures = (
        count("notices", _rows(found)),
        count("notices_sent", _rows(sent)),
        count("notices_waiting", _rows(waiting)),
        count("notices_failing", _rows([one for one in waiting if one.failed])),
        count("notices_skipped", _rows(_of(found, DeliveryState.SKIPPED))),
        share("notices_sent_share", _rows(sent), _rows([*sent, *waiting])),
        *spread("notice_seconds", times),
        *_calls(material),
    )
    channels = sorted({one.channel_id for one in found})
    groups = [[one for one in found if one.channel_id == number] for number in channels]
    table = ReportTable(
        "channels",
        (
            "channel",
            "notices",
            "sent",
            "waiting",
            "failing",
            "skipped",
            "median_s",
            "p95_s",
        ),
        tuple(_line(material, group) for group in groups),
        tuple(_rows(group) for group in groups),
    )
    remarks = []
    if not found:
        remarks.append("no_notices")
    keep = timedelta(days=material.sources.settings.notices.keep_days)
    if material.period.from_at < material.now - keep:
        remarks.append("receipts_cleared")
    called = _called(material.pushes, PushState.SENT)
    if len(times) < len(sent) or len(_call_times(material, called)) < len(called):
        remarks.append("clock_was_set")
    return ReportSection("notices", figures, (table, _call_table(material)), tuple(remarks))


def _calls(material: Material) -> tuple[Figure, ...]:
    """Calls, once for each channel; never sent: somebody had answered, or the order was over."""
    found = material.pushes
    sent, waiting = _called(found, PushState.SENT), _called(found, *_CALLING)
    return (
        count("calls", _call_rows(found)),
        count("calls_sent", _call_rows(sent)),
        count("calls_waiting", _call_rows(waiting)),
        count("calls_failing", _call_rows([one for one in waiting if one.failed])),
        count("calls_never_sent", _call_rows(_called(found, PushState.GIVEN_UP))),
        share("calls_sent_share", _call_rows(sent), _call_rows(found)),
        *spread("call_seconds", _call_times(material, sent)),
    )


def _call_table(material: Material) -> ReportTable:
    channels = sorted({one.channel_id for one in material.pushes})
    groups = [[one for one in material.pushes if one.channel_id == number] for number in channels]
    lines: list[tuple[Cell, ...]] = []
    for group in groups:
        sent, waiting = _called(group, PushState.SENT), _called(group, *_CALLING)
        seconds = [one.seconds for one in _call_times(material, sent)]
        lines.append(
            (
                group[0].channel,
                len(group),
                len(sent),
                len(waiting),
                sum(one.failed for one in waiting),
                len(_called(group, PushState.GIVEN_UP)),
                median(seconds),
                p95(seconds),
            )
        )
    return ReportTable(
        "call_channels",
        (
            "channel",
            "calls",
            "sent",
            "waiting",
            "failing",
            "never_sent",
            "median_s",
            "p95_s",
        ),
        tuple(lines),
        tuple(_call_rows(group) for group in groups),
    )


def _call_times(material: Material, sent: Sequence[PushRow]) -> list[Timed]:
    found = []
    for one in sent:
        if one.sent_at is not None:
            seconds = material.doubt.seconds(one.called_at, one.sent_at)
            if seconds is not None:
                found.append(Timed(seconds, _call_rows([one])))
    return found


def _called(rows: Sequence[PushRow], *states: PushState) -> list[PushRow]:
    return [one for one in rows if one.state in states]


def _call_rows(rows: Sequence[PushRow]) -> tuple[RowRef, ...]:
    return refs("order_push", (one.push_id for one in rows))


def _line(material: Material, group: Sequence[DeliveryRow]) -> tuple[Cell, ...]:
    sent, waiting = _of(group, DeliveryState.SENT), _of(group, *_WAITING)
    seconds = [one.seconds for one in _times(material, sent)]
    return (
        group[0].channel,
        len(group),
        len(sent),
        len(waiting),
        sum(one.failed for one in waiting),
        len(_of(group, DeliveryState.SKIPPED)),
        median(seconds),
        p95(seconds),
    )


def _times(material: Material, sent: Sequence[DeliveryRow]) -> list[Timed]:
    found = []
    for one in sent:
        if one.sent_at is not None:
            seconds = material.doubt.seconds(one.created_at, one.sent_at)
            if seconds is not None:
                found.append(Timed(seconds, _rows([one])))
    return found


def _of(rows: Sequence[DeliveryRow], *states: DeliveryState) -> list[DeliveryRow]:
    return [one for one in rows if one.state in states]


def _rows(rows: Sequence[DeliveryRow]) -> tuple[RowRef, ...]:
    return refs("delivery", (one.delivery_id for one in rows))
