"""Environments that a comparison needs and the product does not: made when asked for, pinned.

They live in ``.tools/peers``. Those of ultralytics and fire_detector bring torch and take 5 GB;
that of OpenVINO takes 0.3 GB, and is our own core on another build of the runtime.
"""

import os
import subprocess
from importlib import metadata
from pathlib import Path

__all__ = ["ROOT", "environment"]

ROOT = Path(__file__).resolve().parent.parent.parent
_PEERS = ROOT / ".tools" / "peers"
_PINNED = {
    "ultralytics": ("ultralytics==8.4.190", "torch==2.14.1", "onnx>=1.20", "onnxruntime==1.32.0"),
    "openvino": ("onnxruntime-openvino==1.24.1",),
    "fire_detector": ("fire_detector==1.0.3", "ultralytics==8.4.190", "torch==2.14.1"),
}
_OURS = ("numpy", "opencv-python-headless", "pydantic")


def environment(name: str, *, may_make: bool) -> Path | str:
    """The Python of an environment, or why there is none.

    Args:
        name: ``ultralytics``, ``openvino`` or ``fire_detector``. ``BENCH_ULTRALYTICS_PYTHON`` and
            the like name one that is there already.
        may_make: download it when it is not there.
    """
    named = os.environ.get(f"BENCH_{name.upper()}_PYTHON")
    if named:
        return Path(named)
    folder = _PEERS / name
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    if not may_make:
        return f"its environment is not there; --peers makes it in {folder.relative_to(ROOT)}"
    uv = ROOT / ".tools" / "uv" / "bin" / "uv"
    packages = list(_PINNED[name])
    if name == "openvino":
        packages += [f"{package}=={metadata.version(package)}" for package in _OURS]
    try:
        for arguments in (
            ["venv", "--clear", "--no-project", "--python", "python3", str(folder)],
            ["pip", "install", "--only-binary", ":all:", "--python", str(python), *packages],
        ):
            subprocess.run([str(uv), *arguments], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        return "the installer uv is not in .tools; run ./run setup"
    except subprocess.CalledProcessError as error:
        return f"its environment cannot be made: {error.stderr.strip().splitlines()[-1]}"
    (folder / "complete").touch()
    return python
