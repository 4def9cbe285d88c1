"""What was measured on a machine, kept in a small file so that it is measured once.

The file is only a memory: whatever is wrong with it (damaged, foreign, of another machine, not to
be written), the answer is to measure again and to go on.
"""

import json
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from detector.core.arrangement import Arrangement, candidates

__all__ = ["Place", "recall", "remember"]

logger = logging.getLogger(__name__)

FORMAT = "firewatch-arrangements-1"
MOST_BYTES = 2**16
MOST_ENTRIES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a measurement holds.

    Attributes:
        processor: its name.
        cores: that the process may use.
        threads: that share the work of a call.
        provider: the runtime's word for who runs the network.
        runtime: its version.
        weights: sha256 of the network.
    """

    processor: str
    cores: int
    threads: int
    provider: str
    runtime: str
    weights: str


def recall(path: Path, place: Place) -> Arrangement | None:
    """What was measured there before; None when nothing was, or nothing that can be used."""
    for entry in _entries(path):
        if _place_of(entry) == asdict(place):
            for candidate in candidates(place.threads):
                if [candidate.workers, candidate.threads_each] == entry.get("workers_threads"):
                    return replace(candidate, origin="remembered")
    return None


def remember(
    path: Path, place: Place, chosen: Arrangement, rates: Mapping[Arrangement, float]
) -> None:
    """Write what was measured, beside what is known of other places; never an error.

    Args:
        path: of the file.
        place: where it was measured.
        chosen: the best.
        rates: pictures a second of every candidate, for whoever reads the file.
    """
    entry = asdict(place) | {
        "workers_threads": [chosen.workers, chosen.threads_each],
        "pictures_per_s": {each.name: round(rate, 1) for each, rate in rates.items()},
    }
    others = [other for other in _entries(path) if _place_of(other) != asdict(place)]
    text = json.dumps({"format": FORMAT, "entries": [entry, *others][:MOST_ENTRIES]}, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False
        ) as file:
            file.write(text)
        try:
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    except OSError as error:
        logger.warning("what was measured of this machine cannot be kept in %s: %s", path, error)


def _place_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry.get(name) for name in Place.__slots__}


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        known = json.loads(data) if len(data) <= MOST_BYTES else None
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        logger.warning("%s is damaged and measured again: %s", path, error)
        return []
    if not isinstance(known, dict) or known.get("format") != FORMAT:
        logger.warning("%s is not a memory of arrangements and is measured again", path)
        return []
    entries = known.get("entries")
    return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
