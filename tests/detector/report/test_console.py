"""The console tells what the report tells: what both read is kept beside the tests of the console.

``console/tests/replays.test.mjs`` reads the same file. After a change of the figures or of the
report's words write it anew::

    PYTHONPATH=tests/support python tests/detector/report/test_console.py
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from replayed_rig import alert_at, made_result, result_of, three_recordings

from detector.measures.comparing import compare
from detector.report.gallery import items
from detector.report.markup import Both
from detector.report.numbers import interval, measured
from detector.report.reading import read_result

TOLD = Path(__file__).parents[2] / "fixtures" / "replay_console.json"


def told() -> dict[str, Any]:
    """A result with what the report says of it, and the same run compared with another."""
    result = made_result()
    read = read_result(result)
    shown, _ = items(read, 1000)
    ridge, valley, quiet = three_recordings()
    other = [
        replace(ridge, alerts=()),
        replace(valley, alerts=(alert_at(10, box=(330.0, 370.0, 470.0, 530.0)), alert_at(25))),
        replace(quiet, alerts=()),
    ]
    return {
        "result": result,
        "second": result_of(other, "other"),
        "comparison": compare(three_recordings(), other),
        "gallery": [
            {
                "kind": one.kind,
                "recording": one.sequence,
                "fire": one.title,
                "at_s": one.at_s,
                "box": one.box,
                "is_share": one.is_share,
                "label": one.label,
                "reason": sides(one.reason),
            }
            for one in shown
        ],
        "headline": {
            one.name: {"value": sides(measured(one, one.value)), "interval": sides(interval(one))}
            for one in read.headline
        },
    }


def sides(both: Both) -> dict[str, str]:
    return {"zh": both.zh, "en": both.en}


def written() -> str:
    return json.dumps(told(), ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def test_what_the_console_is_held_against_is_what_the_report_says() -> None:
    assert json.loads(TOLD.read_text(encoding="utf-8")) == json.loads(written())


if __name__ == "__main__":
    TOLD.write_text(written(), encoding="utf-8")
