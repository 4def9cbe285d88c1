"""Get trainable weights back from an exported network whose checkpoints are gone.

The ONNX file of :mod:`training.export` holds every convolution with its batch norm folded in, under
the network's own names, and of two heads the one without suppression. They are laid into a network
of the same make: a batch norm becomes a bias (mean 0, variance 1, gain 1), the head that was not
exported starts as a copy of the one that was, and the calibration is taken out of the last layer.
Batch norm must then keep its statistics while training (``frozen_statistics``).

``python -m training.recover models/zoo/NAME.onnx INIT.pt OUT.pt --slopes 1.69 1.41 --offsets 2 1``
"""

import argparse
import sys
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from models.errors import InputRefused
from training.calibration import Calibration
from training.network import load_network

__all__ = ["main", "recover"]

PREFIX = "network."
HEADS = {"cv2": "one2one_cv2", "cv3": "one2one_cv3"}


def recover(exported: Path, init: Path, maps: tuple[Calibration, ...]) -> torch.nn.Module:
    """A trainable network that answers as the exported one does.

    Args:
        exported: ONNX file.
        init: ultralytics ``.pt`` of the same make; of its weights nothing is left.
        maps: that were folded into the class scores, one a class.

    Raises:
        InputRefused: the two are not of one make.
    """
    network = load_network(init, fresh_head=True)
    read = {
        one.name.removeprefix(PREFIX): torch.from_numpy(numpy_helper.to_array(one).copy())
        for one in onnx.load(str(exported)).graph.initializer
        if one.name.startswith(PREFIX)
    }
    modules = dict(network.named_modules())
    head = f"model.{len(network.model) - 1}"
    used: set[str] = set()
    with torch.no_grad():
        for name, module in modules.items():
            if isinstance(module, torch.nn.Conv2d) and ".dfl." not in name:
                source = name
                for plain, one_to_one in HEADS.items():
                    source = source.replace(f"{head}.{one_to_one}.", f"{head}.{plain}.")
                weight, bias = (read.get(f"{source}.{kind}") for kind in ("weight", "bias"))
                if weight is None or bias is None or weight.shape != module.weight.shape:
                    raise InputRefused(
                        f"{exported} and {init} differ in the layer {source}.",
                        remedy="Name weights of the same make.",
                    )
                used |= {f"{source}.weight", f"{source}.bias"}
                _lay(module, modules.get(name.removesuffix("conv") + "bn"), weight, bias)
        _take_out(maps, network.model[-1])
    left = {name for name in read if name.endswith((".weight", ".bias"))} - used
    if left:
        raise InputRefused(
            f"{exported} has more layers than {init}: {sorted(left)[:3]}.",
            remedy="Name weights of the same make.",
        )
    return network


def _lay(
    layer: torch.nn.Conv2d,
    norm: torch.nn.Module | None,
    weight: torch.Tensor,
    bias: torch.Tensor,
) -> None:
    """Take over a convolution whose batch norm was folded into it."""
    layer.weight.copy_(weight)
    if isinstance(norm, torch.nn.BatchNorm2d):
        norm.running_mean.zero_()
        norm.running_var.fill_(1.0 - norm.eps)
        norm.weight.fill_(1.0)
        norm.bias.copy_(bias)
    else:
        layer.bias.copy_(bias)


def _take_out(maps: tuple[Calibration, ...], detect: torch.nn.Module) -> None:
    """The class scores as they were before :func:`training.export.fold_calibration`."""
    slope = torch.tensor([one.slope for one in maps])
    offset = torch.tensor([one.offset for one in maps])
    for branches in (detect.cv3, detect.one2one_cv3):
        for branch in branches:
            branch[-1].weight.div_(slope[:, None, None, None])
            branch[-1].bias.sub_(offset).div_(slope)


def main() -> int:
    """Recover as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("exported", type=Path, help="ONNX file")
    parser.add_argument("init", type=Path, help="ultralytics .pt of the same make")
    parser.add_argument("out", type=Path, help=".pt to write")
    parser.add_argument("--slopes", type=float, nargs=2, default=(1.0, 1.0))
    parser.add_argument("--offsets", type=float, nargs=2, default=(0.0, 0.0))
    arguments = parser.parse_args()
    maps = tuple(
        Calibration(slope, offset)
        for slope, offset in zip(arguments.slopes, arguments.offsets, strict=True)
    )
    try:
        network = recover(arguments.exported, arguments.init, maps)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    torch.save({"model": network, "ema": None, "train_args": {}, "epoch": -1}, arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
