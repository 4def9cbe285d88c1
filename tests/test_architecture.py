"""The floors hold: who may import whom, what each floor may use, how long a module may be."""

import ast
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 500

THIRD_PARTIES = {
    "models": {"alembic", "numpy", "pydantic", "pydantic_core", "shapely", "sqlalchemy"},
    "geo": {
        "cffdrs",  # the Canadian fire weather index
        "cv2",
        "numba",
        "numpy",
        "openpyxl",
        "pyogrio",
        "pyproj",
        "rasterio",
        "scipy",
        "shapely",
    },
    "camera_gateway": {"av", "cv2", "httpx", "nats", "numpy", "obstore", "onvif", "simplejpeg"},
    "detector": {"cv2", "numpy", "onnxruntime", "pydantic"},  # pydantic: files that people write
    "detector/core": {"cv2", "numpy", "onnxruntime"},
    "drone_jobs": {"aiomqtt", "av", "numpy", "pymavlink", "scipy", "shapely"},
    "api": {
        "aiomqtt",  # nodes push over it
        "anyio",
        "apprise",
        "argon2",
        "av",
        "cryptography",  # seals plates and codes
        "cv2",
        "docx",  # reports as Word
        "fastapi",
        "fpdf",  # reports as PDF
        "httpx",
        "numpy",
        "openpyxl",  # the yearly plan as a sheet
        "paho",  # comes with aiomqtt, which takes its wishes in paho's own words
        "prometheus_client",
        "pydantic",
        "pydantic_core",
        "rich",
        "scipy",  # intervals of the figures of reports
        "shapely",
        "starlette",
        "structlog",
        "typer",
        "uvicorn",
    },
}
"""What a floor may import beside the standard library and the floors below it."""

CORE_MAY_KNOW = (
    "detector.core",
    "models.detection",
    "models.errors",
    "models.frame",
    "models.units",
    "models.zoo",  # a network runs only under its card
)

ROOMS = tuple(room for room in THIRD_PARTIES if "/" not in room)


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """Dotted names that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"), module.name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_every_contract_of_the_floors_holds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    loggers = [one for one in logging.root.manager.loggerDict.values() if hasattr(one, "disabled")]
    try:
        status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    finally:
        for logger in loggers:
            logger.disabled = False  # it silences every logger that is not its own
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out
    assert "0 broken" in capsys.readouterr().out


@pytest.mark.parametrize("room", THIRD_PARTIES)
def test_a_floor_uses_only_the_third_parties_it_is_allowed(room: str) -> None:
    assert modules(room)
    allowed = THIRD_PARTIES[room] | set(ROOMS) | set(sys.stdlib_module_names)
    strangers = {
        f"{module.relative_to(ROOT)}: {name}"
        for module in modules(room)
        for name in imported(module)
        if name.split(".")[0] not in allowed
    }
    assert not strangers


def test_the_detection_core_knows_pictures_and_networks_only() -> None:
    house = {
        name
        for module in modules("detector/core")
        for name in imported(module)
        if name.split(".")[0] in ROOMS
    }
    assert {name for name in house if not name.startswith(CORE_MAY_KNOW)} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_too_long_to_be_one_idea(room: str) -> None:
    lengths = {
        str(module.relative_to(ROOT)): len(module.read_text(encoding="utf-8").splitlines())
        for module in modules(room)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_says_what_it_is(room: str) -> None:
    silent = [
        str(module.relative_to(ROOT))
        for module in modules(room)
        if not ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    ]
    assert not silent
