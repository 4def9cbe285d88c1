import json
import platform
from pathlib import Path

import pytest

from detector.core import machine
from detector.core.providers import (
    CPU_PROVIDER,
    CUDA_PROVIDER,
    DEVICES,
    OPENVINO_PROVIDER,
    TENSORRT_PROVIDER,
    Provider,
    choose,
    refuse,
)
from models.errors import InputRefused, ModelMismatch

EVERY = [TENSORRT_PROVIDER, CUDA_PROVIDER, OPENVINO_PROVIDER, CPU_PROVIDER]


@pytest.mark.parametrize(
    ("device", "available", "name"),
    [
        ("auto", EVERY, CUDA_PROVIDER),
        ("auto", [OPENVINO_PROVIDER, CPU_PROVIDER], OPENVINO_PROVIDER),
        ("auto", ["AzureExecutionProvider", CPU_PROVIDER], CPU_PROVIDER),
        ("cpu", EVERY, CPU_PROVIDER),
        ("openvino", EVERY, OPENVINO_PROVIDER),
        ("cuda", EVERY, CUDA_PROVIDER),
        ("tensorrt", EVERY, TENSORRT_PROVIDER),
    ],
)
def test_the_provider_is_the_one_asked_for(device: str, available: list[str], name: str) -> None:
    assert choose(device, available).name == name


@pytest.mark.parametrize("device", ["openvino", "cuda", "tensorrt"])
def test_what_the_runtime_lacks_is_refused_with_a_remedy(device: str) -> None:
    with pytest.raises(ModelMismatch, match=f"{device} was asked for") as caught:
        choose(device, [CPU_PROVIDER])
    assert "Install the extra" in caught.value.remedy


def test_a_runtime_without_any_provider_is_refused() -> None:
    with pytest.raises(ModelMismatch, match="cpu was asked for"):
        choose("auto", [])


def test_an_unknown_device_is_wrong_input() -> None:
    with pytest.raises(InputRefused, match="tpu") as caught:
        choose("tpu", EVERY)
    assert all(device in caught.value.remedy for device in DEVICES)


@pytest.mark.parametrize("device", [device for device in DEVICES if device != "auto"])
def test_every_device_has_words_for_its_absence(device: str) -> None:
    assert refuse(device, "it is not there").remedy


def test_a_provider_leans_on_the_next_one() -> None:
    def names(provider: Provider) -> list[str]:
        return [name for name, _options in provider.requests(threads=4, streams=1)]

    assert names(choose("cpu", EVERY)) == [CPU_PROVIDER]
    assert names(choose("openvino", EVERY)) == [OPENVINO_PROVIDER, CPU_PROVIDER]
    assert names(choose("cuda", EVERY)) == [CUDA_PROVIDER, CPU_PROVIDER]
    assert names(choose("tensorrt", EVERY)) == [TENSORRT_PROVIDER, CUDA_PROVIDER, CPU_PROVIDER]


def test_batches_are_for_gpus() -> None:
    assert [choose(device, EVERY).on_gpu for device in DEVICES[1:]] == [False, False, True, True]


@pytest.mark.parametrize(
    ("facts", "precision"),
    [
        ("flags : fpu avx512_bf16 sse", "bf16"),
        ("flags : amx_bf16", "bf16"),
        ("flags : avx2", "f32"),
    ],
)
def test_openvino_gets_its_settings_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: str, precision: str
) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(facts)
    monkeypatch.setattr(machine, "_CPU_FACTS", path)
    options = choose("openvino", EVERY).requests(threads=4, streams=2)[0][1]
    assert options["device_type"] == "CPU"
    assert json.loads(options["load_config"]) == {
        "CPU": {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": 4,
            "NUM_STREAMS": 2,
        }
    }


def test_a_processor_that_does_not_say_is_taken_for_an_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_CPU_FACTS", tmp_path / "none")
    assert '"f32"' in choose("openvino", EVERY).requests(threads=1, streams=1)[0][1]["load_config"]


def test_a_processor_without_a_name_is_called_by_its_architecture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "_CPU_FACTS", tmp_path / "none")
    assert machine.processor_name() == platform.machine()
    path = tmp_path / "cpuinfo"
    path.write_text("processor : 0\nmodel name : Kunpeng 920\n", encoding="ascii")
    monkeypatch.setattr(machine, "_CPU_FACTS", path)
    assert machine.processor_name() == "Kunpeng 920"
