"""A whole run: what is finished is taken from its parts, the rest is played, and all is told.

``result.json`` depends on footage, truth, weights, settings and code alone, to the last byte: not
on how fast it was played, by how many workers, or how often it was begun. What differs from run to
run stands in ``cost.json``.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.core.machine import processor_name, usable_cores
from detector.evaluate.footage import Sampling
from detector.evidence import decision_version
from detector.footage.files import write_whole
from detector.measures import figures_of
from detector.release.cards import open_card
from detector.replay.drills import DrillFootage, DrillOrder
from detector.replay.lookahead import Effort
from detector.replay.parts import Parts, code_version
from detector.replay.plan import Order, Refused, dem_digest, plan
from detector.replay.player import Performance, PlayerOf, Show
from detector.replay.result import canonical, played_as_json
from detector.replay.run_file import RunFile
from detector.replay.workers import Here, Listener, Processes, Workers
from detector.report import RecordedPictures, write_report
from models.config import Settings, load_settings
from models.errors import InputRefused
from models.replay import Played
from models.zoo import ModelCard

__all__ = ["RunListener", "Wish", "conduct"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Wish:
    """How a run is to be played; no answer depends on it.

    Attributes:
        workers: processes; 0 for one a core.
        rate: at most so many times as fast as life; 0 for as fast as the machine.
        fresh: play again what is finished.
        here: in this process instead of others.
    """

    workers: int = 0
    rate: float = 0.0
    fresh: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True)
class RunListener:
    """Who is told how a run goes.

    Attributes:
        on_planned: how many recordings there are, how many of them are finished already, and about
            how many frames are to be played; None when nobody knows.
        on_frames: the frames that have been begun, of all recordings together.
        on_refused: what cannot be judged; the rest is.
        on_finished: what came of a recording.
    """

    on_planned: Callable[[int, int, int | None], None] = lambda _all, _kept, _frames: None
    on_frames: Callable[[int], None] = lambda _frames: None
    on_refused: Callable[[str, InputRefused], None] = lambda _name, _error: None
    on_finished: Callable[[Played], None] = lambda _played: None


def conduct(run: RunFile, out: Path, wish: Wish, listener: RunListener) -> Mapping[str, Any]:
    """Play a run and write ``result.json``, ``cost.json``, ``report.html`` and ``figures.csv``.

    Args:
        run: with absolute paths.
        out: folder, made when it is not there.
        wish: how it is played.
        listener: who is told.

    Returns:
        What ``result.json`` says.

    Raises:
        InputRefused: nothing could be judged, or a file that the run names cannot be used.
        ModelMismatch: the weights are not those of their card, or do not run here.
        StorageFull: the disk takes no more; what was finished is kept.
    """
    began_s = time.monotonic()
    settings = load_settings(Path(run.settings) if run.settings else None)
    card = open_card(settings, run.model or settings.model_card)
    orders = plan(run, leave_out=out)
    performing = _Performing(_shared(run, settings, card), Parts(out), listener, began_s)
    todo = performing.recall(orders, fresh=wish.fresh)
    cores = usable_cores()
    count = max(1, min(wish.workers or run.workers or cores, len(todo)))
    hands = max(1, cores // count)
    rate = wish.rate if wish.rate > 0.0 else run.rate
    player = PlayerOf(card, settings, run.device, run.dem, run.dem_heights, hands, rate or math.inf)
    workers: Workers[Show, Performance] = (
        Here(player) if wish.here else Processes(count, player, lambda show: show.name)
    )
    performing.play(todo, workers)
    played = performing.in_order()
    if not played:
        raise InputRefused(
            "There is no footage that could be judged.",
            remedy="Name folders of pictures with times in their names, or videos.",
            code="no_sequence",
        )
    result = {
        "format": FORMAT,
        "run": _told(run, settings, card, performing),
        "figures": figures_of(played),
        "sequences": [played_as_json(one) for one in played],
    }
    write_whole(out / "result.json", canonical(result))
    write_whole(out / "cost.json", canonical(performing.cost(count, hands)))
    write_report(out, result, pictures=_pictures(performing.orders))
    return result


class _Performing:
    """What is known of a run while it goes."""

    def __init__(
        self, shared: dict[str, Any], parts: Parts, listener: RunListener, began_s: float
    ) -> None:
        self._shared = shared
        self._parts = parts
        self._listener = listener
        self._began_s = began_s
        self._played: dict[str, Played] = {}
        self._frames: dict[str, int] = {}
        self._effort = Effort()
        self.orders: list[Order] = []
        self.refused: list[tuple[str, str]] = []

    def recall(self, found: Sequence[Order | Refused], *, fresh: bool) -> list[Show]:
        """Take what is finished; the rest is handed back, the longest first."""
        todo: list[tuple[Order, Show]] = []
        for one in found:
            if isinstance(one, Refused):
                self._refuse(one.name, one.error)
                continue
            self.orders.append(one)
            key = one.key(self._shared)
            known = None if fresh else self._parts.recall(key)
            if known is None:
                todo.append((one, Show(key, one.name, one.what)))
            else:
                self._played[one.name] = known
        counts = [order.frames for order, _ in todo if order.frames is not None]
        frames = sum(counts) if len(counts) == len(todo) else None
        self._listener.on_planned(len(self.orders), len(self._played), frames)
        # Long ones last would leave the other cores idle at the end; drills stay in their order.
        todo.sort(key=lambda each: -each[0].size_bytes)
        return [show for _, show in todo]

    def play(self, todo: Sequence[Show], workers: Workers[Show, Performance]) -> None:
        """Play the rest, and keep each as it is through."""
        workers.play(todo, Listener(self._on_frames, self._on_finished))

    def in_order(self) -> list[Played]:
        """What came of all, in the order of the run."""
        return [self._played[order.name] for order in self.orders if order.name in self._played]

    def cost(self, workers: int, hands: int) -> dict[str, Any]:
        """What this run took; what was finished before costs nothing."""
        wall_s = time.monotonic() - self._began_s
        frames = sum(self._frames.values())
        return {
            "format": FORMAT,
            "frames": frames,
            "wall_s": round(wall_s, 3),
            "network_s": round(self._effort.network_s, 3),
            "decode_s": round(self._effort.decode_s, 3),
            "frames_per_s": round(frames / wall_s, 3) if wall_s > 0.0 else None,
            "workers": workers,
            "hands": hands,
            "machine": {"processor": processor_name(), "cores": usable_cores()},
        }

    def _refuse(self, name: str, error: InputRefused) -> None:
        self.refused.append((name, error.code))
        self._listener.on_refused(name, error)

    def _on_frames(self, show: Show, frames: int) -> None:
        self._frames[show.name] = frames
        self._listener.on_frames(sum(self._frames.values()))

    def _on_finished(self, show: Show, answer: Performance | InputRefused) -> None:
        if isinstance(answer, InputRefused):
            self._refuse(show.name, answer)
            return
        played = self._parts.keep(show.key, answer.played)
        self._played[show.name] = played
        self._effort.decode_s += answer.effort.decode_s
        self._effort.network_s += answer.effort.network_s
        self._on_frames(show, len(played.frames))
        self._listener.on_finished(played)


def _shared(run: RunFile, settings: Settings, card: ModelCard) -> dict[str, Any]:
    """All that shapes what comes of a recording besides itself."""
    return {
        "format": FORMAT,
        "model": card.reference.sha256,
        "config": decision_version(settings),
        "evidence": settings.evidence.model_dump(mode="json"),
        "attention": settings.attention.model_dump(mode="json"),
        "device": run.device,
        "dem": dem_digest(run.dem),
        "dem_heights": run.dem_heights,
        **code_version(),
    }


def _told(
    run: RunFile, settings: Settings, card: ModelCard, performing: _Performing
) -> dict[str, Any]:
    reference = card.reference
    return {
        "name": run.name,
        "model": {
            "name": reference.name,
            "version": reference.version,
            "sha256": reference.sha256,
        },
        "config_version": decision_version(settings),
        "code": code_version(),
        "settings": {
            "evidence": settings.evidence.model_dump(mode="json"),
            "attention": settings.attention.model_dump(mode="json"),
        },
        "footage": [
            {
                "name": one.name,
                "sha256": one.sha256,
                "is_drill": isinstance(one.what, DrillOrder),
            }
            for one in performing.orders
        ],
        # The words of a refusal name paths of this machine.
        "refused": [{"name": name, "code": code} for name, code in sorted(performing.refused)],
    }


def _pictures(orders: Sequence[Order]) -> RecordedPictures:
    """Frames for the report, drawn or read again as far as they are wanted."""
    return RecordedPictures(
        {
            order.name: (DrillFootage(order.what), Sampling())
            if isinstance(order.what, DrillOrder)
            else (order.what.recording, order.what.sampling)
            for order in orders
        }
    )
