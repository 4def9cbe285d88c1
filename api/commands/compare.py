"""``firewatch compare``: two replays of the same footage, side by side."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.terminal import speakable
from api.replays.results import played_of
from detector.measures.comparing import compare as compare_runs
from detector.report import open_result, write_comparison
from detector.report.differences import read_comparison

__all__ = ["compare", "told"]

NAMED = 10
"""Fires that the terminal names; the page has them all."""


def compare(
    first: Annotated[
        Path, typer.Argument(metavar="FIRST", help="result.json of a replay, or its folder.")
    ],
    second: Annotated[
        Path, typer.Argument(metavar="SECOND", help="The same of the run to compare with it.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder for comparison.html, .csv and .json.")],
) -> None:
    """Compare two replays of the same footage: fires lost and gained, false alarms, intervals.

    Recordings that the two have not seen alike are left out and named in the page.
    """
    old, new = open_result(first), open_result(second)
    comparison = compare_runs(played_of(old), played_of(new))
    write_comparison(out, old, new, comparison)
    for line in told(comparison):
        typer.echo(speakable(line))


def told(comparison: Mapping[str, Any]) -> list[str]:
    """The comparison in a few lines."""
    fires, alarms = comparison["fires"], comparison["false_alarms"]
    left_out = len(comparison["left_out"])
    lines = [
        f"{comparison['sequences']} recordings compared, {left_out} left out",
        f"fires: {len(fires['lost'])} lost, {len(fires['gained'])} gained",
        *(f"  lost: {one['fire']} in {one['sequence']}" for one in fires["lost"][:NAMED]),
    ]
    if len(fires["lost"]) > NAMED:
        lines.append(f"  and {len(fires['lost']) - NAMED} more")
    lines.append(f"false alarms: {len(alarms['gained'])} new, {len(alarms['lost'])} gone")
    return lines + [
        f"{one.measure.name}: {one.first:g} -> {one.second:g}, {one.verdict}"
        for one in read_comparison(comparison).differences
        if one.verdict in {"better", "worse"}
    ]
