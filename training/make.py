"""One command from the detection set to a card.

Train, calibrate, export, quantise, evaluate, write::

    python -m training.make DATA RUN --weights yolo11n.pt --zoo models/zoo --name my-model \
        --version 2026.11.1 [--device cuda:0] [--until 2026-11-25T17:20:00+00:00]

Stopped and started again with the same words, it goes on where it was. Scores are calibrated and
the operating point is chosen on val, the same pictures that the figures are quoted for: the card
says so.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from detector.evaluate.images import rows
from detector.evaluate.labelled_set import CLASSES, read_index
from detector.evaluate.measures import Scene, judge
from detector.evaluate.report import RECALL_IOU, report
from models.errors import InputRefused
from models.zoo import load_card
from training.calibration import Calibration, expected_error, fit, held_out_error, pool
from training.card import CardText, write_card
from training.evaluate import draft_card, scenes
from training.export import export_weights
from training.quantise import quantise
from training.recipe import Recipe
from training.train import add_options, start

__all__ = ["calibrate", "main", "publish"]

FLOOR_SHARE = 0.5
"""The floor for tracking as a share of the score at which a single box is shown."""


def calibrate(found: Sequence[Scene]) -> tuple[list[Calibration], list[dict[str, object]]]:
    """Fit one map a class, and say what it leaves."""
    maps, figures = [], []
    for label, word in enumerate(CLASSES):
        judged = [judge(scene, label, RECALL_IOU) for scene in found]
        scores, hits = pool(judged)
        one = fit(scores, hits)
        maps.append(one)
        figures.append(
            {
                "name": f"{word} expected calibration error, groups held out in five folds",
                "value": round(held_out_error(judged), 4),
                "source": f"val split, {len(scores)} detections from score 0.01, a hit overlaps by "
                f"IoU {RECALL_IOU}; before calibration {expected_error(scores, hits):.4f}; slope "
                f"{one.slope:.3f}, offset {one.offset:.3f}",
            }
        )
    return maps, figures


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
    raw = arguments.folder / "uncalibrated.onnx"
    export_weights(weights, raw)
    maps, calibration_rows = calibrate(scenes(val, draft_card(raw)))
    plain = arguments.zoo / f"{arguments.name}.onnx"
    checked = [picture.path for picture in val[:: max(1, len(val) // 6)]]
    export_weights(weights, plain, maps, checked)
    whole = arguments.zoo / f"{arguments.name}-int8.onnx"
    quantise(plain, whole, pictures)
    model = load_card("firewatch-yolo11n")
    first: Path | None = None
    for path in (plain, whole):
        found = scenes(val, draft_card(path))
        figures = report(found)
        out = arguments.folder / path.stem
        out.mkdir(exist_ok=True)
        (out / "detections.json").write_text(json.dumps(rows(found)))
        (out / "metrics.json").write_text(json.dumps(figures, indent=1))
        score = round(figures["score_at_budget"] + 0.005, 2)
        card = write_card(
            path,
            CardText(
                name=path.stem,
                version=arguments.version,
                trained_with=trained_with,
                notes=notes,
                floor_score=round(score * FLOOR_SHARE, 2),
                report_score=score,
                operating_source="report_score: at most 0.05 false boxes a negative picture of "
                "val, chosen on the same pictures that the figures are quoted for",
            ),
            model,
            figures["measures"],
            calibration_rows,
        )
        first = first or card
    if first is None:
        raise AssertionError
    return first


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
    parser.add_argument("--notes", type=Path, help="text file, one known failure a line")
    parser.add_argument(
        "--skip-training", action="store_true", help="publish the newest checkpoint"
    )
    arguments = parser.parse_args()
    recipe = Recipe()
    try:
        if not arguments.skip_training:
            start(arguments, recipe)
        weights = newest_weights(arguments.folder)
        notes = tuple(arguments.notes.read_text().splitlines()) if arguments.notes else ()
        card = publish(
            weights,
            arguments,
            f"training/make.py, recipe {recipe.name} {recipe.fingerprint()}, seed {recipe.seed}, "
            f"from {arguments.weights.name}, checkpoint {weights.stem}",
            notes,
        )
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    print(card)
    return 0


if __name__ == "__main__":
    sys.exit(main())
