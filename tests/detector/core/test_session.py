from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from detector.core import session as session_module
from detector.core.providers import CPU_PROVIDER, CUDA_PROVIDER
from detector.core.session import Network, Port, Signature, check_signature
from models.errors import ModelMismatch
from models.zoo import ModelCard

SIGNATURE = Signature(
    (Port("images", "tensor(uint8)", (None, 3, None, None)),),
    (Port("predictions", "tensor(float)", (None, 6, None)),),
    {"classes": "smoke,flame", "stride": "32", "opset": "17", "license": "AGPL-3.0-or-later"},
)


def test_the_committed_weights_fit_their_card(card: ModelCard) -> None:
    network = Network.open(card, device="cpu", threads=1)
    assert network.provider == CPU_PROVIDER
    assert session_module._signature(network._alone) == SIGNATURE
    answer = network.run(np.zeros((2, 3, 32, 64), np.uint8))
    assert answer.shape == (2, 6, 32 * 64 // 64 + 32 * 64 // 256 + 32 * 64 // 1024)
    assert answer.dtype == np.float32


def test_grey_bytes_are_normalised_inside_the_graph(card: ModelCard) -> None:
    network = Network.open(card, device="cpu", threads=1)
    dark = network.run(np.zeros((1, 3, 64, 64), np.uint8))
    light = network.run(np.full((1, 3, 64, 64), 255, np.uint8))
    assert np.isfinite(light).all()
    assert np.abs(light - dark).max() > 0.01
    assert light[:, 4:].max() < 0.5


@pytest.mark.parametrize(
    ("signature", "word"),
    [
        (replace(SIGNATURE, inputs=()), "input"),
        (replace(SIGNATURE, inputs=SIGNATURE.inputs * 2), "input"),
        (replace(SIGNATURE, inputs=(replace(SIGNATURE.inputs[0], name="x"),)), "input"),
        (replace(SIGNATURE, inputs=(replace(SIGNATURE.inputs[0], type="tensor(float)"),)), "input"),
        (
            replace(SIGNATURE, inputs=(replace(SIGNATURE.inputs[0], axes=(1, 3, 640, 640)),)),
            "input",
        ),
        (replace(SIGNATURE, outputs=(replace(SIGNATURE.outputs[0], name="y"),)), "output"),
        (
            replace(SIGNATURE, outputs=(replace(SIGNATURE.outputs[0], axes=(None, 84, None)),)),
            "output",
        ),
        (replace(SIGNATURE, metadata=SIGNATURE.metadata | {"classes": "flame,smoke"}), "classes"),
        (replace(SIGNATURE, metadata=SIGNATURE.metadata | {"stride": "64"}), "stride"),
        (replace(SIGNATURE, metadata=SIGNATURE.metadata | {"opset": "18"}), "opset"),
        (replace(SIGNATURE, metadata={}), "classes"),
    ],
)
def test_another_graph_is_refused(card: ModelCard, signature: Signature, word: str) -> None:
    check_signature(SIGNATURE, card)
    with pytest.raises(ModelMismatch, match=f"{word} is"):
        check_signature(signature, card)


def test_other_classes_on_the_card_are_refused(card: ModelCard) -> None:
    with pytest.raises(ModelMismatch, match="classes on its card"):
        Network.open(replace(card, classes=("flame", "smoke")), device="cpu", threads=1)


def test_weights_changed_after_the_card_was_read_are_refused(
    card: ModelCard, tmp_path: Path
) -> None:
    path = tmp_path / card.file
    path.write_bytes(card.path.read_bytes() + b"\0")
    with pytest.raises(ModelMismatch, match="sha256"):
        Network.open(replace(card, path=path), device="cpu")


@pytest.mark.parametrize("content", [b"", b"\x08\x07", b"not a graph", bytes(1000)])
def test_what_the_runtime_cannot_load_is_refused(
    card: ModelCard, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(session_module, "read_weights", lambda _card: content)
    with pytest.raises(ModelMismatch, match="cannot load") as caught:
        Network.open(card, device="cpu")
    assert "\n" not in str(caught.value)


def test_a_shape_that_the_network_cannot_run_is_refused(
    card: ModelCard, capfd: pytest.CaptureFixture[str]
) -> None:
    network = Network.open(card, device="cpu", threads=1)
    with pytest.raises(ModelMismatch, match="failed on a batch"):
        network.run(np.zeros((1, 3, 50, 64), np.uint8))
    assert capfd.readouterr().err == ""


def test_the_number_of_threads_and_the_way_to_use_them_change_no_bit(card: ModelCard) -> None:
    planes = np.random.default_rng(8).integers(0, 256, (1, 3, 96, 160), np.uint8)
    one, two = (Network.open(card, device="cpu", threads=threads) for threads in (1, 2))
    assert one._beside is one._alone
    assert two._beside is not two._alone
    expected = one.run(planes)
    assert np.array_equal(two.run(planes), expected)
    assert np.array_equal(two.run(planes, beside=True), expected)


def test_a_missing_device_is_never_replaced_silently(
    card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CPU_PROVIDER])
    with pytest.raises(ModelMismatch, match="cuda was asked for") as caught:
        Network.open(card, device="cuda")
    assert caught.value.remedy
    assert Network.open(card, device="auto", threads=1).provider == CPU_PROVIDER


def test_a_cuda_that_falls_back_on_loading_is_an_error_when_asked_for(
    card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A wheel built with CUDA lists the provider, and falls back when the libraries are missing.
    real = onnxruntime.InferenceSession
    asked: list[list[str]] = []

    def falls_back(
        weights: bytes, *, sess_options: object, providers: list[tuple[str, object]]
    ) -> onnxruntime.InferenceSession:
        asked.append([name for name, _options in providers])
        return real(weights, sess_options=sess_options, providers=[CPU_PROVIDER])

    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: [CUDA_PROVIDER, CPU_PROVIDER]
    )
    monkeypatch.setattr(onnxruntime, "InferenceSession", falls_back)
    with pytest.raises(ModelMismatch, match="fell back"):
        Network.open(card, device="cuda", threads=1)
    network = Network.open(card, device="auto", threads=2)
    assert network.provider == CPU_PROVIDER
    assert network._beside is not network._alone  # the cores are used as a CPU's
    assert Network.open(card, device="cpu", threads=1).provider == CPU_PROVIDER
    on_cuda = [CUDA_PROVIDER, CPU_PROVIDER]
    assert asked == [on_cuda, on_cuda, [CPU_PROVIDER], [CPU_PROVIDER]]
