"""Models without networks, and replays that are done without being played."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from replay_rig import BrightDetector
from replayed_rig import RecordingMade, alert_at, result_of

from api.context import Context
from api.releases.desk import ModelDesk
from api.releases.service import freeze, watch_settings
from detector.core.arrangement import Arrangement
from detector.replay.parts import code_version
from detector.replay.result import canonical
from detector.swapping import Outfit, SwappingDetector
from models.config import Settings
from models.detection import ModelReference
from models.errors import ModelMismatch
from models.footage import Conditions, FootageKind, Light, TrueFire, Truth
from models.footage_library import FootageDraft, FootageResult, FootageState
from models.release import FrozenSet
from models.replay import Played
from models.replay_run import PlayedFootage, ReplayDraft, ReplayHeadline
from models.zoo import ModelCard, load_card

__all__ = ["NEW", "OLD", "Opener", "cost_of", "desk_of", "done_replay", "frozen_set", "played_by"]

OLD = load_card("firewatch-yolo26n").reference
NEW = load_card("firewatch-yolo26n-int8").reference
FIRE = Truth((TrueFire("barn", 300.0, 240.0),))
QUIET = Truth()


class Eyes(BrightDetector):
    """Sees what is bright, by the name of a model."""

    provider = "Eyes"
    arrangement = Arrangement(1, 1)

    def __init__(self, reference: ModelReference) -> None:
        super().__init__()
        self.reference = reference


def outfit(reference: ModelReference) -> Outfit:
    """As worn by a watch."""
    eyes = Eyes(reference)
    return Outfit(eyes, eyes)  # type: ignore[arg-type]  # all that is asked of a detector


@dataclass
class Opener:
    """Opens any weights whose card is sound, and counts."""

    opened: list[str] = field(default_factory=list)
    failure: ModelMismatch | None = None

    def __call__(self, card: ModelCard, _worn: Outfit) -> Outfit:
        if self.failure is not None:
            raise self.failure
        self.opened.append(card.name)
        return outfit(card.reference)


def desk_of(
    context: Context, opener: Opener | None = None, worn: ModelReference = OLD
) -> tuple[Context, ModelDesk, SwappingDetector]:
    """The context with a desk that puts models into force."""
    swapping = SwappingDetector(outfit(worn))
    context.site.wear(swapping.settled())
    desk = ModelDesk(
        context.settings,
        context.store,
        context.clock,
        context.site,
        swapping,
        opens=opener or Opener(),
    )
    return replace(context, models=desk), desk, swapping


def frozen_set(context: Context) -> FrozenSet:
    """Two recordings, one with a fire, as somebody froze them."""

    numbers = []
    for index, (name, truth) in enumerate((("ridge.zip", FIRE), ("valley.zip", QUIET))):
        draft = FootageDraft(
            name,
            FootageKind.VIDEO,
            str(index + 1) * 64,
            1000,
            scene=name.partition(".")[0],
            conditions=Conditions(light=Light.DAY),
        )
        kept, _ = context.store.footage.add(draft, author="m")
        context.store.footage.finish(kept.footage_id, FootageResult(FootageState.READY))
        context.store.footage.put_truth(kept.footage_id, truth, base=0, author="m")
        numbers.append(kept.footage_id)
    return freeze(
        context.store,
        name="Autumn",
        footage_ids=numbers,
        drill_fires=0,
        drill_seed=0,
        note="both valleys",
        author="a",
    )


def played_by(*, finds: bool = True, false_alarms: Sequence[int] = ()) -> list[Played]:
    """What came of the two recordings: the fire found or not, and false alarms at these frames."""
    fire = [alert_at(8)] if finds else []
    quiet = [alert_at(frame, box=(10.0, 10.0, 60.0, 60.0)) for frame in false_alarms]
    day = Conditions(light=Light.DAY)
    return [
        RecordingMade("ridge.zip", truth=FIRE, alerts=fire, scene="ridge", conditions=day).played(),
        RecordingMade(
            "valley.zip", truth=QUIET, alerts=quiet, scene="valley", conditions=day
        ).played(),
    ]


def told_result(
    model: ModelReference,
    played: Sequence[Played],
    rules: Settings,
    /,
    **run: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """``result.json`` of these weights, decided as this watch decides."""
    words = {"name": model.name, "version": model.version, "sha256": model.sha256}
    told: dict[str, Any] = {
        "model": words,
        "config_version": "c0ffee/7",
        "settings": watch_settings(rules),
        "code": code_version(),
        "refused": [],
    }
    return result_of(played, **{**told, **run})


def cost_of(frames_per_s: float = 40.0, frames: int = 60, cores: int = 2) -> dict[str, Any]:
    """``cost.json`` of a machine."""
    return {
        "format": 1,
        "frames": frames,
        "frames_per_s": 1.0,  # of the wall, drills and disk included
        "network_s": 60.0 / frames_per_s if frames == 0 else frames / frames_per_s,
        "workers": 1,
        "hands": 1,
        "machine": {"processor": "x", "cores": cores},
    }


def done_replay(
    context: Context,
    frozen: FrozenSet,
    model: ModelReference,
    played: Sequence[Played],
    cost: dict[str, Any] | None = None,
    **run: object,
) -> int:
    """A replay of a set that is done, with its files; its number."""
    store, draft = context.store, frozen.draft
    asked = store.replays.ask(
        ReplayDraft(
            f"{model.name} on {draft.name}",
            draft.footage,
            draft.drill_fires,
            draft.drill_seed,
            model=model.name,
            gate_id=frozen.gate_id,
        ),
        author="m",
    )
    folder = Path(context.settings.data_dir) / "replays" / str(asked.run_id)
    folder.mkdir(parents=True)
    data = canonical(told_result(model, played, context.settings, **run))
    (folder / "result.json").write_bytes(data)
    (folder / "cost.json").write_text(json.dumps(cost or cost_of()), encoding="utf-8")
    assert store.replays.begin(asked.run_id, model)
    headline = ReplayHeadline(hashlib.sha256(data).hexdigest(), 1, 1, 0, 0.02, 40.0)
    assert store.replays.finish(asked.run_id, headline)
    return asked.run_id


def later(context: Context, **span: float) -> None:
    """Let the clock of a rig go on."""
    context.clock.advance(timedelta(**span).total_seconds())  # type: ignore[attr-defined]


def of_set(footage_id: int, name: str, sha256: str) -> PlayedFootage:
    """A recording of a set in its first truth."""
    return PlayedFootage(footage_id, name, sha256, 1)
