"""One command from the detection set to a card.

Train, calibrate, export, quantise, evaluate, write::

    python -m training.make DATA RUN --weights yolo11n.pt --zoo models/zoo --name my-model \
        --version 2026.11.1 [--device cuda:0] [--until 2026-11-25T17:20:00+00:00]

Stopped and started again with the same words, it goes on where it was. Scores are calibrated and
the operating point is chosen on val, the same pictures that the figures are quoted for: the card
says so. The maps that make scores probabilities are folded into the weights.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from detector.evaluate.images import rows
from detector.evaluate.labelled_set import CLASSES, read_index
from detector.evaluate.report import RECALL_IOU, differences, report, score_at
from detector.measures.boxes import Scene, judge
from models.errors import InputRefused
from models.zoo import load_card
from training.calibration import (
    LEAST_SCORE,
    Calibration,
    chance_error,
    expected_error,
    fit,
    held_out_error,
    pool,
    reliability,
)
from training.card import CardText, write_card
from training.evaluate import draft_card, scenes
from training.export import export_weights
from training.quantise import quantise
from training.recipe import RECIPES
from training.train import add_options, start

__all__ = ["calibrate", "main", "publish"]

STARTER = "firewatch-yolo11n"
"""The card whose input, output and data are copied, and against which a model is measured."""
FLOOR_SCORE = 0.10
"""Below it a detection is not worth tracking."""
OPERATING_BUDGET = 0.015
"""False boxes a picture without fire at the score from which one picture's box is worth showing."""
SMALL_WIDTH_PX = 416
"""Of the variant for machines that cannot look at 640 pixels: the same weights, its own card."""


def calibrate(found: Sequence[Scene]) -> tuple[list[Calibration], list[dict[str, object]]]:
    """Fit one map a class, and say what the scores were without it and how it does when held out.

    Args:
        found: with the scores as the network was trained to give them.
    """
    maps, figures = [], []
    for label, word in enumerate(CLASSES):
        judged = [judge(scene, label, RECALL_IOU) for scene in found]
        scores, hits = pool(judged)
        one = fit(scores, hits)
        maps.append(one)
        about = (
            f"val split, {len(scores)} detections from the plain score {LEAST_SCORE}; a hit "
            f"overlaps by IoU {RECALL_IOU}; folded into the weights: "
            f"sigmoid({one.slope:.4f} * logit(plain score) + {one.offset:.4f})"
        )
        held_out = round(held_out_error(judged), 4)
        before = round(expected_error(scores, hits), 4)
        figures += [
            _row(f"{word} calibration error, groups held out in five folds", held_out, about),
            _row(f"{word} calibration error without the map", before, about),
        ]
    return maps, figures


def reliability_rows(found: Sequence[Scene]) -> list[dict[str, object]]:
    """How far scores are from shares of hits, by class and view, and the curve in words.

    Args:
        found: with the scores as the product gives them.
    """
    rows = []
    for word, view in (("smoke", "tower"), ("smoke", "ground"), ("flame", "ground")):
        # Pictures without fire belong to every view: without them no score could be too high.
        seen = [scene for scene in found if scene.view == view or len(scene.true_boxes) == 0]
        judged = [judge(scene, CLASSES.index(word), RECALL_IOU) for scene in seen]
        scores, hits = pool(judged)
        by_chance, low, high = chance_error(scores)
        curve = ", ".join(
            f"{score:.2f} {share:.2f} ({count})"
            for score, share, count in reliability(scores, hits)
        )
        rows.append(
            _row(
                f"{view} {word} calibration error",
                round(expected_error(scores, hits), 4),
                f"val split, this view and all pictures without fire, {len(scores)} detections "
                f"from {LEAST_SCORE}; exact probabilities would show {by_chance:.3f} by chance, "
                f"{low:.3f} to {high:.3f}; mean score, share of hits (count): {curve}",
            )
        )
    return rows


def _row(name: str, value: float, source: str) -> dict[str, object]:
    return {"name": name, "value": value, "source": source}


