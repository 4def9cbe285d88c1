"""The network at work: weights loaded once, checked against their card, run by one provider.

A provider that was asked for and is not there is an error, never a silent fall-back; with ``auto``
the provider in force is reported by :attr:`Network.provider`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from models.detection import Label
from models.errors import InputRefused, ModelMismatch
from models.zoo.registry import ModelCard, read_weights

__all__ = ["DEVICES", "Device", "Network", "Signature", "check_signature"]

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
DEVICES: tuple[str, ...] = get_args(Device)

CPU_PROVIDER = "CPUExecutionProvider"
CUDA_PROVIDER = "CUDAExecutionProvider"
_FATAL_ONLY = 4  # the runtime's own log lines would stand beside our one clear line
_RUNTIME_ERRORS = (
    runtime_errors.Fail,
    runtime_errors.InvalidArgument,
    runtime_errors.InvalidGraph,
    runtime_errors.InvalidProtobuf,
    runtime_errors.NotImplemented,
    runtime_errors.RuntimeException,
)
_REMEDY = "Export the weights again or choose another model card."


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a graph: name, element type, axes (a number, or None if dynamic)."""

    name: str
    type: str
    axes: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a graph says about itself.

    Attributes:
        inputs: in order.
        outputs: in order.
        metadata: key and value pairs that its exporter wrote.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: dict[str, str]


def check_signature(signature: Signature, card: ModelCard) -> None:
    """Refuse a graph that is not the one on the card.

    Raises:
        ModelMismatch: classes are not the house's, or input, output, classes, stride or opset
            differ; names the first difference.
    """
    house = tuple(label.word for label in Label)
    classes = ",".join(card.classes)
    wanted_inputs = (Port(card.input.name, "tensor(uint8)", (None, 3, None, None)),)
    wanted_outputs = (Port(card.output.name, "tensor(float)", (None, 4 + len(house), None)),)
    facts: tuple[tuple[str, object, object], ...] = (
        ("classes on its card", card.classes, house),
        ("input", signature.inputs, wanted_inputs),
        ("output", signature.outputs, wanted_outputs),
        ("classes", signature.metadata.get("classes"), classes),
        ("stride", signature.metadata.get("stride"), str(card.input.stride_px)),
        ("opset", signature.metadata.get("opset"), str(card.opset)),
    )
    for what, found, wanted in facts:
        if found != wanted:
            raise ModelMismatch(
                f"The network {card.file} does not fit its card: {what} is {found}, "
                f"expected {wanted}.",
                remedy=_REMEDY,
            )


class Network:
    """A loaded network; safe to run from several threads at once.

    Args:
        session: of the runtime.
        card: whose weights it runs.
    """

    def __init__(self, session: onnxruntime.InferenceSession, card: ModelCard) -> None:
        self._session = session
        self._card = card
        self.provider: str = session.get_providers()[0]

    @classmethod
    def open(cls, card: ModelCard, *, device: str = "auto", threads: int = 0) -> "Network":
        """Load the weights of a card.

        Args:
            card: checked by the registry.
            device: ``cpu``, ``cuda``, or ``auto`` for the best that is there.
            threads: of one run on the CPU; 0 for one per core.

        Raises:
            InputRefused: no such device.
            ModelMismatch: the weights are not the card's, the runtime cannot read them, or the
                device that was asked for is not there.
        """
        providers = _providers(device)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL_ONLY
        options.use_deterministic_compute = True
        # Threads that spin for the next run take a core from the gateway.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(
                read_weights(card), sess_options=options, providers=providers
            )
        except _RUNTIME_ERRORS as error:
            raise ModelMismatch(
                f"The runtime cannot load {card.file}: {_one_line(error)}.", remedy=_REMEDY
            ) from error
        network = cls(session, card)
        if device == "cuda" and network.provider != CUDA_PROVIDER:
            raise _no_cuda(f"the runtime fell back to {network.provider}")
        check_signature(_signature(session), card)
        return network

    def run(self, planes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Answer a batch.

        Args:
            planes: (n, 3, height, width) contiguous, red green blue, multiples of the stride.

        Returns:
            The raw answer, (n, 4 + classes, anchors) when the weights are sound.

        Raises:
            ModelMismatch: the network cannot run this shape.
        """
        try:
            answer: NDArray[np.float32] = self._session.run(
                [self._card.output.name], {self._card.input.name: planes}
            )[0]
        except _RUNTIME_ERRORS as error:
            raise ModelMismatch(
                f"{self._card.file} failed on a batch {planes.shape}: {_one_line(error)}.",
                remedy=_REMEDY,
            ) from error
        return answer


def _providers(device: str) -> list[str]:
    if device not in DEVICES:
        raise InputRefused(
            f"There is no device {device!r}.", remedy=f"Choose one of {', '.join(DEVICES)}."
        )
    if device == "cpu":
        return [CPU_PROVIDER]
    available = onnxruntime.get_available_providers()
    if CUDA_PROVIDER in available:
        return [CUDA_PROVIDER, CPU_PROVIDER]
    if device == "cuda":
        raise _no_cuda(f"this runtime offers {', '.join(available)}")
    return [CPU_PROVIDER]


def _no_cuda(why: str) -> ModelMismatch:
    return ModelMismatch(
        f"The device cuda was asked for, but {why}.",
        remedy="Install onnxruntime-gpu with its CUDA libraries, or choose the device cpu.",
    )


def _signature(session: onnxruntime.InferenceSession) -> Signature:
    inputs, outputs = (
        tuple(
            Port(port.name, port.type, tuple(a if isinstance(a, int) else None for a in port.shape))
            for port in ports
        )
        for ports in (session.get_inputs(), session.get_outputs())
    )
    return Signature(inputs, outputs, dict(session.get_modelmeta().custom_metadata_map))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
