"""An early-warning message in the shape of GB/T 35965.1-2018 (应急信息交互协议 第1部分:预警信息).

The text of the standard could not be read whole. What is known of it here comes from public
descriptions of it and of rules that follow it (its appendix of values; DB12/T 1128-2022, which
names it): the form of the identifier ``unit(14)_YYYYMMDDhhmmss_N``, times of Beijing as
``YYYY-MM-DD hh:mm:ss+08:00``, the words of status, and that its elements follow CAP with
``senderCode``, ``sendTime``, ``secClassification`` and a colour as severity. Names and order of the
elements, and the code of a forest fire, were not verified: ask the receiving platform for its
schema before relying on it.
"""

from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from api.notices.cap import certainty_of, urgency_of
from api.notices.facts import Facts
from api.notices.words import say
from api.notices.writing import Writer
from api.notices.xml_text import child, document
from models.incident import Entry
from models.notice import Language, Occasion

__all__ = ["gbt35965_message", "gbt35965_test"]

BEIJING: Final = ZoneInfo("Asia/Shanghai")
_COLOURS: Final = ((80.0, "Red"), (60.0, "Orange"), (30.0, "Yellow"))
_CANCELS: Final = frozenset({Occasion.DISMISSED, Occasion.MERGED})


def gbt35965_message(facts: Facts, writer: Writer, *, unit_code: str, event_code: str) -> bytes:
    """The message of the newest of what is told, in Chinese.

    Args:
        facts: of the fire; what was told before becomes references.
        writer: for texts.
        unit_code: 14 digits of the unit that warns.
        event_code: of a forest fire, as the receiving platform has it.
    """
    last, of = facts.last, facts.incident
    message = writer.message("", [facts], Language.ZH, last.entry.at)
    earlier = [*facts.told, *(one.entry for one in facts.news[:-1])]
    kind = "Alert" if not earlier else "Cancel" if last.occasion in _CANCELS else "Update"
    root = Element("alert")
    child(root, "identifier", identifier_of(last.entry, unit_code))
    child(root, "sender", writer.finder.site_name)
    child(root, "senderCode", unit_code)
    child(root, "sendTime", _time(last.entry.at))
    child(root, "status", "Exercise" if of.is_drill else "Actual")
    child(root, "msgType", kind)
    child(root, "scope", "Restricted")
    child(root, "secClassification", "None")
    child(root, "note", last.entry.note)
    child(root, "references", " ".join(identifier_of(one, unit_code) for one in earlier))
    info = SubElement(root, "info")
    child(info, "language", "zh-CN")
    child(info, "eventType", event_code)
    child(info, "urgency", urgency_of(facts))
    child(info, "severity", _severity(facts))
    child(info, "certainty", certainty_of(facts))
    child(info, "effective", _time(last.entry.at))
    child(info, "onset", _time(of.first_seen_at))
    child(info, "senderName", writer.finder.site_name)
    child(info, "headline", message.title)
    child(info, "description", message.text)
    if facts.link:
        child(info, "web", facts.link)
    area = SubElement(info, "area")
    names = say("comma", Language.ZH).join(one.name for one in facts.townships)
    where = writer.where(facts, Language.ZH).replace("\n", " ")
    child(area, "areaDesc", f"{names} {where}".strip())
    for place in facts.place.places:
        ring = " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in place.outline_lonlat)
        if ring:
            child(area, "polygon", ring)
    for one in facts.townships:
        child(area, "geocode", one.code)
    return document(root)


def gbt35965_test(writer: Writer, now: datetime, *, unit_code: str) -> bytes:
    """A message of status ``Test``, about nothing."""
    root = Element("alert")
    stamp = now.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")
    child(root, "identifier", f"{unit_code}_{stamp}_0")
    child(root, "sender", writer.finder.site_name)
    child(root, "senderCode", unit_code)
    child(root, "sendTime", _time(now))
    child(root, "status", "Test")
    child(root, "msgType", "Alert")
    child(root, "scope", "Restricted")
    child(root, "secClassification", "None")
    return document(root)


def identifier_of(entry: Entry, unit_code: str) -> str:
    """``unit_time_N``: two entries of one second differ in the last digit of their number."""
    stamp = entry.at.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")
    return f"{unit_code}_{stamp}_{entry.entry_id % 10}"


def _time(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S+08:00")


def _severity(facts: Facts) -> str:
    urgency = facts.incident.urgency
    if urgency is None:
        return "Unknown"
    return next((word for least, word in _COLOURS if urgency.points >= least), "Blue")
