"""Plays the whole of the recorded footage and writes the table of ``docs/evaluation.md`` anew."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.support.report import figure, machine, render, skipped, write
from detector.replay.conducting import RunListener, Wish, conduct
from detector.replay.run_file import read_run

__all__ = ["main", "table", "with_table"]

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "benchmarks" / "replay" / "RUN.toml"
PAGE = ROOT / "docs" / "evaluation.md"
FOOTAGE = ROOT.parent / "shared" / "data" / "footage"
BEGIN, END = "<!-- table of the footage: begin -->", "<!-- table of the footage: end -->"
HEADLINE = (
    "event_recall",
    "time_to_detect_s",
    "time_to_detect_frames",
    "precision",
    "false_alarms_per_camera_day",
    "early_alarms",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the table is written where the footage is there."""
    parser = argparse.ArgumentParser(prog="./run bench footage", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="the same: what is finished is not played again"
    )
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--out", type=Path, default=ROOT / ".tools" / "footage", help="of the run")
    parser.add_argument("--page", type=Path, default=PAGE, help="whose table is written")
    options = parser.parse_args(arguments)
    about = machine()
    if not FOOTAGE.is_dir():
        measures = [skipped("event_recall", "", f"no footage in {FOOTAGE}")]
    else:
        listener = RunListener(on_finished=lambda played: print(played.name, flush=True))
        result = conduct(read_run(RUN), options.out, Wish(), listener)
        page = options.page.read_text(encoding="utf-8")
        options.page.write_text(with_table(page, table(result)), encoding="utf-8")
        measures = [
            figure(one["name"], one["value"], one["unit"], _interval(one))
            for one in result["figures"]["headline"]
            if one["value"] is not None
        ]
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json, benchmark="footage", about=about, quick=options.quick, measures=measures
        )
    return 0


def with_table(page: str, rows: str) -> str:
    """The page with another table between its marks.

    Raises:
        ValueError: the page has no such place.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no place between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{rows}\n{END}{after}"


def table(result: Mapping[str, Any]) -> str:
    """What came of the footage, in Markdown."""
    return "\n".join([*_headline(result), "", *_recordings(result), ""])


def _headline(result: Mapping[str, Any]) -> Iterator[str]:
    run, counts = result["run"], result["figures"]["counts"]
    model = run["model"]
    yield (
        f"{model['name']} {model['version']}, settings {run['config_version']}: "
        f"{counts['sequences']} recordings of {counts['scenes']} scenes, {counts['frames']} "
        f"frames, {counts['camera_days']:.2f} camera-days; {len(run['refused'])} files and folders "
        "cannot be played."
    )
    yield ""
    yield "| measure | value | 95 % interval | of |"
    yield "| --- | ---: | --- | ---: |"
    known = {one["name"]: one for one in result["figures"]["headline"]}
    for name in HEADLINE:
        if name in known:
            one = known[name]
            unit = f" {one['unit']}" if one["unit"] else ""
            of = "" if one["of"] is None else f"{one['of']}"
            yield f"| {name} | {_number(one['value'])}{unit} | {_interval(one)} | {of} |"


def _recordings(result: Mapping[str, Any]) -> Iterator[str]:
    yield "| recording | frames | refused | fires found | first alert after first sight | alerts |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    judged = {one["name"]: one for one in result["figures"]["sequences"]}
    for played in result["sequences"]:
        verdict = judged[played["name"]]
        fires = verdict["fires"]
        visible = [fire for fire in fires if fire["outcome"] != "unseen"]
        found = [fire for fire in visible if fire["outcome"] == "found"]
        delay = f"{found[0]['from_visible_s']:g} s" if found else ""
        of = f"{len(found)} of {len(visible)}" if visible else "no fire"
        words = {word: verdict["alerts"].count(word) for word in dict.fromkeys(verdict["alerts"])}
        alerts = ", ".join(f"{count} {word}" for word, count in words.items()) or "none"
        refused = sum(bool(frame["refused"]) for frame in played["frames"])
        name = played["name"].replace("|", "/")
        yield f"| {name} | {len(played['frames'])} | {refused} | {of} | {delay} | {alerts} |"


def _interval(one: Mapping[str, Any]) -> str:
    if one["low"] is None or one["high"] is None:
        return ""
    return f"{_number(one['low'])} to {_number(one['high'])}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
