"""Which part of the runtime runs a network, and with which options.

A provider is the runtime's word for a way to run: its own kernels, OpenVINO's, CUDA's, TensorRT's.
One build of the runtime carries some of them; asking for another is an error with a remedy, never
a silent fall-back.

OpenVINO takes its options as JSON text inside an option. The name of a file works as well
according to its documentation, but made the runtime fall back to its own kernels with nothing but
a log line (onnxruntime-openvino 1.24.1), so that text is what we pass.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from detector.core.machine import has_bfloat16
from models.errors import InputRefused, ModelMismatch

__all__ = [
    "CPU_PROVIDER",
    "CUDA_PROVIDER",
    "DEVICES",
    "OPENVINO_PROVIDER",
    "TENSORRT_PROVIDER",
    "Device",
    "Provider",
    "choose",
    "refuse",
]

Device: TypeAlias = Literal["auto", "cpu", "openvino", "cuda", "tensorrt"]
DEVICES: tuple[str, ...] = get_args(Device)

CPU_PROVIDER = "CPUExecutionProvider"
CUDA_PROVIDER = "CUDAExecutionProvider"
OPENVINO_PROVIDER = "OpenVINOExecutionProvider"
TENSORRT_PROVIDER = "TensorrtExecutionProvider"
_PROVIDER_OF = {
    "cpu": CPU_PROVIDER,
    "openvino": OPENVINO_PROVIDER,
    "cuda": CUDA_PROVIDER,
    "tensorrt": TENSORRT_PROVIDER,
}
_CUDA_OPTIONS = {"cudnn_conv_algo_search": "HEURISTIC"}
"""Trying every way takes longer at the first run of each size and is no faster after (H100), and
what it settles on differs from start to start."""
_BEST_FIRST = ("cuda", "openvino", "cpu")
"""What ``auto`` looks for. TensorRT is taken only when asked for: it builds for minutes first."""
_REMEDIES = {
    "cpu": "Install the extra 'cpu' of forest-fire-watch.",
    "openvino": "Install the extra 'openvino' of forest-fire-watch, or choose the device cpu.",
    "cuda": "Install the extra 'gpu' of forest-fire-watch and its CUDA libraries, "
    "or choose the device cpu.",
    "tensorrt": "Install the extra 'gpu' of forest-fire-watch and TensorRT, "
    "or choose the device cuda or cpu.",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A way to run a network.

    Attributes:
        device: one of :data:`DEVICES`, never ``auto``.
        name: the runtime's word, e.g. ``CPUExecutionProvider``.
    """

    device: str
    name: str

    @property
    def on_gpu(self) -> bool:
        """Whether pictures are better sent in batches."""
        return self.device in {"cuda", "tensorrt"}

    def requests(self, *, threads: int, streams: int) -> list[tuple[str, dict[str, str]]]:
        """What to ask the runtime for: this provider, and behind it what it may lean on.

        Args:
            threads: of the CPU, all streams together.
            streams: pictures that are looked at side by side.
        """
        asked = [(self.name, self._options(threads, streams))]
        if self.device == "tensorrt":
            asked.append((CUDA_PROVIDER, dict(_CUDA_OPTIONS)))
        if self.device != "cpu":
            asked.append((CPU_PROVIDER, {}))
        return asked

    def _options(self, threads: int, streams: int) -> dict[str, str]:
        if self.device == "cuda":
            return dict(_CUDA_OPTIONS)
        if self.device != "openvino":
            return {}
        settings: dict[str, str | int] = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": streams,
        }
        return {"device_type": "CPU", "load_config": json.dumps({"CPU": settings})}


def choose(device: str, available: Sequence[str]) -> Provider:
    """Decide who runs.

    Args:
        device: one of :data:`DEVICES`.
        available: providers that the runtime carries.

    Raises:
        InputRefused: no such device.
        ModelMismatch: the runtime does not carry what was asked for.
    """
    if device not in DEVICES:
        raise InputRefused(
            f"There is no device {device!r}.", remedy=f"Choose one of {', '.join(DEVICES)}."
        )
    for name in _BEST_FIRST if device == "auto" else (device,):
        if _PROVIDER_OF[name] in available:
            return Provider(name, _PROVIDER_OF[name])
    raise refuse(
        "cpu" if device == "auto" else device, f"this runtime offers {', '.join(available)}"
    )


def refuse(device: str, why: str) -> ModelMismatch:
    """The error for a device that was asked for and is not in force."""
    return ModelMismatch(f"The device {device} was asked for, but {why}.", remedy=_REMEDIES[device])
