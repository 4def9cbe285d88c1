"""CAP 1.2: one fire, one message, one area.

The Common Alerting Protocol of OASIS (1 July 2010). Points are ``latitude,longitude``, areas close
their ring, times carry the offset of the site's zone and never ``Z``. An identifier is that of an
entry of the history, so that a message that is sent twice is one message, and what refers to it
finds it. A drill is an ``Exercise``. What was never told is not referred to.
"""

from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from api.notices.facts import Facts
from api.notices.words import OCCASIONS, STATES, pick, say
from api.notices.writing import Writer
from api.notices.xml_text import child, document
from models.incident import FIRE_STATES, Entry, IncidentState, Level
from models.notice import Language, Occasion

__all__ = ["cap_message", "cap_test", "certainty_of", "identifier_of", "severity_of", "urgency_of"]

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_OVER: Final = frozenset({IncidentState.CLOSED, IncidentState.DISMISSED})
_CANCELS: Final = frozenset({Occasion.DISMISSED, Occasion.MERGED})
_LANGUAGES: Final = {Language.ZH: "zh-CN", Language.EN: "en-US"}
_RESTRICTION: Final = (
    "供森林防火部门及协同单位内部使用，不直接向公众发布",  # noqa: RUF001  # a Chinese comma
    "For forest fire services and their partners; not for release to the public as it is",
)
_EVENT: Final = ("森林火情", "Forest fire")


def cap_message(
    facts: Facts, writer: Writer, *, sender: str, language: Language = Language.ZH
) -> bytes:
    """The message of the newest of what is told.

    Args:
        facts: of the fire; what was told before becomes references.
        writer: for texts and the site's clock.
        sender: who warns; without spaces, commas, ``<`` and ``&``.
        language: of texts.
    """
    zone = writer.finder.zone
    last = facts.last
    earlier = [*facts.told, *(one.entry for one in facts.news[:-1])]
    root = Element("alert", {"xmlns": NAMESPACE})
    child(root, "identifier", identifier_of(last.entry))
    child(root, "sender", sender)
    child(root, "sent", moment(last.entry.at, zone))
    child(root, "status", "Exercise" if facts.incident.is_drill else "Actual")
    child(root, "msgType", _kind(last.occasion, told=bool(earlier)))
    child(root, "source", writer.finder.site_name)
    child(root, "scope", "Restricted")
    child(root, "restriction", pick(_RESTRICTION, language))
    if earlier:
        child(root, "references", " ".join(_reference(one, sender, zone) for one in earlier))
    child(root, "incidents", f"firewatch-fire-{facts.incident.incident_id}")
    _info(root, facts, writer, language)
    return document(root)


def cap_test(message_id: str, writer: Writer, now: datetime, *, sender: str) -> bytes:
    """A message of status ``Test``, about nothing."""
    root = Element("alert", {"xmlns": NAMESPACE})
    child(root, "identifier", f"firewatch-test-{message_id}")
    child(root, "sender", sender)
    child(root, "sent", moment(now, writer.finder.zone))
    child(root, "status", "Test")
    child(root, "msgType", "Alert")
    child(root, "source", writer.finder.site_name)
    child(root, "scope", "Restricted")
    child(root, "restriction", pick(_RESTRICTION, Language.ZH))
    return document(root)


def identifier_of(entry: Entry) -> str:
    """The identifier of the message that tells an entry."""
    return f"firewatch-{entry.incident_id}-{entry.entry_id}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time as CAP wants it: to the second, with its offset."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def urgency_of(facts: Facts) -> str:
    """How soon something must be done."""
    of = facts.incident
    if of.state in _OVER or of.merged_into is not None:
        return "Past"
    if of.state in FIRE_STATES:
        return "Immediate"
    if of.urgency is None:
        return "Unknown"
    return "Immediate" if of.urgency.points >= 60.0 else "Expected"


def severity_of(facts: Facts) -> str:
    """How bad it may become, by its urgency."""
    urgency = facts.incident.urgency
    if urgency is None:
        return "Unknown"
    steps = ((80.0, "Extreme"), (60.0, "Severe"), (30.0, "Moderate"))
    return next((word for least, word in steps if urgency.points >= least), "Minor")


def certainty_of(facts: Facts) -> str:
    """How sure it is."""
    of = facts.incident
    if of.state is IncidentState.DISMISSED:
        return "Unlikely"
    if of.state in FIRE_STATES or of.state is IncidentState.CLOSED:
        return "Observed"
    sure = of.urgency is not None and of.urgency.level is not Level.SINGLE
    return "Likely" if sure else "Possible"


def _kind(occasion: Occasion, *, told: bool) -> str:
    if not told:
        return "Alert"
    return "Cancel" if occasion in _CANCELS else "Update"


def _reference(entry: Entry, sender: str, zone: ZoneInfo) -> str:
    return f"{sender},{identifier_of(entry)},{moment(entry.at, zone)}"


def _response(facts: Facts) -> str:
    if facts.incident.state in _OVER or facts.incident.merged_into is not None:
        return "AllClear" if facts.incident.state in _OVER else "None"
    return "Monitor" if facts.incident.state in FIRE_STATES else "Assess"


def _info(root: Element, facts: Facts, writer: Writer, language: Language) -> None:
    of, zone = facts.incident, writer.finder.zone
    message = writer.message("", [facts], language, facts.last.entry.at)
    info = SubElement(root, "info")
    child(info, "language", _LANGUAGES[language])
    child(info, "category", "Fire")
    child(info, "event", pick(_EVENT, language))
    child(info, "responseType", _response(facts))
    child(info, "urgency", urgency_of(facts))
    child(info, "severity", severity_of(facts))
    child(info, "certainty", certainty_of(facts))
    child(info, "effective", moment(facts.last.entry.at, zone))
    child(info, "onset", moment(of.first_seen_at, zone))
    child(info, "senderName", writer.finder.site_name)
    child(info, "headline", message.title)
    child(info, "description", message.text)
    if facts.link:
        child(info, "web", facts.link)
    told = {"state": of.state.value, "occasion": facts.last.occasion.value}
    told["stateWords"] = pick(STATES[of.state], language)
    told["occasionWords"] = pick(OCCASIONS[facts.last.occasion], language)
    if of.urgency is not None:
        told |= {"urgencyPoints": f"{of.urgency.points:.0f}", "level": of.urgency.level.value}
    for name, value in told.items():
        _named(info, "parameter", f"firewatch:{name}", value)
    _area(info, facts, writer, language)


def _area(info: Element, facts: Facts, writer: Writer, language: Language) -> None:
    """One area: all the places where it may be, else words only: a direction is no area."""
    area = SubElement(info, "area")
    names = say("comma", language).join(one.name for one in facts.townships)
    where = writer.where(facts, language).replace("\n", " ")
    child(area, "areaDesc", f"{names} {where}".strip())
    for place in facts.place.places:
        ring = place.outline_lonlat
        if len(ring) >= 4:
            closed = ring if ring[0] == ring[-1] else (*ring, ring[0])
            child(area, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in closed))
        else:
            kilometres = max(place.r90_m, 1.0) / 1000.0
            child(area, "circle", f"{place.lat_deg:.6f},{place.lon_deg:.6f} {kilometres:.3f}")
    for one in facts.townships:
        _named(area, "geocode", "GB/T 10114", one.code)


def _named(parent: Element, name: str, value_name: str, value: str) -> None:
    element = SubElement(parent, name)
    child(element, "valueName", value_name)
    child(element, "value", value)
