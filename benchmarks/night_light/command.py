"""The benchmark of grey frames and nights: recall, false boxes, calibration, confusers by name.

Recall is measured on the validation pictures as they are, without colours, and turned into
near-infrared nights by a stated model (:mod:`training.near_infrared`); false boxes on real
near-infrared frames as well. Everything follows the weights and the card in force. ``--fit`` tells
the card's section ``[infrared]`` as these pictures would have it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.night_light.answers import Answers
from benchmarks.night_light.bases import bases
from benchmarks.night_light.confusing import Told, play
from benchmarks.night_light.labelled import judged_of, look_at_made, read_again
from benchmarks.night_light.quiet import Quiet, fire_picture, quiet_frames
from benchmarks.support.report import Measure, conclude, figure, machine, skipped
from detector.core import Detector
from detector.evaluate.labelled_set import CLASSES, Picture, read_index
from detector.evaluate.report import BUDGET, differences, report, score_at
from detector.infrared_light import as_in_infrared
from detector.measures.boxes import Scene
from models.config import Settings
from models.zoo import InfraredUse, ScoreMap
from models.zoo.registry import load_card
from training.calibration import expected_error, fit, held_out_error, pool
from training.near_infrared import Made
from training.night_confusers import Confuser

__all__ = ["main"]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
OPERATING_BUDGET = 0.015
"""False boxes a negative picture at which a box is worth showing, as on the cards."""
QUICK_EVERY = 8
FOLLOWED = 0.1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a figure is poor: the report says so."""
    parser = argparse.ArgumentParser(prog="./run bench near-infrared", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="an eighth of the pictures")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with detection, footage")
    parser.add_argument("--keep", type=Path, help="folder for the network's answers: ask once")
    parser.add_argument("--model", default=Settings().model_card, help="name of a model card")
    parser.add_argument("--fit", action="store_true", help="tell the card's section for infrared")
    options = parser.parse_args(arguments)
    about = machine()
    if (options.data / "detection" / "index.csv").is_file():
        measures = _measure(options)
    else:
        measures = [skipped("grey_tower_smoke", "recall", f"no pictures in {options.data}")]
    return conclude(
        measures, benchmark="near-infrared", about=about, quick=options.quick, path=options.json
    )


def _measure(options: argparse.Namespace) -> list[Measure]:
    card = load_card(options.model)
    answers = Answers(Detector.open(card, device="cpu", threads=1), options.keep)
    detection, footage = options.data / "detection", options.data / "footage"
    pictures: list[Picture] = [one for one in read_index(detection) if one.split == "val"]
    if options.quick:
        pictures = pictures[::QUICK_EVERY]
    draws = 200 if options.quick else 1000
    looks = {how: look_at_made(pictures, how, answers) for how in Made}
    measures = []
    for how, scenes in looks.items():
        measures += _recall(how, looks[Made.COLOUR], scenes, draws)
    colourless = [*looks[Made.GREY], *looks[Made.NIGHT]]
    if options.fit:
        print(fitted(colourless))
    measures += _calibration(colourless, card.infrared)
    quiet = list(quiet_frames(detection, footage, answers))
    report_score = card.operating.report_score
    measures += _quiet(quiet, card.infrared, report_score)
    score = fire_picture(footage, answers)
    if score is not None:
        measures.append(figure("real_fire_score", score, "score", "one real infrared night fire"))
    shown = bases(detection, footage, quick=options.quick)
    for kind in Confuser:
        plain = play(kind, shown, answers, None, report_score)
        measures.append(_confuser(plain, ""))
        if card.infrared is not None:
            read = play(kind, shown, answers, card.infrared, card.infrared.report_score)
            measures.append(_confuser(read, "_by_card"))
    return measures


