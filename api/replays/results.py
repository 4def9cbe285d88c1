"""What came of replays: headline, files for the browser, and two of them side by side."""

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from api.replays.shelf import ReplayShelf
from detector.footage.files import write_whole
from detector.measures import compare
from detector.replay.result import canonical, played_from_json
from detector.report import open_result, write_comparison
from models.errors import InputRefused
from models.replay import Played
from models.replay_run import ReplayHeadline, ReplayRun

__all__ = ["compared", "comparison_json", "headline_of", "page_policy", "played_of"]

COMPARISON: Final = "comparison.json"
_META: Final = re.compile(
    rb'<meta http-equiv="Content-Security-Policy" content="([^"<>]{1,1000})">'
)
_HEAD_BYTES: Final = 4_096
_STRICT: Final = re.compile(
    r"default-src 'none'; img-src data:; style-src 'sha256-[A-Za-z0-9+/=]{44}'; "
    r"script-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'"
)
_NOTHING: Final = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
_AROUND: Final = "; frame-ancestors 'none'; sandbox allow-scripts"


def headline_of(folder: Path) -> ReplayHeadline:
    """What came of a replay in a line.

    Raises:
        InputRefused: its files are not what a replay writes.
    """
    result = open_result(folder)
    try:
        cost = json.loads((folder / "cost.json").read_bytes())
        digest = hashlib.sha256((folder / "result.json").read_bytes()).hexdigest()
        counts = result["figures"]["counts"]
        recall = next(one for one in result["figures"]["headline"] if one["name"] == "event_recall")
        return ReplayHeadline(
            digest,
            found=int(recall["count"]),
            fires=int(counts["visible_fires"]),
            false_alarms=int(counts["false_alarms"]),
            camera_days=float(counts["judged_camera_days"]),
            frames_per_s=float(cost["frames_per_s"]) if cost["frames"] > 0 else None,
            refused=len(result["run"]["refused"]),
        )
    except (OSError, KeyError, TypeError, ValueError, StopIteration) as error:
        raise InputRefused(
            "What the replay has written cannot be read.",
            remedy="Have it go on: it plays what is missing.",
            code="replay_result",
        ) from error


def played_of(result: Mapping[str, Any]) -> list[Played]:
    """The recordings of a result.

    Raises:
        InputRefused: it is none; code ``replay_result``.
    """
    rows = result.get("sequences")
    try:
        return [played_from_json(row) for row in (rows if isinstance(rows, list) else [])]
    except ValueError as error:
        raise InputRefused(
            f"This is no result of a replay: {error}.",
            remedy="Name a result.json that 'firewatch replay' has written.",
            code="replay_result",
        ) from error


def compared(shelf: ReplayShelf, first: ReplayRun, second: ReplayRun) -> Path:
    """The folder of two replays side by side; made when it is asked for first.

    Raises:
        InputRefused: they have no recording in common; code ``compare_footage``.
        NotFound: files of one are gone; code ``replay_gone``.
        StorageFull: the disk takes no more.
    """
    out = shelf.compared(first.run_id, second.run_id)
    marker, wanted = out / "of.json", canonical([_digest(first), _digest(second)])
    if marker.is_file() and marker.read_bytes() == wanted:
        return out
    old, new = (open_result(shelf.file(one.run_id, "result.json")) for one in (first, second))
    shelf.check_room()
    write_comparison(out, old, new, compare(played_of(old), played_of(new)))
    write_whole(marker, wanted)
    return out


def comparison_json(folder: Path, runs: Sequence[ReplayRun]) -> dict[str, Any]:
    """A comparison with the names of its two runs."""
    told: dict[str, Any] = json.loads((folder / COMPARISON).read_bytes())
    names = [{"run_id": one.run_id, "name": one.draft.name} for one in runs]
    return told | {"first": names[0], "second": names[1]}


def page_policy(page: Path) -> str:
    """What a browser may do with a page of ours: what the page says itself, and nothing around it.

    A page without such a policy, or with a wider one, runs no script and has no style.
    """
    with page.open("rb") as file:
        found = _META.search(file.read(_HEAD_BYTES))
    said = html.unescape(found[1].decode("ascii", "replace")) if found is not None else ""
    return (said if _STRICT.fullmatch(said) is not None else _NOTHING) + _AROUND


def _digest(run: ReplayRun) -> str:
    return "" if run.headline is None else run.headline.result_sha256
