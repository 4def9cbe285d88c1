"""The network of the second stage: a small encoder for each crop, pooled over time. Needs torch."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from detector.evidence.crops import CHANNELS, CROP_PX, MOST_CROPS
from models.units import FloatArray
from training.stage_samples import Samples

__all__ = ["StageNetwork", "export", "logits", "parameters", "train"]

EPOCHS = 12
BATCH = 64
RATE = 2e-3
DECAY = 1e-2
DROPPED = 0.3
WIDTHS = (12, 24, 32)


class StageNetwork(nn.Module):
    """Crops (n, 8, 3, 24, 24) and which there are (n, 8) to a logit (n,)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = CHANNELS
        for width in WIDTHS:
            layers += [nn.Conv2d(before, width, 3, stride=2, padding=1), nn.ReLU()]
            before = width
        self.encoder = nn.Sequential(*layers, nn.AvgPool2d(CROP_PX // 8))
        self.head = nn.Sequential(
            nn.Linear(3 * before, 24), nn.ReLU(), nn.Dropout(DROPPED), nn.Linear(24, 1)
        )

    def forward(self, crops: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """See the class."""
        each = self.encoder(crops.reshape(-1, CHANNELS, CROP_PX, CROP_PX))
        each = each.reshape(-1, MOST_CROPS, WIDTHS[-1]) * there[:, :, None]
        mean = each.sum(dim=1) / there.sum(dim=1, keepdim=True)
        newest = each[:, MOST_CROPS - 1]
        together = torch.cat([mean, each.amax(dim=1), newest - mean], dim=1)
        answer: torch.Tensor = self.head(together)[:, 0]
        return answer


def parameters(network: StageNetwork) -> int:
    """How many numbers are learnt."""
    return sum(one.numel() for one in network.parameters())


def train(samples: Samples, *, seed: int, epochs: int = EPOCHS) -> StageNetwork:
    """Train from scratch on one thread, the same every time.

    Every sample is seen as it is or mirrored, with some of its oldest crops forgotten and its
    contrast changed by up to a quarter.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    network = StageNetwork()
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    share = samples.weight / samples.weight.sum()
    steps = max(1, epochs * len(share) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(steps):
        chosen = rng.choice(len(share), BATCH, p=share)
        seen, there = samples.crops[chosen], samples.there[chosen].copy()
        flipped = rng.random(BATCH) < 0.5
        seen = np.where(flipped[:, None, None, None, None], seen[..., ::-1], seen)
        crops = seen.astype(np.float64) * rng.uniform(0.75, 1.25, (BATCH, 1, 1, 1, 1))
        for row in range(BATCH):
            present = int(there[row].sum())
            there[row, : MOST_CROPS - int(rng.integers(2, present + 1))] = 0.0
        crops = crops * there[:, :, None, None, None]
        answer = network(torch.from_numpy(crops.astype(np.float32)), torch.from_numpy(there))
        loss = nn.functional.binary_cross_entropy_with_logits(
            answer, torch.from_numpy(samples.burns[chosen])
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    network.eval()
    return network


def logits(network: StageNetwork, samples: Samples) -> FloatArray:
    """One logit a sample."""
    with torch.inference_mode():
        parts = [
            network(
                torch.from_numpy(samples.crops[first : first + 256]),
                torch.from_numpy(samples.there[first : first + 256]),
            ).numpy()
            for first in range(0, len(samples.burns), 256)
        ]
    return np.concatenate([np.zeros(0), *parts]).astype(np.float64)


def export(network: StageNetwork, out: Path) -> None:
    """Write the ONNX file that the watch reads."""
    crops = torch.zeros(1, MOST_CROPS, CHANNELS, CROP_PX, CROP_PX)
    torch.onnx.export(
        network,
        (crops, torch.ones(1, MOST_CROPS)),
        str(out),
        input_names=["crops", "there"],
        output_names=["logit"],
        opset_version=17,
        dynamic_axes={"crops": {0: "n"}, "there": {0: "n"}, "logit": {0: "n"}},
        dynamo=False,  # as the detector's export: one file and opset 17
    )
