"""Kill -9 at random moments under load: what was promised, what is left, what came twice."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.keeping.killing import kill_again_and_again
from benchmarks.keeping.promises import Left
from benchmarks.support.report import Measure, conclude, figure, limit, machine, rate

__all__ = ["main", "measures_of"]


def measures_of(left: Left, took_s: float) -> list[Measure]:
    """The bars: nothing lost, nothing broken, nothing sent twice without its mark."""
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(left.promised.items()))
    return [
        rate("kills", left.kills, "", f"kill -9 at random moments, {took_s:.0f} s", bar=1),
        figure("promises", left.promised.total(), "", told),
        limit("promises_lost", len(left.lost), "", "; ".join(left.lost[:3]), 0),
        limit("rules_broken", len(left.broken), "", "; ".join(left.broken[:3]), 0),
        figure("notices", left.notices, "", "written with what they tell"),
        limit("notices_never_sent", left.unsent, "", "", 0),
        figure("messages_repeated", left.twice, "", "under the mark of the first time"),
        limit("notices_under_two_marks", left.unmarked, "", "", 0),
        figure("calls", left.calls, "", "for work orders, escalations among them"),
        limit("calls_never_sent", left.calls_unsent, "", "and not answered meanwhile", 0),
        figure("calls_repeated", left.calls_twice, "", "under the mark of the first time"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="15 kills instead of 200")
    parser.add_argument("--json", type=Path, help="write the measures to a file")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    about, began_s = machine(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="firewatch-crash-") as folder:
        left = kill_again_and_again(
            Path(folder) / "data", 15 if asked.quick else 200, seed=asked.seed
        )
    return conclude(
        measures_of(left, time.monotonic() - began_s),
        benchmark="crash",
        about=about,
        quick=asked.quick,
        path=asked.json,
    )
