"""Blend two trained networks: each weight somewhere on the line between them.

A short fine-tuning often gains on what it was made for and loses elsewhere; a point on the line
keeps most of both (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Sound only for
two networks of one ancestry whose batch norm statistics are the same, as this recipe keeps them.
"""

import argparse
import copy
import sys
from pathlib import Path

import torch

from models.errors import InputRefused
from training.network import load_network

__all__ = ["blend", "main"]


def blend(first: torch.nn.Module, second: torch.nn.Module, share: float) -> torch.nn.Module:
    """A copy of the first network, moved towards the second.

    Args:
        first: answered when share is 0.
        second: answered when share is 1.
        share: 0 to 1.

    Raises:
        InputRefused: the networks differ in shape.
    """
    answer = copy.deepcopy(first)
    other = second.state_dict()
    mine = answer.state_dict()
    if {k: v.shape for k, v in mine.items()} != {k: v.shape for k, v in other.items()}:
        raise InputRefused(
            "The two networks differ in shape.", remedy="Blend checkpoints of one ancestry."
        )
    with torch.no_grad():
        for key, value in mine.items():
            if value.dtype.is_floating_point:
                value.lerp_(other[key].to(value.dtype), share)
    return answer


def main() -> int:
    """Blend as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("first", type=Path, help="ultralytics .pt file")
    parser.add_argument("second", type=Path, help="ultralytics .pt file")
    parser.add_argument("share", type=float, help="of the second, 0 to 1")
    parser.add_argument("out", type=Path, help=".pt file to write")
    arguments = parser.parse_args()
    try:
        mixed = blend(
            load_network(arguments.first), load_network(arguments.second), arguments.share
        )
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    torch.save({"model": mixed.half(), "ema": None, "train_args": {}, "epoch": -1}, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
