"""The report of one replay: ``report.html`` and ``figures.csv``.

The same result and pictures give the same bytes: nothing in it tells when it was made.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from detector.report.cards import gallery
from detector.report.curves import curves_of
from detector.report.figures_csv import figures_csv
from detector.report.markup import Markup, joined, tag
from detector.report.numbers import count
from detector.report.page import key_of_marks, page, reading, run_facts, section, settings
from detector.report.pictures import PictureSource
from detector.report.reading import read_result
from detector.report.shape import Result
from detector.report.tables import headline, short, slices
from detector.report.timeline import timeline
from detector.report.words import say
from detector.report.writing import write_whole

__all__ = ["report_page", "write_report"]

MOST_TIMELINES: Final = 200
"""At some 3 kB each. Recordings with misses and false alarms are never left out for others."""
SECTIONS: Final = ("summary", "headline", "curves", "slices", "timelines", "gallery", "reading")


def write_report(
    out: Path, result: Mapping[str, Any], *, pictures: PictureSource | None = None
) -> None:
    """Write ``report.html`` and ``figures.csv`` of a run.

    Args:
        out: folder, made when it is not there.
        result: what ``result.json`` says.
        pictures: who has the frames; without it the gallery has words only.

    Raises:
        InputRefused: it is no result of a replay, or ``out`` cannot be written.
        StorageFull: the disk takes no more.
    """
    read = read_result(result)
    write_whole(out, {"figures.csv": figures_csv(read), "report.html": report_page(read, pictures)})


def report_page(result: Result, pictures: PictureSource | None) -> bytes:
    """The page of one run."""
    run = result.run
    parts = {
        "summary": joined(short(result), run_facts(run)),
        "headline": headline(result.headline),
        "curves": curves_of([result]),
        "slices": slices(result),
        "timelines": timelines(result),
        "gallery": gallery(result, pictures),
        "reading": joined(reading(), settings(run)),
    }
    return page(
        say("page.title"),
        run.name or say("page.unnamed").zh,
        [(key, say(f"page.{key}")) for key in SECTIONS],
        *(section(key, parts[key]) for key in SECTIONS),
    )


def timelines(result: Result) -> Markup:
    """Recordings over time, in their order; where there are too many, those with troubles first."""
    sequences = result.sequences
    drills = {one.name for one in result.run.footage if one.is_drill}
    kept = sorted(range(len(sequences)), key=lambda index: (-sequences[index].troubles, index))
    kept = sorted(kept[:MOST_TIMELINES])
    left_out = len(sequences) - len(kept)
    return joined(
        key_of_marks(),
        *(
            timeline(sequences[index], index, is_drill=sequences[index].name in drills)
            for index in kept
        ),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )
