"""Freezes sets and has the gate judge: joins the store, the files of replays, and the rules."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from api.replays.shelf import ReplayShelf
from detector.release.freezing import FrozenRecording, set_sha256
from detector.release.speed import Need
from detector.release.verdict import JudgedRun, judge, model_in
from models.config import Settings
from models.detection import ModelReference
from models.errors import Conflict, InputRefused, NotFound, WatchError
from models.footage_library import FootageState
from models.release import FrozenSet, FrozenSetDraft, Release, ReleaseDraft
from models.replay_run import PlayedFootage, ReplayRun, ReplayState
from models.store import Store

__all__ = ["freeze", "propose", "watch_settings"]

LARGEST_RESULT_BYTES: Final = 512 * 2**20
LARGEST_COST_BYTES: Final = 2**20


def freeze(
    store: Store,
    *,
    name: str,
    footage_ids: Sequence[int],
    drill_fires: int,
    drill_seed: int,
    note: str,
    author: str,
) -> FrozenSet:
    """Freeze recordings as they are now, each with the newest of what is true of it.

    Raises:
        NotFound: a recording is not in the library; code ``no_such_footage``.
        Conflict: one is not ready (``footage_not_ready``), or the same set is frozen already
            (``set_known``).
        InputRefused: as of :meth:`models.store.releases.ReleaseRepository.freeze`.
    """
    rows = [_recording(store, number) for number in sorted(set(footage_ids))]
    names = _names([row.played.name for row in rows])
    rows = [
        FrozenRecording(_named(row.played, own), row.scene, row.conditions, row.truth)
        for row, own in zip(rows, names, strict=True)
    ]
    draft = FrozenSetDraft(name, tuple(row.played for row in rows), drill_fires, drill_seed, note)
    sha256 = set_sha256(rows, drill_fires=drill_fires, drill_seed=drill_seed)
    return store.releases.freeze(draft, sha256=sha256, author=author)


def propose(
    settings: Settings,
    store: Store,
    in_force: ModelReference,
    draft: ReleaseDraft,
    *,
    author: str,
) -> Release:
    """Have the gate judge a model by two replays of a frozen set, and keep the verdict.

    Raises:
        NotFound: no such set or replay (``no_such_set``, ``no_such_replay``).
        Conflict: the set is retired (``set_retired``), or a replay is not done
            (``replay_not_done``).
        InputRefused: the other replay is not of the model in force
            (``incumbent_not_in_force``), the two are of one model (``model_same``), or their files
            cannot be read (``replay_gone``, ``replay_result``).
    """
    frozen = store.releases.get_set(draft.gate_id)
    candidate = _judged(settings, store.replays.get(draft.candidate_run))
    incumbent = _judged(settings, store.replays.get(draft.incumbent_run))
    new, old = model_in(candidate.result), model_in(incumbent.result)
    _check_models(new, old, in_force)
    checks = judge(
        candidate,
        incumbent,
        frozen,
        set_problem=_problem(store, frozen),
        watch=watch_settings(settings),
        need=_need(settings, store),
    )
    return store.releases.propose(draft, candidate=new, incumbent=old, checks=checks, author=author)


def watch_settings(settings: Settings) -> Mapping[str, Any]:
    """What shapes a decision, as ``result.json`` tells it."""
    return {
        "evidence": settings.evidence.model_dump(mode="json"),
        "attention": settings.attention.model_dump(mode="json"),
    }


def _recording(store: Store, footage_id: int) -> FrozenRecording:
    footage = store.footage.get(footage_id)
    if footage.state is not FootageState.READY:
        raise Conflict(
            f"Footage {footage_id} was not looked through yet.",
            remedy="Wait a moment.",
            code="footage_not_ready",
        )
    kept = store.footage.truth(footage_id)
    if kept is None:
        raise InputRefused(
            f"Nothing is known of footage {footage_id}.",
            remedy="Say first what is true of it.",
            code="set_unlabelled",
        )
    played = PlayedFootage(footage_id, footage.draft.name, footage.draft.sha256, kept.version)
    return FrozenRecording(played, footage.draft.scene, footage.draft.conditions, kept.truth)


def _problem(store: Store, frozen: FrozenSet) -> str:
    """Why a set is no longer what was frozen; empty when it is."""
    rows = []
    for played in frozen.draft.footage:
        try:
            footage = store.footage.get(played.footage_id)
            kept = store.footage.truth(played.footage_id, played.truth_version)
        except NotFound:
            return "set_footage_gone"
        assert kept is not None  # noqa: S101 -- of a version that was asked for
        now = PlayedFootage(
            played.footage_id, played.name, footage.draft.sha256, played.truth_version
        )
        rows.append(FrozenRecording(now, footage.draft.scene, footage.draft.conditions, kept.truth))
    draft = frozen.draft
    now_sha256 = set_sha256(rows, drill_fires=draft.drill_fires, drill_seed=draft.drill_seed)
    return "" if now_sha256 == frozen.sha256 else "set_changed"


def _check_models(new: ModelReference, old: ModelReference, in_force: ModelReference) -> None:
    if old != in_force:
        raise InputRefused(
            f"{old.name} {old.version} is not in force, {in_force.name} {in_force.version} is.",
            remedy="Replay the set with the model in force, and hold the new one against that.",
            code="incumbent_not_in_force",
        )
    if new == old:  # the same weights on another card see otherwise
        raise InputRefused(
            "Both replays are of the same weights.",
            remedy="Choose the replay of another model.",
            code="model_same",
        )


def _need(settings: Settings, store: Store) -> Need:
    rule = settings.release
    cameras = rule.cameras if rule.cameras > 0 else len(store.cameras.all())
    return Need(cameras / rule.frame_every_s * rule.spare, rule.least_speed)


def _judged(settings: Settings, run: ReplayRun) -> JudgedRun:
    if run.state is not ReplayState.DONE or run.headline is None:
        raise Conflict(
            f"The replay {run.run_id} is not done.", remedy="Wait for it.", code="replay_not_done"
        )
    shelf = ReplayShelf(settings.data_dir / "replays")
    data = _bytes(shelf.file(run.run_id, "result.json"), LARGEST_RESULT_BYTES)
    is_whole = hashlib.sha256(data).hexdigest() == run.headline.result_sha256
    cost = _bytes(shelf.file(run.run_id, "cost.json"), LARGEST_COST_BYTES)
    return JudgedRun(run.draft, _table(data), _table(cost), is_whole)


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise InputRefused(f"{path.name} is too large.", code="replay_gone")
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"{path.name} of a replay cannot be read.",
            remedy="Replay the set again.",
            code="replay_gone",
        ) from error


def _table(data: bytes) -> Mapping[str, Any]:
    try:
        table = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _no_result() from error
    if not isinstance(table, dict):
        raise _no_result()
    return table


def _no_result() -> WatchError:
    return InputRefused(
        "This is no result of a replay.", remedy="Replay the set again.", code="replay_result"
    )


def _named(played: PlayedFootage, name: str) -> PlayedFootage:
    return PlayedFootage(played.footage_id, name, played.sha256, played.truth_version)


def _names(names: Sequence[str]) -> list[str]:
    """Each once: a second one of a name gets a number."""
    taken: set[str] = set()
    answer = []
    for name in names:
        own, number = name, 2
        while own in taken:
            own, number = f"{name} ({number})", number + 1
        taken.add(own)
        answer.append(own)
    return answer
