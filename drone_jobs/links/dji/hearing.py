"""What a dock has said so far, message by message, and what is answered to it at once.

No sending and no waiting here: :meth:`Hearing.heard` takes a message and returns the replies that
the dock is owed. A message that cannot be understood is counted and changes nothing; one that the
broker kept while this machine was away tells progress, and never where the aircraft is now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from drone_jobs.links.dji.hms import Warnings
from drone_jobs.links.dji.osd import DockState, aircraft_state, dock_state
from drone_jobs.links.dji.progress import Progress, TaskStatus, read_progress
from drone_jobs.links.dji.words import Envelope, TopicKind, read_envelope, read_topic, text
from models.clock import Clock
from models.errors import InputRefused
from models.flight import AircraftState, FlightPhase

__all__ = ["Hearing", "Reply", "ServedFile"]

_MOST_FLIGHTS: Final = 64
_UNKNOWN_FLIGHT: Final = 1
_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A mission's KMZ where docks fetch it.

    Attributes:
        url: may hold a key, and is never printed.
        md5: of its content, 32 hexadecimal digits.
    """

    url: str
    md5: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What is owed to the dock."""

    kind: TopicKind
    envelope: Envelope


@dataclass(slots=True)
class Hearing:
    """Everything that one dock and its aircraft have told.

    Attributes:
        dock_serial: of the dock.
        aircraft_serial: of its aircraft.
        clock: ours.
        heard_s: after which silence counts as gone.
        stale_s: a state that is older than this by the dock's clock is none.
        answered: takes an answer of the dock; False when nobody has asked.
        files: by flight, for a dock that asks again where its mission is.
        dock: newest state of the dock.
        aircraft: newest that the aircraft itself told.
        ready: flights that the dock says may start.
        damaged: messages that could not be understood.
        stale: states that were too old.
    """

    dock_serial: str
    aircraft_serial: str
    clock: Clock
    heard_s: float
    stale_s: float
    answered: Callable[[Envelope], bool]
    files: dict[str, ServedFile] = field(default_factory=dict)
    dock: DockState | None = None
    aircraft: AircraftState | None = None
    ready: list[str] = field(default_factory=list)
    damaged: int = 0
    stale: int = 0
    unasked: int = 0
    _warnings: Warnings = field(default_factory=Warnings)
    _flights: dict[str, Progress] = field(default_factory=dict)
    _heard_at_s: dict[str, float] = field(default_factory=dict)
    _newest_ms: dict[str, int] = field(default_factory=dict)
    _flying: str = ""

    def heard(self, name: str, payload: bytes) -> list[Reply]:
        """Take a message, whoever sent it.

        Returns:
            Replies, at most one.
        """
        found = read_topic(name)
        envelope = _read(payload)
        if found is None or envelope is None:
            self.damaged += 1
            return []
        kind, serial = found
        match kind:
            case TopicKind.OSD:
                self._osd(serial, envelope)
            case TopicKind.SERVICES_REPLY if serial == self.dock_serial:
                self.unasked += not self.answered(envelope)
            case TopicKind.EVENTS if serial == self.dock_serial:
                self._event(envelope)
                if envelope.needs_reply:
                    return [_reply(TopicKind.EVENTS_REPLY, envelope, {"result": 0})]
            case TopicKind.REQUESTS if serial == self.dock_serial:
                return self._requested(envelope)
            case TopicKind.STATUS if serial == self.dock_serial:
                return [_reply(TopicKind.STATUS_REPLY, envelope, {"result": 0})]
        return []

    @property
    def state(self) -> AircraftState | None:
        """Of the aircraft: by itself, or by its dock while it is off inside; None: never heard."""
        dock, aircraft = self.dock, self.aircraft
        if aircraft is None or not self._is_fresh(self.aircraft_serial):
            if dock is not None and dock.is_aircraft_inside:
                return AircraftState(
                    at=dock.at,
                    phase=FlightPhase.GROUND,
                    lon_deg=dock.lon_deg,
                    lat_deg=dock.lat_deg,
                    battery_share=dock.battery_share,
                    warnings=self._warnings.all,
                )
            if aircraft is None:
                return None
        progress = self._flights.get(self._flying)
        is_paused = progress is not None and progress.status is TaskStatus.PAUSED
        holds = is_paused and aircraft.phase in {FlightPhase.MISSION, FlightPhase.BY_HAND}
        is_on_its_way = progress is not None and not progress.is_over
        return replace(
            aircraft,
            phase=FlightPhase.PAUSED if holds else aircraft.phase,
            link_share=None if dock is None else dock.link_share,
            mission_point=progress.point if progress is not None and is_on_its_way else None,
            warnings=self._warnings.all,
        )

    @property
    def is_heard(self) -> bool:
        """Whether the dock speaks, and so does the aircraft unless it stands inside."""
        if self.dock is None or not self._is_fresh(self.dock_serial):
            return False
        return bool(self.dock.is_aircraft_inside) or self._is_fresh(self.aircraft_serial)

    def progress(self, flight_id: str) -> Progress | None:
        """Newest report of a flight; None before there is one."""
        return self._flights.get(flight_id)

    @property
    def flying(self) -> str:
        """The flight that the dock works on, as it says itself; empty for none."""
        progress = self._flights.get(self._flying)
        return "" if progress is None or progress.is_over else self._flying

    def _is_fresh(self, serial: str) -> bool:
        at_s = self._heard_at_s.get(serial)
        return at_s is not None and self.clock.monotonic_s() - at_s <= self.heard_s

    def _osd(self, serial: str, envelope: Envelope) -> None:
        now = self.clock.now()
        if serial not in {self.dock_serial, self.aircraft_serial} or not self._is_new(
            serial, envelope.at_ms, now
        ):
            return
        self._heard_at_s[serial] = self.clock.monotonic_s()
        if serial == self.dock_serial:
            self.dock = dock_state(envelope.data, now)
        else:
            self.aircraft = aircraft_state(envelope.data, now)

    def _is_new(self, serial: str, at_ms: int | None, now: datetime) -> bool:
        """Whether it tells of now; a message without a time is taken as it comes."""
        if at_ms is None:
            return True
        newest_ms = self._newest_ms.get(serial, at_ms)
        age_s = now.timestamp() - at_ms / 1000
        # One from far ahead must not shut out all that follow it.
        if age_s > self.stale_s or 0 < newest_ms - at_ms < _HOUR_MS:
            self.stale += 1
            return False
        self._newest_ms[serial] = at_ms
        return True

    def _event(self, envelope: Envelope) -> None:
        match envelope.method:
            case "flighttask_progress":
                self._took(read_progress(envelope))
            case "flighttask_ready":
                self._became_ready(envelope.data)
            case "hms":
                self._warnings.heard(envelope.data)

    def _took(self, progress: Progress | None) -> None:
        if progress is None:
            self.damaged += 1
            return
        known = self._flights.pop(progress.flight_id, None)
        # Messages come twice and late: what is over stays so.
        newest = known if known is not None and known.is_over else progress
        self._flights[progress.flight_id] = newest
        if not newest.is_over or not self.flying:
            self._flying = progress.flight_id
        while len(self._flights) > _MOST_FLIGHTS:
            del self._flights[next(iter(self._flights))]

    def _became_ready(self, data: Mapping[str, Any]) -> None:
        told = data.get("flight_ids")
        if isinstance(told, list):
            names = [text({"id": each}, "id") for each in told[:_MOST_FLIGHTS]]
            self.ready = [name for name in names if name]

    def _requested(self, envelope: Envelope) -> list[Reply]:
        match envelope.method:
            case "flighttask_resource_get":
                file = self.files.get(text(envelope.data, "flight_id"))
                told: dict[str, Any] = {"result": _UNKNOWN_FLIGHT}
                if file is not None:
                    output = {"file": {"url": file.url, "fingerprint": file.md5}}
                    told = {"result": 0, "output": output}
            case "flighttask_progress_get":  # a dock asks what another one told us
                progress = self._flights.get(self.flying)
                told = {"result": 0, "output": {} if progress is None else _told(progress)}
            case _:
                return []  # what we do not serve, another server may
        return [_reply(TopicKind.REQUESTS_REPLY, envelope, told)]


def _read(payload: bytes) -> Envelope | None:
    try:
        return read_envelope(payload)
    except InputRefused:
        return None


def _told(progress: Progress) -> dict[str, Any]:
    steps = {"current_step": progress.step, "percent": progress.percent}
    return {"flight_id": progress.flight_id, "status": progress.status, "progress": steps}


def _reply(kind: TopicKind, to: Envelope, data: Mapping[str, Any]) -> Reply:
    return Reply(kind, Envelope(to.method, data, to.tid, to.bid, to.at_ms, to.gateway))
