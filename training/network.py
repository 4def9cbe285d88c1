"""The network to train: ultralytics' yolo11n or yolo26n with the classes smoke and flame."""

import copy
from pathlib import Path

import torch
from ultralytics import YOLO
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel

from detector.evaluate.labelled_set import CLASSES
from models.errors import InputRefused

__all__ = ["load_network"]


def load_network(weights: Path, *, fresh_head: bool = False) -> torch.nn.Module:
    """Read ultralytics weights as a float network with all layers trainable.

    Args:
        weights: a ``.pt`` file.
        fresh_head: take over everything but the class scores from weights of other classes.

    Raises:
        InputRefused: no such file, or other classes than smoke and flame.
    """
    if not weights.is_file():
        raise InputRefused(f"There are no weights {weights}.", remedy="Name a .pt file.")
    network = YOLO(str(weights)).model.float()
    if fresh_head:
        donor = network
        network = DetectionModel(copy.deepcopy(donor.yaml), nc=len(CLASSES), verbose=False)
        network.load(donor)
        network.names = dict(enumerate(CLASSES))
    names = tuple(network.names[index] for index in sorted(network.names))
    if names != CLASSES:
        raise InputRefused(
            f"{weights} knows the classes {names}.",
            remedy=f"Start from weights of {CLASSES}, or give --fresh-head.",
        )
    network.args = get_cfg()  # the gains of the losses
    for parameter in network.parameters():
        parameter.requires_grad_(requires_grad=True)
    return network
