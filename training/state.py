"""The state of a run: network, optimiser, running average, place in the schedule, checkpoints."""

import copy
import math
from pathlib import Path

import torch
from ultralytics.utils.loss import E2ELoss

from models.errors import InputRefused
from training.recipe import Recipe

__all__ = ["Run", "learning_share"]

AVERAGE_WARMUP_STEPS = 200


def learning_share(progress: float, final: float) -> float:
    """Cosine from 1 at progress 0 to ``final`` at progress 1."""
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(max(progress, 0.0), 1.0)))


class Run:
    """One training run and everything that its checkpoint must hold.

    On the CPU the network works in channels-last and bf16, which is three times as fast there.

    Args:
        recipe: the numbers.
        network: to train; its distribution layer and its lowest layers stay as they are.
        folder: for checkpoints.
        device: ``cpu`` or ``cuda:N``.
    """

    def __init__(self, recipe: Recipe, network: torch.nn.Module, folder: Path, device: str) -> None:
        self.recipe, self.folder, self.device = recipe, folder, torch.device(device)
        self.network = network.to(self.device).to(memory_format=torch.channels_last)
        for layer in list(self.network.model)[: recipe.frozen_layers]:
            layer.requires_grad_(requires_grad=False)
        self.network.model[-1].dfl.requires_grad_(requires_grad=False)
        trained = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": [p for p in trained if p.ndim > 1],
                    "weight_decay": recipe.weight_decay,
                },
                {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
        )
        self.average = copy.deepcopy(self.network).eval()
        self.average.requires_grad_(requires_grad=False)
        self.step = 0
        self.progress = 0.0

    def learn(self) -> None:
        """Training mode; batch norm keeps its statistics where the recipe says so."""
        self.network.train()
        if self.recipe.frozen_statistics:
            for layer in self.network.modules():
                if isinstance(layer, torch.nn.BatchNorm2d):
                    layer.eval()
        for layer in list(self.network.model)[: self.recipe.frozen_layers]:
            layer.eval()

    def train_step(self, batch: dict[str, torch.Tensor], progress: float) -> list[float]:
        """One step of the optimiser.

        Args:
            batch: ``img`` (n, 3, h, w) uint8 RGB, ``cls``, ``bboxes`` (cx cy w h, shares),
                ``batch_idx``.
            progress: of the run, 0 to 1; sets the learning rate.

        Returns:
            Box, class and distribution loss.
        """
        recipe = self.recipe
        self.progress = progress
        rate = recipe.learning_rate * learning_share(progress, recipe.final_rate)
        rate *= min(1.0, (self.step + 1) / recipe.warmup_steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = {key: value.to(self.device, non_blocking=True) for key, value in batch.items()}
        batch["img"] = (batch["img"].float() / 255).contiguous(memory_format=torch.channels_last)
        self._weigh_heads(progress)
        with torch.autocast(self.device.type, torch.bfloat16):
            loss, parts = self.network.loss(batch)
        loss.sum().backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self._average()
        values = parts.values() if isinstance(parts, dict) else parts
        return [float(value) for value in torch.stack(list(values)).tolist()]  # one wait, not three

    def save(self) -> Path:
        """Write ``state.pt`` to go on from, and the averaged weights in ultralytics' format."""
        weights = self.folder / f"step{self.step:06d}.pt"
        average = copy.deepcopy(self.average).half()
        average.criterion = None
        torch.save({"model": average, "ema": None, "train_args": {}, "epoch": -1}, weights)
        state = {
            "fingerprint": self.recipe.fingerprint(),
            "recipe": self.recipe.name,
            "step": self.step,
            "progress": self.progress,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        part = self.folder / "state.part"
        torch.save(state, part)
        part.replace(self.folder / "state.pt")  # a cut never leaves half a checkpoint
        return weights

    def resume(self) -> None:
        """Go on from ``state.pt``.

        Raises:
            InputRefused: the checkpoint is of another recipe.
        """
        path = self.folder / "state.pt"
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.recipe.check_checkpoint(path, state["recipe"], state["fingerprint"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.progress = state["step"], state["progress"]

    def check_finite(self, losses: list[float]) -> None:
        """Stop a run that has left the numbers.

        Raises:
            InputRefused: a loss is infinite or not a number.
        """
        if not all(math.isfinite(value) for value in losses):
            raise InputRefused(
                f"The loss is not a number at step {self.step}.",
                remedy="Lower the learning rate and start again from the last checkpoint.",
            )

    def _weigh_heads(self, progress: float) -> None:
        """Move the loss over to the head without suppression as the run goes on.

        Only yolo26n has two heads; ultralytics does the same by the epoch.
        """
        criterion = getattr(self.network, "criterion", None)
        if isinstance(criterion, E2ELoss):
            criterion.o2m = criterion.o2m_copy + progress * (
                criterion.final_o2m - criterion.o2m_copy
            )
            criterion.o2o = criterion.total - criterion.o2m

    def _average(self) -> None:
        decay = self.recipe.ema_decay * (1 - math.exp(-self.step / AVERAGE_WARMUP_STEPS))
        current = self.network.state_dict()
        averages, fresh = [], []
        with torch.no_grad():
            for key, value in self.average.state_dict().items():
                if value.dtype.is_floating_point:
                    averages.append(value)
                    fresh.append(current[key].to(value.dtype))
                else:
                    value.copy_(current[key])
            torch._foreach_lerp_(averages, fresh, 1 - decay)  # one launch, not 700
