"""Train a network on the samples of a recipe, on the CPU or on a GPU by one option.

A plain loop instead of the library's trainer, because three things must be exact: which sample
comes when, that a stopped run goes on with the next sample, and that the learning rate reaches its
end at the hour when the machine is needed for something else. The network and its loss are
ultralytics'. A checkpoint is written after every round; one of another recipe is refused.
"""

import argparse
import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from detector.evaluate.labelled_set import read_index
from models.errors import InputRefused
from training.network import load_network
from training.recipe import RECIPES, Recipe
from training.samples import Samples
from training.state import Run

__all__ = ["add_options", "main", "start", "train"]


class _Batches(Dataset):
    """Batch number n as the loss wants it; ``first`` batches are done already."""

    def __init__(self, samples: Samples, first: int, count: int, mosaic: Any) -> None:  # noqa: ANN401
        self.samples, self.first, self.count, self.mosaic = samples, first, count, mosaic

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, step: int) -> dict[str, torch.Tensor]:
        cv2.setNumThreads(1)
        size = self.samples.recipe.batch
        start = (self.first + step) * size
        with_mosaic = bool(self.mosaic.value)
        made = [self.samples.make(start + k, with_mosaic=with_mosaic) for k in range(size)]
        height, width = made[0].image.shape[:2]
        planes = np.stack([sample.image[:, :, ::-1].transpose(2, 0, 1) for sample in made])
        boxes = np.concatenate([sample.boxes for sample in made]) / (width, height, width, height)
        centres, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
        classes = np.concatenate([sample.classes for sample in made])
        place = np.repeat(np.arange(size), [len(sample.boxes) for sample in made])
        return {
            "img": torch.from_numpy(np.ascontiguousarray(planes)),
            "cls": torch.from_numpy(classes.astype(np.float32)[:, None]),
            "bboxes": torch.from_numpy(np.concatenate([centres, sides], 1).astype(np.float32)),
            "batch_idx": torch.from_numpy(place.astype(np.float32)),
        }


def train(
    run: Run,
    samples: Samples,
    *,
    steps: int,
    until: datetime | None,
    round_steps: int,
    workers: int,
) -> None:
    """Train until the steps are done or the clock says so.

    Args:
        run: its state.
        samples: what it learns from.
        steps: at most so many in all.
        until: when the cosine ends; the steps decide when left out.
        round_steps: steps between two checkpoints.
        workers: processes that make samples.
    """
    mosaic = torch.multiprocessing.get_context("fork").Value("b", 1)
    began, progress_before = time.time(), run.progress
    losses: list[list[float]] = []
    run.learn()
    with (run.folder / "log.jsonl").open("a", encoding="utf-8") as log:
        for batch in _batches(samples, run, steps, workers, mosaic):
            progress = run.step / steps
            if until is not None:
                share = (time.time() - began) / max(1.0, until.timestamp() - began)
                progress = progress_before + (1 - progress_before) * share
            if progress >= 1.0:
                break
            mosaic.value = int(progress < run.recipe.mosaic_until)
            losses.append(run.train_step(batch, progress))
            run.check_finite(losses[-1])
            if run.step % 20 == 0:
                box, kind, spread = np.mean(losses[-20:], axis=0)
                print(
                    f"{datetime.now(UTC):%H:%M:%S} step {run.step} {progress:.1%} "
                    f"box {box:.3f} class {kind:.3f} spread {spread:.3f}",
                    flush=True,
                )
            if run.step % round_steps == 0:
                _end_round(run, log, losses)
                losses = []
        if losses:
            _end_round(run, log, losses)


def _batches(
    samples: Samples,
    run: Run,
    steps: int,
    workers: int,
    mosaic: Any,  # noqa: ANN401 - a shared value has no public type
) -> Iterator[dict[str, torch.Tensor]]:
    return iter(
        DataLoader(
            _Batches(samples, run.step, steps - run.step, mosaic),
            batch_size=None,
            num_workers=workers,
            prefetch_factor=4 if workers else None,
            pin_memory=run.device.type == "cuda",
        )
    )


def _end_round(run: Run, log: TextIO, losses: list[list[float]]) -> None:
    row = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "step": run.step,
        "progress": round(run.progress, 4),
        "pictures": run.step * run.recipe.batch,
        "loss_box_class_spread": np.mean(losses, axis=0).round(4).tolist(),
        "weights": run.save().name,
    }
    log.write(json.dumps(row) + "\n")
    log.flush()


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of a run, for this command and for the one that does everything."""
    parser.add_argument("data", type=Path, help="folder with index.csv")
    parser.add_argument("folder", type=Path, help="of the run; resumed when it holds state.pt")
    parser.add_argument("--weights", type=Path, required=True, help="ultralytics .pt to start from")
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="ridges")
    parser.add_argument("--fresh-head", action="store_true", help="the weights know other classes")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:0")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--hold", action="store_true", help="keep all pictures decoded, in 3 GB")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--round-steps", type=int, default=100)
    parser.add_argument("--until", type=datetime.fromisoformat, help="end of the cosine, with zone")


def start(arguments: argparse.Namespace, recipe: Recipe) -> Run:
    """Check the data, set up or resume the run, write down what it is, and train."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning starves the neighbours
    cv2.setNumThreads(1)
    torch.manual_seed(recipe.seed)
    samples = Samples(read_index(arguments.data), recipe)
    if arguments.hold:
        samples.hold()
    network = load_network(arguments.weights, fresh_head=arguments.fresh_head)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    run = Run(recipe, network, arguments.folder, arguments.device)
    torch.set_num_threads(arguments.threads)  # after ultralytics, which sets its own
    if (arguments.folder / "state.pt").is_file():
        run.resume()
    description = {
        "recipe": dataclasses.asdict(recipe),
        "fingerprint": recipe.fingerprint(),
        "pools": {name: len(pool) for name, pool in samples.pools.items()},
        "donors": len(samples.donors),
        "arguments": {key: str(value) for key, value in vars(arguments).items()},
    }
    (arguments.folder / "start.json").write_text(json.dumps(description, indent=1))
    train(
        run,
        samples,
        steps=arguments.steps,
        until=arguments.until,
        round_steps=arguments.round_steps,
        workers=arguments.workers,
    )
    return run


def main() -> int:
    """Run the training as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_options(parser)
    arguments = parser.parse_args()
    try:
        start(arguments, RECIPES[arguments.recipe])
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
