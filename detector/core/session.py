"""The network at work: weights loaded once, checked against their card, run by one provider.

A provider that was asked for and is not there is an error, never a silent fall-back; with ``auto``
the provider in force is reported by :attr:`Network.provider`.

On a CPU there are two ways to use several cores, and which one is faster depends on the call: one
picture is answered soonest when all cores work on it, many pictures when each core works on its
own. So the weights are loaded twice, once for each (10 MB and 0.1 s more). Both give the same
answer to the last bit, whatever the number of threads.
"""

import contextlib
import io
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from detector.core.arrangement import Arrangement
from detector.core.machine import usable_cores
from detector.core.providers import Provider, choose, refuse
from models.detection import Label
from models.errors import ModelMismatch
from models.zoo.registry import ModelCard, read_weights

__all__ = ["Network", "Signature", "check_signature"]

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
        alone: session that gives all its threads to one run.
        beside: session for runs side by side; the same one where that makes no difference.
        card: whose weights they run.
        provider: who runs them.
    """

    def __init__(
        self,
        alone: onnxruntime.InferenceSession,
        beside: onnxruntime.InferenceSession,
        card: ModelCard,
        provider: Provider,
    ) -> None:
        self._alone = alone
        self._beside = beside
        self._card = card
        self._provider = provider

    @property
    def provider(self) -> str:
        """The runtime's word for who runs it."""
        return self._provider.name

    @property
    def on_gpu(self) -> bool:
        """Whether pictures are better sent in batches."""
        return self._provider.on_gpu

    @classmethod
    def open(cls, card: ModelCard, *, device: str = "auto", threads: int = 0) -> "Network":
        """Load the weights of a card, in the usual arrangement: one run a core, side by side.

        Args:
            card: checked by the registry.
            device: one of :data:`detector.core.providers.DEVICES`; ``auto`` for the best that this
                runtime carries.
            threads: of the CPU; 0 for one per core that this process may use.

        Raises:
            InputRefused: no such device.
            ModelMismatch: the weights are not the card's, the runtime cannot read them, or the
                device that was asked for is not there.
        """
        provider = choose(device, onnxruntime.get_available_providers())
        threads = threads or usable_cores()
        alone = _session(card, read_weights(card), provider, Arrangement(1, threads))
        in_force = alone.get_providers()[0]
        if in_force != provider.name:
            if device != "auto":
                raise refuse(device, f"the runtime fell back to {in_force}")
            provider = choose("cpu", [in_force])
        check_signature(_signature(alone), card)
        return cls(alone, alone, card, provider).arranged(Arrangement.usual(threads))

    def arranged(self, arrangement: Arrangement) -> "Network":
        """The same network with its runs side by side arranged so; single runs stay as they are.

        Raises:
            ModelMismatch: the weights are not the card's any more.
        """
        if arrangement.workers == 1 or self.on_gpu:
            return Network(self._alone, self._alone, self._card, self._provider)
        beside = _session(self._card, read_weights(self._card), self._provider, arrangement)
        return Network(self._alone, beside, self._card, self._provider)

    def run(self, planes: NDArray[np.uint8], *, beside: bool = False) -> NDArray[np.float32]:
        """Answer a batch.

        Args:
            planes: (n, 3, height, width) contiguous, red green blue, multiples of the stride.
            beside: other threads run at the same time, so that one core must do.

        Returns:
            The raw answer, (n, 4 + classes, anchors) when the weights are sound.

        Raises:
            ModelMismatch: the network cannot run this shape.
        """
        session = self._beside if beside else self._alone
        try:
            answer: NDArray[np.float32] = session.run(
                [self._card.output.name], {self._card.input.name: planes}
            )[0]
        except _RUNTIME_ERRORS as error:
            raise ModelMismatch(
                f"{self._card.file} failed on a batch {planes.shape}: {_one_line(error)}.",
                remedy=_REMEDY,
            ) from error
        return answer


def _session(
    card: ModelCard, weights: bytes, provider: Provider, arrangement: Arrangement
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arrangement.threads_each
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    options.use_deterministic_compute = True
    # Threads that spin for the next run take a core from the gateway.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if provider.on_gpu:
        _load_gpu_libraries()
    try:
        return onnxruntime.InferenceSession(
            weights,
            sess_options=options,
            providers=provider.requests(
                threads=arrangement.workers * arrangement.threads_each,
                streams=arrangement.workers,
            ),
        )
    except _RUNTIME_ERRORS as error:
        raise ModelMismatch(
            f"The runtime cannot load {card.file}: {_one_line(error)}.", remedy=_REMEDY
        ) from error


def _load_gpu_libraries() -> None:
    """Load CUDA and cuDNN from NVIDIA's wheels, where they are installed beside the runtime.

    Nothing else makes the system's loader look there. What is missing shows when the provider
    does not come into force; the runtime's words about it belong into no table of ours.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        onnxruntime.preload_dlls()


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
