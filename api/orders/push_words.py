"""The words of a call: what stands in a text message, and in the group chat beside it.

Only who is called gets their link, on their own telephone. Everybody else reads whom to call, by
name; their telephone stands on the duty page of the console.
"""
# ruff: noqa: RUF001  # Chinese has its own commas and colons

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.notices.facts_json import message_as_json
from api.notices.message import Message
from api.notices.words import STATES, pick, say
from api.notices.writing import Writer
from detector.incidents.placing import IncidentPlace
from models.duty import DISTRICT
from models.incident import Incident
from models.notice import Language
from models.order import ClockKind, Limits, Order, OrderEntry

__all__ = ["Call", "call_message"]

Pair = tuple[str, str]

MOST_VILLAGES: Final = 3

_WORDS: Final[dict[str, Pair]] = {
    "title": (
        "{drill}【林火工单】{number} 号 {where}：请{name}立即核查",
        "{drill}Work order {number}, {where}: {name}, look at it now",
    ),
    "link": (
        "打开链接答复（只限这部手机，{hours} 小时内有效）：{link}",
        "Answer here (this phone only, within {hours} h): {link}",
    ),
    "no_link": ("请致电值班室答复。", "Call the duty room to answer."),
    "reach": (
        "请通知{name}：本人链接已另发短信，未收到的由值班室补发。",
        "Reach {name}: their own link goes by text message; the duty room can send it again.",
    ),
    "again": (
        "第 {count} 次呼叫：{clock}时限已过。",
        "Call {count}: the time to {clock} ran out.",
    ),
    "villages": ("可能所在村：{names}", "Villages it may lie in: {names}"),
    "fire": ("火情 {number}：{state}", "Fire {number}: {state}"),
    "do": (
        "要做：报“已收到”；去看是不是火，拍照答复；是火不要独自扑救，等待队伍。",
        "To do: say that you have it, look whether it burns, send a photo. Never fight it alone.",
    ),
    "limits": (
        "时限（{time} 起）：{push}内答复、{verify}内核查、{leave}内出动",
        "Time from {time}: answer in {push}, verify in {verify}, leave in {leave}",
    ),
    "minutes": ("{count} 分钟", "{count} min"),
    "seconds": ("{count} 秒", "{count} s"),
    "district": ("全区", "the district"),
    "room": ("值班室", "duty room"),
    "note": ("备注：{note}", "Note: {note}"),
}

_CLOCKS: Final[dict[ClockKind, Pair]] = {
    ClockKind.PUSH: ("答复", "answer"),
    ClockKind.VERIFY: ("核查", "verify"),
    ClockKind.LEAVE: ("出动", "leave"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What a call tells.

    Attributes:
        message_id: its mark.
        order: the order.
        entry: of the call.
        incident: the fire.
        place: where it is.
        name: of who is called; empty for the duty room.
        names: of townships and villages, by code.
        limits: in force.
        link: address for who is called; empty for everybody else, and where there is none.
        link_hours: so long it can be opened.
        is_own: it goes to who is called, and to nobody else.
    """

    message_id: str
    order: Order
    entry: OrderEntry
    incident: Incident
    place: IncidentPlace
    name: str
    names: Mapping[str, str]
    limits: Limits
    link: str
    link_hours: float
    is_own: bool


def call_message(call: Call, writer: Writer, language: Language, now: datetime) -> Message:
    """Write a call.

    The link stands right behind the title: what a channel cuts off is at the end.

    Args:
        call: what it tells.
        writer: of messages; says the site and its clock.
        language: of the channel.
        now: UTC.
    """
    title = _title(call, language)
    rows = [_answer(call, language), *_rows(call, writer, language)]
    local = now.astimezone(writer.finder.zone)
    return Message(
        message_id=call.message_id,
        title=title,
        text="\n".join([title, *rows]),
        lines=("\n".join(rows),),
        urgent=True,
        written_at=local,
        facts={
            **message_as_json(call.message_id, writer.finder.site_name, local, title),
            "fires": [],
            "call": _facts(call, "\n".join(rows)),
        },
        incident_ids=(call.incident.incident_id,),
    )


def _title(call: Call, language: Language) -> str:
    order = call.order
    return _say(
        "title",
        language,
        drill=say("drill", language) if order.is_drill else "",
        number=order.order_id,
        where=_where(call, language),
        name=_name(call, language),
    )


def _answer(call: Call, language: Language) -> str:
    if not call.is_own:
        return _say("reach", language, name=_name(call, language))
    if not call.link:
        return _say("no_link", language)
    return _say("link", language, hours=f"{call.link_hours:g}", link=call.link)


def _rows(call: Call, writer: Writer, language: Language) -> list[str]:
    draft, entry, limits = call.order.draft, call.entry, call.limits
    rows = []
    if entry.call_number is not None and entry.clock is not None:
        clock = pick(_CLOCKS[entry.clock], language)
        rows.append(_say("again", language, count=entry.call_number, clock=clock))
    rows.append(writer.where_is(call.place, language))
    names = _villages(draft.villages, call.names)
    if names:
        rows.append(_say("villages", language, names=say("comma", language).join(names)))
    rows.append(_say("do", language))
    opened = call.order.opened_at.astimezone(writer.finder.zone)
    rows.append(
        _say(
            "limits",
            language,
            time=opened.strftime("%H:%M"),
            push=_span(limits.push_s, language),
            verify=_span(limits.verify_s, language),
            leave=_span(limits.leave_s, language),
        )
    )
    number, state = call.incident.incident_id, pick(STATES[call.incident.state], language)
    rows.append(_say("fire", language, number=number, state=state))
    if draft.note:
        rows.append(_say("note", language, note=writer.plain(draft.note)))
    return rows


def _facts(call: Call, text: str) -> dict[str, Any]:
    """The same for programs: whom to call by name, never their telephone or their link."""
    order, entry, best = call.order, call.entry, call.place.best
    return {
        "order_id": order.order_id,
        "incident_id": call.incident.incident_id,
        "is_drill": order.is_drill,
        "township": order.draft.township,
        "township_name": call.names.get(order.draft.township, ""),
        "villages": [{"code": it, "name": call.names.get(it, "")} for it in order.draft.villages],
        "opened_at": order.opened_at.isoformat(),
        "number": entry.call_number,
        "clock": None if entry.clock is None else entry.clock.value,
        "name": call.name or None,
        "place": None
        if best is None
        else {
            "datum": "WGS 84",
            "lon_deg": round(best.lon_deg, 6),
            "lat_deg": round(best.lat_deg, 6),
            "r90_m": round(best.r90_m, 1),
        },
        "text": text,
    }


def _where(call: Call, language: Language) -> str:
    township = call.order.draft.township
    if township == DISTRICT:
        return _say("district", language)
    return call.names.get(township) or township


def _name(call: Call, language: Language) -> str:
    return call.name or _say("room", language)


def _villages(codes: Sequence[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(code) or code for code in codes[:MOST_VILLAGES]]


def _span(span_s: float, language: Language) -> str:
    if span_s >= 60.0 and span_s % 60.0 == 0.0:
        return _say("minutes", language, count=f"{span_s / 60.0:.0f}")
    return _say("seconds", language, count=f"{span_s:g}")


def _say(phrase: str, language: Language, **values: str | int) -> str:
    return pick(_WORDS[phrase], language).format(**values)