def publish(
    weights: Path, arguments: argparse.Namespace, trained_with: str, notes: tuple[str, ...]
) -> Path:
    """Export, calibrate, quantise, evaluate, and write cards for float and int8.

    Args:
        weights: ultralytics ``.pt`` file.
        arguments: with data, folder, zoo, name and version.
        trained_with: for the card.
        notes: known failures, for the card.

    Returns:
        The card of the float weights.
    """
    pictures = read_index(arguments.data)
    val = [picture for picture in pictures if picture.split == "val"]
    plain = arguments.zoo / f"{arguments.name}.onnx"
    checked = [picture.path for picture in val[:: max(1, len(val) // 6)]]
    one_to_one = not arguments.one_to_many
    with tempfile.TemporaryDirectory() as folder:
        uncalibrated = Path(folder) / plain.name
        export_weights(weights, uncalibrated, None, one_to_one=one_to_one)
        maps, calibration_rows = calibrate(scenes(val, draft_card(uncalibrated)))
    export_weights(weights, plain, maps, checked, one_to_one=one_to_one)
    found = scenes(val, draft_card(plain))
    calibration_rows += reliability_rows(found)
    text = CardText(
        name=arguments.name,
        version=arguments.version,
        trained_with=trained_with,
        notes=notes,
        floor_score=0.0,
        report_score=0.0,
        operating_source="",
    )
    card = _measure(plain, found, text, arguments, calibration_rows)
    before = load_card(STARTER)
    changes = differences(scenes(val, draft_card(before.path)), found)
    (arguments.folder / "differences.json").write_text(json.dumps(changes, indent=1))
    small = replace(text, name=f"{text.name}-{SMALL_WIDTH_PX}")
    seen = scenes(val, draft_card(plain), width_px=SMALL_WIDTH_PX)
    _measure(plain, seen, small, arguments, reliability_rows(seen), width_px=SMALL_WIDTH_PX)
    if not arguments.no_int8:
        twin = arguments.zoo / f"{arguments.name}-int8.onnx"
        quantise(plain, twin, pictures)
        text = replace(text, name=twin.stem)
        seen = scenes(val, draft_card(twin))
        _measure(twin, seen, text, arguments, reliability_rows(seen))
    return card


def _measure(
    path: Path,
    found: Sequence[Scene],
    text: CardText,
    arguments: argparse.Namespace,
    further: Sequence[dict[str, object]],
    *,
    width_px: int = 640,
) -> Path:
    """Write what was found beside the run, and the card beside the weights."""
    figures = report(found)
    out = arguments.folder / text.name
    out.mkdir(exist_ok=True)
    (out / "detections.json").write_text(json.dumps(rows(found)))
    (out / "metrics.json").write_text(json.dumps(figures, indent=1))
    score = math.ceil(score_at(found, OPERATING_BUDGET) * 100) / 100
    text = replace(
        text,
        floor_score=min(FLOOR_SCORE, score),
        report_score=score,
        operating_source=f"report_score: at most {OPERATING_BUDGET} false boxes a negative picture "
        "of val, chosen on the same pictures that the figures are quoted for",
    )
    model = load_card(STARTER)
    model = replace(model, operating=replace(model.operating, width_px=width_px))
    return write_card(path, text, model, figures["measures"], further)


def newest_weights(folder: Path) -> Path:
    """The last checkpoint of a run.

    Raises:
        InputRefused: there is none.
    """
    weights = sorted(folder.glob("step*.pt"))
    if not weights:
        raise InputRefused(f"{folder} holds no weights.", remedy="Train first.")
    return weights[-1]


def main() -> int:
    """Do everything as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_options(parser)
    parser.add_argument("--zoo", type=Path, default=Path("models/zoo"))
    parser.add_argument("--name", required=True, help="of the card")
    parser.add_argument("--version", required=True, help="of the card, YYYY.M.N")
    parser.add_argument("--checkpoint", type=Path, help="publish it instead of the newest one")
    parser.add_argument("--trained-with", default="", help="more words for the card")
    parser.add_argument("--one-to-many", action="store_true", help="of two heads the other one")
    parser.add_argument("--no-int8", action="store_true")
    parser.add_argument("--notes", type=Path, help="text file, one known failure a line")
    parser.add_argument(
        "--skip-training", action="store_true", help="publish the newest checkpoint"
    )
    arguments = parser.parse_args()
    recipe = RECIPES[arguments.recipe]
    try:
        if not arguments.skip_training:
            start(arguments, recipe)
        weights = arguments.checkpoint or newest_weights(arguments.folder)
        notes = tuple(arguments.notes.read_text().splitlines()) if arguments.notes else ()
        card = publish(
            weights,
            arguments,
            f"training/make.py, recipe {recipe.name} {recipe.fingerprint()}, seed {recipe.seed}, "
            f"from {arguments.weights.name}, checkpoint {weights.stem}. {arguments.trained_with}",
            notes,
        )
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    print(card)
    return 0


if __name__ == "__main__":
    sys.exit(main())
