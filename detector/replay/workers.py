"""Who plays the recordings: processes of this machine now, other machines behind the same seam.

A process that dies, by a fault of a library or for want of memory, takes its recording with it and
nothing else: the recording is played once more by another one, and is refused by name when that
dies too.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from models.errors import InputRefused, WatchError

__all__ = ["Here", "Listener", "Player", "Processes", "Workers"]

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Tick: TypeAlias = Callable[[int], None]
Player: TypeAlias = Callable[[Task, Tick], Answer]
"""Plays one recording; tells now and then how many frames have been begun."""

TRIES = 2
_TICK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Listener(Generic[Task, Answer]):
    """Who is told how the recordings go; always by the one thread that called.

    Attributes:
        on_frames: how many frames of a recording have been begun.
        on_finished: what came of a recording, or why nothing did; what it raises ends the play.
    """

    on_frames: Callable[[Task, int], None]
    on_finished: Callable[[Task, Answer | InputRefused], None]


class Workers(Protocol[Task, Answer]):
    """Play recordings, in no certain order."""

    def play(self, tasks: Sequence[Task], listener: Listener[Task, Answer]) -> None:
        """Play all of them, the first ones first.

        Raises:
            WatchError: what is no fault of one recording, such as weights that do not run; the
                others stop.
        """


class Here(Generic[Task, Answer]):
    """In this process, one after the other.

    Args:
        make_player: called once, before the first recording.
    """

    def __init__(self, make_player: Callable[[], Player[Task, Answer]]) -> None:
        self._make_player = make_player

    def play(self, tasks: Sequence[Task], listener: Listener[Task, Answer]) -> None:
        """See :class:`Workers`."""
        player: Player[Task, Answer] | None = None
        for task in tasks:
            player = player or self._make_player()
            answer: Answer | InputRefused
            try:
                answer = player(task, partial(listener.on_frames, task))
            except InputRefused as error:
                answer = error
            listener.on_finished(task, answer)


@dataclass(slots=True, eq=False)
class _Hand(Generic[Task]):
    """A process and what it has in hand: the place of a task and its tries left, or None."""

    process: SpawnProcess
    pipe: Connection
    has: tuple[int, int] | None = None


class Processes(Generic[Task, Answer]):
    """In processes of their own.

    Args:
        count: of them, at least 1; no more are started than there are recordings.
        make_player: called once in each; it and the tasks travel there.
        name_of: of a task, for the refusal of one whose process dies.
    """

    def __init__(
        self,
        count: int,
        make_player: Callable[[], Player[Task, Answer]],
        name_of: Callable[[Task], str],
    ) -> None:
        self._count = count
        self._make_player = make_player
        self._name_of = name_of
        self._context = multiprocessing.get_context("spawn")

    def play(self, tasks: Sequence[Task], listener: Listener[Task, Answer]) -> None:
        """See :class:`Workers`."""
        waiting = deque((place, TRIES) for place in range(len(tasks)))
        hands: list[_Hand[Task]] = []
        try:
            while waiting or any(hand.has is not None for hand in hands):
                self._hand_out(waiting, hands, tasks)
                for hand in _told(hands):
                    message = _message(hand)
                    if isinstance(message, _Dead):
                        hands.remove(hand)
                        _end([hand])
                    again = self._heard(hand, message, tasks, listener)
                    if again is not None:
                        waiting.appendleft(again)
        finally:
            _end(hands)

    def _hand_out(
        self, waiting: deque[tuple[int, int]], hands: list[_Hand[Task]], tasks: Sequence[Task]
    ) -> None:
        """Give what waits to the idle, and to new processes as far as there may be more."""
        idle = [hand for hand in hands if hand.has is None]
        while waiting:
            if not idle and len(hands) < self._count:
                idle.append(self._start())
                hands += idle
            if not idle:
                return
            hand = idle.pop()
            hand.has = waiting.popleft()
            _give(hand, tasks[hand.has[0]])

    def _heard(
        self,
        hand: _Hand[Task],
        message: Any,  # noqa: ANN401 -- whatever a player answers
        tasks: Sequence[Task],
        listener: Listener[Task, Answer],
    ) -> tuple[int, int] | None:
        """Take what a process says; what is to be played once more is handed back.

        Raises:
            WatchError: it says that nobody need go on.
        """
        if hand.has is None:
            return None
        place, tries = hand.has
        if isinstance(message, _Frames):
            listener.on_frames(tasks[place], message.count)
            return None
        hand.has = None
        if isinstance(message, _Dead):
            if tries > 1:
                return place, tries - 1
            message = self._died(tasks[place])
        elif isinstance(message, WatchError) and not isinstance(message, InputRefused):
            raise message
        listener.on_finished(tasks[place], message)
        return None

    def _start(self) -> _Hand[Task]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(theirs, self._make_player), name="replay-worker", daemon=True
        )
        with _uninterrupted():  # it takes a second to get as far as ignoring that by itself
            process.start()
        theirs.close()
        return _Hand(process, ours)

    def _died(self, task: Task) -> InputRefused:
        return InputRefused(
            f"The process that played {self._name_of(task)} died, twice.",
            remedy="Look for want of memory on this machine; play it with fewer workers.",
            code="replay_worker_died",
        )


@dataclass(frozen=True, slots=True)
class _Frames:
    count: int


class _Dead:
    """What is heard of a process that is gone."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started inside never hears of an interruption; we do, behind it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, make_player: Callable[[], Player[Task, Answer]]) -> None:
    """What a process does; it ends when nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted on the terminal ends us
    ticked_s = 0.0

    def tick(frames: int) -> None:
        nonlocal ticked_s
        now_s = time.monotonic()
        if now_s - ticked_s >= _TICK_EVERY_S:
            ticked_s = now_s
            pipe.send(_Frames(frames))

    player: Player[Task, Answer] | None = None
    try:
        while True:
            task: Task = pipe.recv()
            answer: Answer | WatchError
            try:
                player = player or make_player()
                answer = player(task, tick)
            except WatchError as error:
                answer = error.with_traceback(None)
            pipe.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody waits for the rest


def _give(hand: _Hand[Task], task: Task) -> None:
    with suppress(OSError):  # it is dead, which is seen when it is listened to
        hand.pipe.send(task)


def _told(hands: Sequence[_Hand[Task]]) -> list[_Hand[Task]]:
    """The processes that have something to say, the dead included."""
    ready = set(wait([hand.pipe for hand in hands]))
    return [hand for hand in hands if hand.pipe in ready]


def _message(hand: _Hand[Task]) -> Any:  # noqa: ANN401 -- whatever a player answers
    try:
        return hand.pipe.recv()
    except (EOFError, OSError):
        return _Dead()


def _end(hands: Sequence[_Hand[Task]]) -> None:
    """At once: a process holds nothing that is not played again."""
    for hand in hands:
        hand.process.kill()
    for hand in hands:
        hand.process.join()
        hand.pipe.close()
        hand.process.close()
