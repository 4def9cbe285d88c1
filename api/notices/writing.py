"""From facts to a message: its text for people, in the language of a channel."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from api.notices.facts import FactFinder, Facts, News
from api.notices.facts_json import fire_as_json, message_as_json
from api.notices.message import Message
from api.notices.words import LEVELS, OCCASIONS, REASONS, SOURCES, STATES, compass, pick, say
from detector.incidents.placing import IncidentPlace
from models.audit import SYSTEM
from models.notice import URGENT_OCCASIONS, Batch, Language
from models.observation import Observation

__all__ = ["Writer", "coordinates"]

LONGEST_NOTE: Final = 300
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


class Writer:
    """Writes messages.

    Args:
        finder: of facts; says the site and its clock.
    """

    def __init__(self, finder: FactFinder) -> None:
        self.finder = finder

    def facts_of(self, batch: Batch) -> tuple[Facts, ...]:
        """What a batch tells, a fire at a time, in the order of their oldest notice."""
        fires: dict[int, list[int]] = {}
        for index, one in enumerate(batch.waiting):
            fires.setdefault(one.incident.incident_id, []).append(index)
        return tuple(
            self.finder.of(
                batch.waiting[indices[0]].incident,
                [batch.waiting[index].entry for index in indices],
                batch.waiting[indices[0]].told,
            )
            for indices in fires.values()
        )

    def message(
        self, message_id: str, fires: Sequence[Facts], language: Language, now: datetime
    ) -> Message:
        """A message about some fires, at least one."""
        title = self._title(fires, language)
        blocks = [self._block(one, language, alone=len(fires) == 1) for one in fires]
        local = now.astimezone(self.finder.zone)
        return Message(
            message_id=message_id,
            title=title,
            text="\n\n".join([title + "\n" + blocks[0], *blocks[1:]])
            if len(fires) == 1
            else "\n\n".join([title, *blocks]),
            lines=tuple(self._line(one, language) for one in fires),
            urgent=any(_urgent(one) for one in fires),
            written_at=local,
            facts={
                **message_as_json(message_id, self.finder.site_name, local, title),
                "fires": [fire_as_json(one, self._line(one, language)) for one in fires],
            },
            incident_ids=tuple(one.incident.incident_id for one in fires),
        )

    def test(self, message_id: str, name: str, language: Language, now: datetime) -> Message:
        """A message that says that it is none."""
        title = say("test", language)
        body = say("test_body", language, name=name, site=self.finder.site_name)
        local = now.astimezone(self.finder.zone)
        return Message(
            message_id=message_id,
            title=title,
            text=f"{title}\n{body}",
            lines=(body,),
            urgent=False,
            written_at=local,
            facts={
                **message_as_json(message_id, self.finder.site_name, local, title),
                "test": True,
                "fires": [],
            },
        )

    @staticmethod
    def where(one: Facts, language: Language) -> str:
        """Where it is, in one or two lines."""
        return Writer.where_is(one.place, language)

    @staticmethod
    def where_is(place: IncidentPlace, language: Language) -> str:
        """The same of a place."""
        best = place.best
        if best is not None:
            lat, lon = coordinates(best.lat_deg, best.lon_deg)
            text = say("place", language, lat=lat, lon=lon, radius=round(best.r90_m))
            more = len(place.places) - 1
            return text + (f"\n{say('places', language, count=more)}" if more else "")
        if place.observer is None or place.bearing_deg is None:
            return say("no_place", language)
        lat, lon = coordinates(place.observer.lat_deg, place.observer.lon_deg)
        return say(
            "direction",
            language,
            lat=lat,
            lon=lon,
            bearing=f"{place.bearing_deg:.0f}",
            compass=compass(place.bearing_deg, language),
        )

    def _title(self, fires: Sequence[Facts], language: Language) -> str:
        drill = say("drill", language) if all(one.incident.is_drill for one in fires) else ""
        if len(fires) > 1:
            return say("bundle", language, drill=drill, count=len(fires))
        what = pick(OCCASIONS[fires[0].last.occasion], language)
        number = fires[0].incident.incident_id
        return say("title", language, drill=drill, number=number, what=what)

    def _block(self, one: Facts, language: Language, *, alone: bool) -> str:
        of = one.incident
        rows = [] if alone else [self._heading(one, language)]
        rows += [self.where(one, language), *self._bearing(one, language)]
        if one.townships:
            rows.append(say("townships", language, names=_townships(one, language)))
        rows += [_urgency(one, language), say("state", language, state=_state(one, language))]
        if one.link:
            rows.append(say("link", language, link=one.link))
        rows.append(
            say(
                "times",
                language,
                first=self._time(of.first_seen_at),
                last=self._time(of.last_seen_at),
                zone=str(self.finder.zone),
            )
        )
        seen = [*one.seen_by, *(_told(each, language) for each in of.observations)]
        if seen:
            comma = say("comma", language)
            rows.append(say("seen_by", language, names=comma.join(dict.fromkeys(seen))))
        rows += [self._deed(each, language) for each in one.news]
        return "\n".join(rows)

    def _heading(self, one: Facts, language: Language) -> str:
        drill = say("drill", language) if one.incident.is_drill else ""
        what = pick(OCCASIONS[one.last.occasion], language)
        number = one.incident.incident_id
        return drill + say("fire", language, number=number) + f" · {what}"

    def _line(self, one: Facts, language: Language) -> str:
        parts = [self._heading(one, language)]
        best = one.place.best
        if best is not None:
            lat, lon = coordinates(best.lat_deg, best.lon_deg, digits=4)
            radius = round(best.r90_m)
            parts.append(say("line_place", language, lat=lat, lon=lon, radius=radius))
        elif one.place.bearing_deg is not None:
            bearing = f"{one.place.bearing_deg:.0f}"
            parts.append(say("line_direction", language, bearing=bearing))
        if one.townships:
            parts.append(one.townships[0].name)
        if one.incident.urgency is not None:
            points = f"{one.incident.urgency.points:.0f}"
            parts.append(say("points", language, points=points))
        parts.append(_state(one, language))
        return " · ".join(parts)

    @staticmethod
    def _bearing(one: Facts, language: Language) -> list[str]:
        place = one.place
        if place.best is None or place.bearing_deg is None or not one.seen_by:
            return []
        return [
            say(
                "bearing",
                language,
                observer=one.seen_by[0],
                bearing=f"{place.bearing_deg:.0f}",
                compass=compass(place.bearing_deg, language),
            )
        ]

    def _deed(self, news: News, language: Language) -> str:
        entry = news.entry
        what = pick(OCCASIONS[news.occasion], language)
        if entry.reason is not None:
            what += say("reason", language, reason=pick(REASONS[entry.reason], language))
        if news.occasion.value == "merged" and entry.subject is not None:
            what += say("into", language, number=entry.subject.number)
        note = self.plain(entry.note)
        if note:
            what += say("note", language, note=note)
        author = say("watch", language) if entry.author == SYSTEM else entry.author
        return say("deed", language, time=self._time(entry.at), author=author, what=what)

    @staticmethod
    def plain(note: str) -> str:
        """What somebody wrote, on one line, without signs that steer a terminal, not too long."""
        text = _CONTROL.sub(" ", note).replace("\n", " ").strip()
        return text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - 1] + "…"

    def _time(self, at: datetime) -> str:
        return at.astimezone(self.finder.zone).strftime("%m-%d %H:%M")


def coordinates(lat_deg: float, lon_deg: float, digits: int = 5) -> tuple[str, str]:
    """Latitude and longitude with their hemispheres.

    >>> coordinates(29.03, -0.5)
    ('29.03000°N', '0.50000°W')
    """
    north, east = "N" if lat_deg >= 0 else "S", "E" if lon_deg >= 0 else "W"
    return f"{abs(lat_deg):.{digits}f}°{north}", f"{abs(lon_deg):.{digits}f}°{east}"


def _urgent(one: Facts) -> bool:
    urgency = one.incident.urgency
    return any(each.occasion in URGENT_OCCASIONS for each in one.news) or (
        urgency is not None and urgency.points >= 60.0
    )


def _urgency(one: Facts, language: Language) -> str:
    urgency = one.incident.urgency
    if urgency is None:
        return say("unranked", language)
    level = pick(LEVELS[urgency.level], language)
    return say("urgency", language, points=f"{urgency.points:.0f}", level=level)


def _state(one: Facts, language: Language) -> str:
    return pick(STATES[one.incident.state], language)


def _townships(one: Facts, language: Language) -> str:
    comma = say("comma", language)
    sure = len(one.townships) == 1
    return comma.join(
        each.name if sure else f"{each.name} {_percent(each.probability)}"
        for each in one.townships[:4]
    )


def _percent(probability: float) -> str:
    return f"{probability:.0%}" if probability >= 0.01 else "<1%"


def _told(one: Observation, language: Language) -> str:
    return pick(SOURCES[one.draft.source], language)
