"""What each ingredient of the recipe buys: the same short training without it.

    python -m training.ablations DATA OUT --weights yolo26n.pt --device cuda:0 --only half-the-data

Every variant begins with the same weights of other classes and sees the same number of pictures;
the share of what is left out goes to the rest. The averaged weights are written as
``OUT/<variant>/step<N>.pt``, for ``training.export`` and ``training.evaluate``, which gives the
difference to the whole recipe with its interval. ``--again 1`` is the second seed of every variant
named, in ``OUT/<variant>-again1``.
"""

import argparse
import sys
from pathlib import Path

import torch

from detector.evaluate.labelled_set import read_index
from models.errors import InputRefused
from training.network import load_network
from training.samples import Samples
from training.state import Run
from training.train import train
from training.variants import PARTS, VARIANTS, again, some_groups

__all__ = ["main"]


def _train(name: str, arguments: argparse.Namespace) -> None:
    recipe = again(VARIANTS[name], arguments.again)
    first, last = PARTS.get(name, (0.0, 1.0))
    pictures = some_groups(read_index(arguments.data), last - first, after=first)
    samples = Samples(pictures, recipe)
    if arguments.hold:
        samples.hold()
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(2)
    folder = arguments.out / (f"{name}-again{arguments.again}" if arguments.again else name)
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(recipe, load_network(arguments.weights, fresh_head=True), folder, arguments.device)
    train(
        run,
        samples,
        steps=arguments.steps,
        until=None,
        round_steps=arguments.steps,
        workers=arguments.workers,
    )


def main() -> int:
    """Train the variants that the command line names, one after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with index.csv")
    parser.add_argument("out", type=Path, help="folder for one folder a variant")
    parser.add_argument("--weights", type=Path, required=True, help="of other classes, .pt")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:0")
    parser.add_argument("--steps", type=int, default=600, help="of each, in batches of the recipe")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--hold", action="store_true", help="keep all pictures decoded, in 3 GB")
    parser.add_argument("--again", type=int, default=0, help="0 for the first seed, 1 for the next")
    parser.add_argument("--only", choices=VARIANTS, action="append", help="may be given again")
    arguments = parser.parse_args()
    try:
        for name in arguments.only or VARIANTS:
            _train(name, arguments)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
