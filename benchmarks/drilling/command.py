"""The benchmark of drills: how many visible fires alert, and whether their regions hold them.

Three hundred fires by day and at dusk count for the bars; thirty more at night, seen by infrared
cameras, are told beside them. A fire that nobody could see is no miss, and its alert none that is
asked for. What each fire gave is kept in a file where one is named, and not measured again.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.drilling.figures import measures_of
from benchmarks.drilling.watching import Watch
from benchmarks.support.report import conclude, machine
from detector.attention import AttentiveScorer
from detector.replay.drill import DrillFire, drill_fires
from geo.relief import drill_relief
from models.config import Settings
from models.frame import FrameMode
from models.zoo import load_card

__all__ = ["main"]

FIRES: Final = 300
NIGHT_FIRES: Final = 30
QUICK_S: Final = 35.0
"""When a quick run begins no further fire."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    started_s = time.monotonic()
    parser = argparse.ArgumentParser(prog="./run bench drill", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some fires; answer within 50 s")
    parser.add_argument("--fires", type=int, default=FIRES, help="by day and dusk")
    parser.add_argument("--night", type=int, default=NIGHT_FIRES, help="at night")
    parser.add_argument("--seed", type=int, default=1, help="of the fires")
    parser.add_argument("--keep", type=Path, help="one line a fire: go on from there, add to it")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    terrain, settings = drill_relief(), Settings()
    fires = drill_fires(terrain, options.fires, options.seed)
    nights = drill_fires(terrain, options.night, options.seed, mode=FrameMode.INFRARED)
    scorer = AttentiveScorer.open(
        load_card(settings.model_card), settings.attention, threads=settings.inference_threads
    )
    watch = Watch(terrain, scorer, settings)

    def has_time() -> bool:
        return not options.quick or time.monotonic() - started_s < QUICK_S

    known = _known(options.keep)
    rows = list(_rows(watch, [*fires, *nights], known, options.keep, has_time))
    return conclude(
        measures_of(rows), benchmark="drill", about=about, quick=options.quick, path=options.json
    )


def _rows(
    watch: Watch,
    fires: Sequence[DrillFire],
    known: dict[str, dict[str, Any]],
    keep: Path | None,
    has_time: Callable[[], bool],
) -> Iterator[dict[str, Any]]:
    for fire in fires:
        row = known.get(fire.name)
        if row is None:
            if not has_time():
                return
            row = watch.answer(fire).row()
            if keep is not None:
                with keep.open("a", encoding="ascii") as file:
                    file.write(json.dumps(row) + "\n")
        yield row


def _known(keep: Path | None) -> dict[str, dict[str, Any]]:
    """What was measured before; half a line, of a run that was killed, is measured again."""
    if keep is None or not keep.is_file():
        return {}
    rows: dict[str, dict[str, Any]] = {}
    for line in keep.read_text(encoding="ascii").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows[row["name"]] = row
    return rows
