"""A dock of DJI's that is none: it takes flights, fetches their KMZ and flies them in its own time.

It speaks the Cloud API's words and keeps its rules: a file whose MD5 differs is not taken, a flight
is flown once, a repeated order is answered as before. No sending and no waiting here: it hears
messages, is told that time goes by, and :meth:`SimulatedDock.said` hands over what it says;
:func:`.dock_running.run_dock` joins it to a broker. Faults are ordered by whoever tests.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from drone_jobs.heights import HeightDesk
from drone_jobs.links.dji.progress import TaskStatus
from drone_jobs.links.dji.words import (
    Envelope,
    TopicKind,
    part,
    read_envelope,
    text,
    topic,
    whole,
    write_envelope,
)
from drone_jobs.links.simulated.dock_flight import Flight, Picture, Spot
from drone_jobs.links.simulated.dock_words import aircraft_words, dock_words
from drone_jobs.missions.reading import read_mission
from models.errors import InputRefused
from models.mission import Mission

__all__ = ["DockFault", "DockPhase", "SimulatedDock"]

_TELLS_S: Final = 2.0
_PREPARES_S: Final = 20.0
_REBOOTS_S: Final = 40.0
_LOST_AFTER_S: Final = 30.0
_STORM_MS: Final = 17.0
_MOST_ANSWERS: Final = 500
_NEWEST: Final = 2**53
_BAD_FILE, _FLOWN, _UNKNOWN = 314001, 314006, 314007
_BUSY, _NOT_NOW, _NO_MISSION = 314010, 314011, 314004


class DockFault(StrEnum):
    """What can go wrong on order."""

    SILENT = "silent"  # takes the next order and does not answer
    REJECTED = "rejected"  # refuses the next start
    MISSION = "mission"  # fails at giving the mission to the aircraft: 314004
    TIMEOUT = "timeout"  # takes the next start, and nothing comes of it
    REBOOT = "reboot"  # is away for 40 s; the aircraft flies on
    LOW_BATTERY = "low_battery"
    WIND = "wind"
    LOST_AIRCRAFT = "lost_aircraft"  # is never heard of again


class DockPhase(StrEnum):
    """What its aircraft does."""

    INSIDE = "inside"
    PREPARING = "preparing"
    FLYING = "flying"
    PAUSED = "paused"
    HOVERING = "hovering"  # without a mission
    RETURNING = "returning"
    LOST = "lost"


_AIRBORNE: Final = frozenset(
    {DockPhase.FLYING, DockPhase.PAUSED, DockPhase.HOVERING, DockPhase.RETURNING}
)
_MODES: Final = {
    DockPhase.INSIDE: 0,
    DockPhase.PREPARING: 1,
    DockPhase.FLYING: 5,
    DockPhase.PAUSED: 3,
    DockPhase.HOVERING: 3,
    DockPhase.RETURNING: 9,
}


@dataclass(slots=True)
class _Task:
    """A flight that it has taken."""

    flight_id: str
    mission: Mission
    kind: int
    conditions: Mapping[str, Any]
    is_ready_told: bool = False


@dataclass(slots=True)
class SimulatedDock:
    """One dock with its aircraft.

    Attributes:
        serial: of the dock.
        aircraft_serial: of its aircraft.
        home: of the dock.
        desk: converts heights of missions.
        fetch: the content behind a URL; None when there is none.
        at: UTC, its clock.
        endurance_s: of a full battery.
        battery_share: 0 to 1.
        reserve_share: with which it must be home.
        wind_ms: at the dock.
        phase: what the aircraft does.
        flight: that it flies; None inside.
        landed: pictures of each flight that has ended, by flight.
        starts: flights in the order in which the aircraft left the dock.
    """

    serial: str
    aircraft_serial: str
    home: Spot
    desk: HeightDesk
    fetch: Callable[[str], bytes | None]
    at: datetime = datetime(2026, 5, 1, tzinfo=UTC)
    endurance_s: float = 2400.0
    battery_share: float = 1.0
    reserve_share: float = 0.2
    wind_ms: float = 3.0
    phase: DockPhase = DockPhase.INSIDE
    flight: Flight | None = None
    landed: dict[str, list[Picture]] = field(default_factory=dict)
    starts: list[str] = field(default_factory=list)
    _tasks: dict[str, _Task] = field(default_factory=dict)
    _flown: set[str] = field(default_factory=set)
    _answers: dict[str, int] = field(default_factory=dict)
    _faults: set[DockFault] = field(default_factory=set)
    _said: list[tuple[str, bytes]] = field(default_factory=list)
    _task: _Task | None = None
    _phase_s: float = 0.0
    _away_s: float = 0.0
    _tells_in_s: float = 0.0
    _number: int = 0
    _broken: tuple[TaskStatus, int] | None = None
    _told: tuple[object, ...] = ()
    _live: dict[str, str] = field(default_factory=dict)

    def order(self, fault: DockFault) -> None:
        """Let something go wrong, now or at the next order."""
        match fault:
            case DockFault.REBOOT:
                self._away_s = _REBOOTS_S
                self._said.clear()
                current = self._task
                self._tasks = {} if current is None else {current.flight_id: current}
            case DockFault.LOW_BATTERY:
                self.battery_share = min(self.battery_share, self.reserve_share / 2)
            case DockFault.WIND:
                self.wind_ms = _STORM_MS
            case DockFault.LOST_AIRCRAFT:
                self._become(DockPhase.LOST)
            case _:
                self._faults.add(fault)

    def heard(self, name: str, payload: bytes) -> None:
        """Take a message; one that is damaged or for another is not heard."""
        if self._away_s > 0.0 or name != topic(TopicKind.SERVICES, self.serial):
            return
        try:
            asked = read_envelope(payload)
        except InputRefused:
            return
        if not asked.tid:
            return
        if asked.tid not in self._answers:
            self._answers[asked.tid] = self._answer(asked)
            while len(self._answers) > _MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
        if DockFault.SILENT in self._faults:
            self._faults.discard(DockFault.SILENT)
            return
        self._say(
            TopicKind.SERVICES_REPLY,
            Envelope(asked.method, {"result": self._answers[asked.tid]}, asked.tid, asked.bid),
        )

    def said(self) -> list[tuple[str, bytes]]:
        """What it has to say, topic and payload, and forgets."""
        said, self._said = self._said, []
        return said

    def tick(self, duration_s: float) -> None:
        """Let time go by, > 0; at most a few seconds, for it speaks every other second."""
        self.at += timedelta(seconds=duration_s)
        self._phase_s += duration_s
        self._move(duration_s)
        if self._away_s > 0.0:
            self._away_s -= duration_s
            return
        self._tell_ready()
        self._tells_in_s -= duration_s
        if self._tells_in_s <= 0.0:
            self._tells_in_s = _TELLS_S
            self._tell()
            self._told = ()  # how far it is as well: what a broker lost must not stay unsaid
        self._tell_progress()

    @property
    def is_live(self) -> bool:
        """Whether it pushes pictures."""
        return bool(self._live)

    def _answer(self, asked: Envelope) -> int:  # noqa: C901, PLR0911 -- one an order
        data = asked.data
        match asked.method:
            case "flighttask_prepare":
                return self._prepare(data)
            case "flighttask_execute":
                return self._execute(text(data, "flight_id"))
            case "flighttask_undo":
                told = data.get("flight_ids")
                for name in told if isinstance(told, list) else []:
                    self._tasks.pop(str(name), None)
                return 0
            case "flighttask_pause" if self.phase is DockPhase.FLYING:
                return self._become(DockPhase.PAUSED)
            case "flighttask_recovery" if self.phase is DockPhase.PAUSED:
                return self._become(DockPhase.FLYING)
            case "flighttask_stop" if self.phase in {DockPhase.FLYING, DockPhase.PAUSED}:
                self._broken = (TaskStatus.CANCELED, 1282)
                return self._become(DockPhase.HOVERING)
            case "return_home" if self.phase in _AIRBORNE and self.flight is not None:
                if self.phase is not DockPhase.RETURNING:
                    self._break_off(TaskStatus.CANCELED, 1283)
                return 0
            case "return_home_cancel" if self.phase is DockPhase.RETURNING:
                assert self.flight is not None  # noqa: S101 -- it flies
                self.flight.is_returning = False
                self._broken = (TaskStatus.CANCELED, 1283)
                return self._become(DockPhase.HOVERING)
            case "live_start_push":
                self._live[text(data, "video_id")] = text(data, "url", 1000)
                return 0
            case "live_stop_push":
                return 0 if self._live.pop(text(data, "video_id"), None) else _UNKNOWN
        return _NOT_NOW

    def _prepare(self, data: Mapping[str, Any]) -> int:
        flight_id, file = text(data, "flight_id"), part(data, "file")
        if flight_id in self._flown:
            return _FLOWN
        kmz = self.fetch(text(file, "url", 1000))
        if kmz is None or not flight_id:
            return _BAD_FILE
        md5 = hashlib.md5(kmz, usedforsecurity=False).hexdigest()
        if md5 != text(file, "fingerprint"):
            return _BAD_FILE
        try:
            mission = read_mission(kmz, flight_id)
            Flight.of(mission, self.home, self.desk)
        except InputRefused:
            return _BAD_FILE
        kind = whole(data, "task_type", 0, 2) or 0
        self._tasks[flight_id] = _Task(flight_id, mission, kind, part(data, "ready_conditions"))
        return 0

    def _execute(self, flight_id: str) -> int:
        task = self._tasks.get(flight_id)
        if task is None:
            return _FLOWN if flight_id in self._flown else _UNKNOWN
        if DockFault.REJECTED in self._faults:
            self._faults.discard(DockFault.REJECTED)
            return _NOT_NOW
        if self.phase is not DockPhase.INSIDE:
            return _BUSY
        if not self._is_ready(task):
            return _NOT_NOW
        del self._tasks[flight_id]
        self._flown.add(flight_id)
        self._task, self._broken, self._told = task, None, ()
        return self._become(DockPhase.PREPARING)

    def _is_ready(self, task: _Task) -> bool:
        if task.kind != 2:
            return True
        now_ms = int(self.at.timestamp() * 1000)
        begin = whole(task.conditions, "begin_time", 0, _NEWEST) or 0
        end = whole(task.conditions, "end_time", 0, _NEWEST) or _NEWEST
        least = whole(task.conditions, "battery_capacity", 0, 100) or 0
        return begin <= now_ms < end and self.battery_share * 100 > least

    def _become(self, phase: DockPhase) -> int:
        self.phase, self._phase_s = phase, 0.0
        return 0

    def _break_off(self, status: TaskStatus, reason: int) -> None:
        assert self.flight is not None  # noqa: S101 -- it flies
        self._broken = (status, reason)
        self.flight.turn_home()
        self._become(DockPhase.RETURNING)

    def _move(self, duration_s: float) -> None:
        flight = self.flight
        if self.phase in _AIRBORNE and flight is not None:
            self.battery_share = max(0.0, self.battery_share - duration_s / self.endurance_s)
            if self.phase is not DockPhase.RETURNING:
                self._look_after(flight)
        match self.phase:
            case DockPhase.PREPARING if self._phase_s >= _PREPARES_S:
                self._take_off()
            case DockPhase.FLYING | DockPhase.RETURNING if flight is not None:
                flight.fly(duration_s)
                if flight.is_over:
                    self._land(flight)
                elif flight.is_returning and self.phase is DockPhase.FLYING:
                    self._become(DockPhase.RETURNING)
            case DockPhase.PAUSED | DockPhase.HOVERING if flight is not None:
                flight.hover(duration_s)
            case DockPhase.LOST if self._phase_s >= _LOST_AFTER_S:
                self._broken = (TaskStatus.FAILED, 775)
            case DockPhase.INSIDE:
                self.battery_share = min(1.0, self.battery_share + duration_s / 3600.0)

    def _look_after(self, flight: Flight) -> None:
        """What the aircraft decides by itself."""
        needed = flight.home_s / self.endurance_s
        if self.battery_share <= needed + self.reserve_share / 2:
            self._break_off(TaskStatus.PARTIALLY_DONE, 773)
        elif self.wind_ms >= _STORM_MS:
            self._break_off(TaskStatus.PARTIALLY_DONE, 784)

    def _take_off(self) -> None:
        assert self._task is not None  # noqa: S101 -- it prepares for one
        for fault, status in (
            (DockFault.MISSION, TaskStatus.FAILED),
            (DockFault.TIMEOUT, TaskStatus.TIMEOUT),
        ):
            if fault in self._faults:
                self._faults.discard(fault)
                self._broken = (status, 0)
                self._become(DockPhase.INSIDE)
                return
        self.flight = Flight.of(self._task.mission, self.home, self.desk)
        self.starts.append(self._task.flight_id)
        self._become(DockPhase.FLYING)

    def _land(self, flight: Flight) -> None:
        assert self._task is not None  # noqa: S101 -- it flies one
        self.landed[self._task.flight_id] = flight.pictures
        if self._broken is None:
            self._broken = (TaskStatus.OK, 0)
        self._become(DockPhase.INSIDE)

    def _tell(self) -> None:
        inside = self.phase in {DockPhase.INSIDE, DockPhase.PREPARING}
        self._say(
            TopicKind.OSD,
            Envelope(
                "",
                dock_words(
                    home=self.home,
                    aircraft_serial=self.aircraft_serial,
                    is_inside=inside,
                    is_working=self.phase is not DockPhase.INSIDE,
                    has_link=self.phase is not DockPhase.LOST,
                    battery_share=self.battery_share,
                    wind_ms=self.wind_ms,
                ),
            ),
        )
        if self.phase not in {DockPhase.INSIDE, DockPhase.LOST}:
            name = topic(TopicKind.OSD, self.aircraft_serial)
            self._put(
                name,
                Envelope(
                    "",
                    aircraft_words(
                        mode=_MODES[self.phase],
                        home=self.home,
                        flight=self.flight,
                        battery_share=self.battery_share,
                        remaining_s=self.battery_share * self.endurance_s,
                        wind_ms=self.wind_ms,
                    ),
                ),
            )

    def _tell_ready(self) -> None:
        ready = [task for task in self._tasks.values() if task.kind == 2 and self._is_ready(task)]
        if any(not task.is_ready_told for task in ready):
            for task in ready:
                task.is_ready_told = True
            data = {"flight_ids": [task.flight_id for task in ready]}
            self._say(TopicKind.EVENTS, Envelope("flighttask_ready", data, needs_reply=True))

    def _tell_progress(self) -> None:
        task, flight = self._task, self.flight
        if task is None:
            return
        is_home = self.phase is DockPhase.INSIDE
        status, reason, result = TaskStatus.IN_PROGRESS, 0, 0
        if self.phase is DockPhase.PAUSED:
            status = TaskStatus.PAUSED
        if self._broken is not None:
            reason = self._broken[1]
            if is_home or self.phase is DockPhase.LOST:
                status = self._broken[0]
        if status is TaskStatus.FAILED and flight is None:
            result = _NO_MISSION
        point = 0 if flight is None else min(flight.point, len(task.mission.points) - 1)
        pictures = 0 if flight is None else len(flight.pictures)
        now = (task.flight_id, status, reason, point, pictures)
        if now == self._told:
            return
        self._told = now
        more: dict[str, Any] = {
            "flight_id": task.flight_id,
            "current_waypoint_index": point,
            "media_count": pictures,
            "wayline_mission_state": 9 if status is TaskStatus.OK else 6,
        }
        if reason:
            more["break_point"] = {"index": point, "progress": 0.5, "break_reason": reason}
        steps = {"current_step": 31 if is_home else 21, "percent": 100 if is_home else 50}
        output = {"ext": more, "progress": steps, "status": status}
        data = {"output": output, "result": result}
        self._say(TopicKind.EVENTS, Envelope("flighttask_progress", data, bid=task.flight_id))
        if status not in {TaskStatus.IN_PROGRESS, TaskStatus.PAUSED}:
            self._task = self.flight = None

    def tell_health(self, *warnings: Mapping[str, Any]) -> None:
        """Report warnings, in the maker's words; none ends all."""
        self._say(TopicKind.EVENTS, Envelope("hms", {"list": list(warnings)}, needs_reply=True))

    def ask_for_file(self, flight_id: str) -> None:
        """Ask where the mission is."""
        asked = Envelope("flighttask_resource_get", {"flight_id": flight_id}, needs_reply=True)
        self._say(TopicKind.REQUESTS, asked)

    def _say(self, kind: TopicKind, envelope: Envelope) -> None:
        self._put(topic(kind, self.serial), envelope)

    def _put(self, name: str, envelope: Envelope) -> None:
        self._number += 1
        named = Envelope(
            envelope.method,
            envelope.data,
            envelope.tid or f"{self.serial}-{self._number}",
            envelope.bid or f"{self.serial}-{self._number}",
            int(self.at.timestamp() * 1000),
            self.serial,
            envelope.needs_reply,
        )
        self._said.append((name, write_envelope(named)))