def _recall(
    how: Made, colour: Sequence[Scene], scenes: Sequence[Scene], draws: int
) -> list[Measure]:
    """Every figure of a card, beside what the same pictures give in colour."""
    told = report(scenes, draws=draws)
    changes = (
        {row["name"]: row for row in differences(colour, scenes, draws=draws)}
        if how is not Made.COLOUR
        else {}
    )
    measures = [
        figure(
            f"{how}_score_at_budget",
            told["score_at_budget"],
            "score",
            f"{BUDGET:g} false boxes a picture without fire",
        )
    ]
    for row in told["measures"]:
        key = f"{how}_{row['name'].partition(' at IoU')[0]}".replace(" ", "_")
        if row["value"] is None:
            measures.append(skipped(key, "share", "no such box here"))
            continue
        against = f"[{_three(row['low'])}, {_three(row['high'])}]; {row['counts']}"
        change = changes.get(row["name"])
        if change is not None:
            against += (
                f"; colour {change['value']:+.3f} [{change['low']:+.3f}, {change['high']:+.3f}]"
            )
        measures.append(figure(key, row["value"], "share", against))
    return measures


def _three(number: float | None) -> str:
    return "unknown" if number is None else f"{number:.3f}"


def fitted(scenes: Sequence[Scene]) -> str:
    """The section of a card, fitted on pictures without colour."""
    maps = [fit(*pool(judged)) for judged in judged_of(scenes)]
    tables = [ScoreMap(round(one.slope, 4), round(one.offset, 4)) for one in maps]
    plain = InfraredUse(0.0, tables[0], tables[1], "-")
    score = score_at(read_again(scenes, plain), OPERATING_BUDGET)
    lines = ["[infrared]", f"report_score = {score:.2f}"]
    for word, table in zip(CLASSES, tables, strict=True):
        lines += [f"[infrared.{word}]", f"slope = {table.slope}", f"offset = {table.offset}"]
    return "\n".join(lines)


def _calibration(scenes: Sequence[Scene], use: InfraredUse | None) -> list[Measure]:
    """How far scores are from the share of hits: as they are, and with a map, groups left out."""
    measures = []
    for word, judged in zip(CLASSES, judged_of(scenes), strict=True):
        scores, hits = pool(judged)
        against = f"{len(scores)} detections, without colour and by night"
        error = expected_error(scores, hits)
        measures.append(figure(f"calibration_error_{word}", error, "share", against))
        held = held_out_error(judged)
        against = "with a map fitted on the other groups, five folds"
        measures.append(figure(f"calibration_error_{word}_held_out", held, "share", against))
    if use is not None:
        for word, judged in zip(CLASSES, judged_of(read_again(scenes, use)), strict=True):
            error = expected_error(*pool(judged))
            against = "as the card reads it, fitted on these very pictures"
            measures.append(figure(f"calibration_error_{word}_by_card", error, "share", against))
    return measures


def _quiet(frames: Sequence[Quiet], use: InfraredUse | None, report_score: float) -> list[Measure]:
    """False boxes on real near-infrared frames, learned ones apart."""
    measures = []
    for seen, word in ((False, "unseen"), (True, "learned")):
        mine = [frame for frame in frames if frame[3] is seen]
        if not mine:
            continue
        cameras = len({camera for _, camera, _, _ in mine})
        for score in (FOLLOWED, 0.36, report_score):
            boxes = sum(int((found.scores >= score).sum()) for _, _, found, _ in mine)
            against = f"{boxes} in {len(mine)} real frames of {cameras} cameras without fire"
            if use is not None:
                level = use.report_score if score == report_score else score
                again = sum(
                    len(as_in_infrared(found, use, floor_score=level)) for _, _, found, _ in mine
                )
                against += f"; read by the card {again}, from {level:g}"
            measures.append(
                figure(f"false_boxes_{word}_at_{score:g}", boxes / len(mine), "a frame", against)
            )
    return measures


def _confuser(told: Told, way: str) -> Measure:
    some = sum(score >= FOLLOWED for score in told.best)
    against = (
        f"{told.taken} of {told.shown} frames worth showing, {some} from {FOLLOWED:g} on; "
        f"{told.alerts} of {told.sequences} sequences alert there, {told.elsewhere} at other things"
    )
    if told.first_alert:
        against += f", {min(told.first_alert)} to {max(told.first_alert)} frames after it came"
    return figure(f"taken_{told.kind}{way}", told.taken / max(1, told.shown), "a frame", against)
