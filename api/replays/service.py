"""Replays for the API and the command line: what is asked for, and what goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.replays.shelf import ReplayShelf
from detector.release.cards import card_named
from models.config import Settings
from models.errors import Conflict, InputRefused, ModelMismatch, NotFound
from models.footage_library import Footage
from models.replay_run import PlayedFootage, ReplayDraft, ReplayRun, ReplayState
from models.store import Store

__all__ = ["Wanted", "ask", "done_run", "remove", "shelf_of"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants played; see :class:`models.replay_run.ReplayDraft`."""

    name: str
    footage_ids: Sequence[int]
    drill_fires: int = 0
    drill_seed: int = 0
    model: str = ""
    every: int = 1
    fps: float | None = None
    gate_id: int | None = None


def shelf_of(settings: Settings) -> ReplayShelf:
    """Where the files of replays lie."""
    spare_bytes = round(settings.recording.least_free_gb * 1e9)
    return ReplayShelf(settings.data_dir / "replays", spare_bytes=spare_bytes)


def ask(
    store: Store, settings: Settings, wanted: Wanted, *, in_force: str, author: str
) -> ReplayRun:
    """Have something played, in its turn; what is known of it is fixed now.

    Args:
        store: of the watch.
        settings: of the watch.
        wanted: what.
        in_force: name of the model that is in force, for those who name none.
        author: who asks.

    Raises:
        InputRefused: as :meth:`models.store.ReplayRepository.ask`; also no such model
            (``replay_model``), or a frozen set is not played as it is (``replay_gate``).
        NotFound: as there; also no such frozen set (``no_such_set``).
        Conflict: as there; also the set is retired (``set_retired``).
    """
    model = wanted.model or in_force
    try:
        card_named(settings, model)
    except ModelMismatch as error:
        raise InputRefused(error.message, remedy=error.remedy, code="replay_model") from error
    if wanted.gate_id is not None:
        return store.replays.ask(_of_set(store, wanted, wanted.gate_id, model), author=author)
    found = [store.footage.get(number) for number in wanted.footage_ids]
    draft = ReplayDraft(
        wanted.name,
        tuple(_named_apart(found, wanted)),
        wanted.drill_fires,
        wanted.drill_seed,
        model,
        wanted.every,
        wanted.fps,
    )
    return store.replays.ask(draft, author=author)


def done_run(store: Store, run_id: int) -> ReplayRun:
    """A replay with a result.

    Raises:
        NotFound: no such one (``no_such_replay``), or it is not done (``replay_not_done``).
    """
    run = store.replays.get(run_id)
    if run.state is not ReplayState.DONE:
        raise NotFound(
            f"Replay {run_id} is {run.state}: it has no result.",
            remedy="Wait until it is done.",
            code="replay_not_done",
        )
    return run


def remove(store: Store, shelf: ReplayShelf, run_id: int, *, author: str) -> None:
    """Take a replay out of the list, and its files from the disk.

    Raises:
        NotFound: no such replay; code ``no_such_replay``.
        Conflict: as :meth:`models.store.ReplayRepository.remove`.
        StorageFull: its files cannot be removed; code ``replay_disk``.
    """
    gone = store.replays.remove(run_id, author=author)
    shelf.remove(gone.run_id)


def _of_set(store: Store, wanted: Wanted, gate_id: int, model: str) -> ReplayDraft:
    """A frozen set, all of it as it was frozen."""
    frozen = store.releases.get_set(gate_id)
    if frozen.retired_at is not None:
        raise Conflict(
            f"Frozen set {gate_id} is retired.",
            remedy="Play one that is in use.",
            code="set_retired",
        )
    draft, is_thinned = frozen.draft, wanted.every != 1 or wanted.fps is not None
    named = sorted(wanted.footage_ids)
    is_other = bool(named) and named != sorted(one.footage_id for one in draft.footage)
    drills = (wanted.drill_fires, wanted.drill_seed)
    if is_thinned or is_other or drills not in {(0, 0), (draft.drill_fires, draft.drill_seed)}:
        raise InputRefused(
            "A frozen set is played whole, every frame, with its own drill fires.",
            remedy="Name nothing but the set and the model.",
            code="replay_gate",
        )
    return ReplayDraft(
        wanted.name,
        draft.footage,
        draft.drill_fires,
        draft.drill_seed,
        model,
        gate_id=gate_id,
    )


def _named_apart(found: Sequence[Footage], wanted: Wanted) -> list[PlayedFootage]:
    """Each by a name of its own, which no drill fire has either."""
    drill = f"drill-{wanted.drill_seed}-"
    taken = {f"{drill}{number:04}" for number in range(wanted.drill_fires)}
    played = []
    for one in found:
        name, number = one.draft.name, 1
        while name in taken:
            number += 1
            name = f"{one.draft.name} ({number})"
        taken.add(name)
        played.append(PlayedFootage(one.footage_id, name, one.draft.sha256, one.truth_version))
    return played
