"""The wheel holds all of the house and nothing else; what is imported here is ours.

The package names are common words (``models``, ``detector``): a stranger's package of that name in
the environment would be imported instead, without a sound.
"""

import importlib
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from this tree with the pinned backend and without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(  # noqa: S603 - our own interpreter and build backend
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def shipped_files(package: str) -> set[str]:
    """Files of a package in the tree, as paths inside a wheel; what is made from them left out."""
    return {
        str(file.relative_to(ROOT))
        for file in (ROOT / package).rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and not file.is_relative_to(ROOT / "api/static")
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile, package: str) -> None:
    assert shipped_files(package) - set(wheel.namelist()) == set()
    assert f"{package}/py.typed" in wheel.namelist()


def test_the_wheel_holds_weights_with_cards_and_migrations(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    weights = {Path(n).stem for n in names if n.startswith("models/zoo/") and n.endswith(".onnx")}
    cards = [n for n in names if n.startswith("models/zoo/") and n.endswith(".toml")]
    described = {Path(tomllib.loads(wheel.read(n).decode())["file"]).stem for n in cards}
    assert weights
    assert weights == described
    assert "models/store/migrations/env.py" in names
    assert any(n.startswith("models/store/migrations/versions/") for n in names)


@pytest.mark.skipif(
    not (ROOT / "api/static/index.html").exists(), reason="the console is not built: ./run setup"
)
def test_the_wheel_holds_the_built_console(wheel: zipfile.ZipFile) -> None:
    built = {
        str(file.relative_to(ROOT)) for file in (ROOT / "api/static").rglob("*") if file.is_file()
    }
    assert built - set(wheel.namelist()) == set()
    phone_page = {"api/static/field/index.html", "api/static/field/sw.js"}
    assert phone_page - set(wheel.namelist()) == set()


def test_the_wheel_holds_no_foreign_package(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    metadata = {top for top in tops if top.endswith(".dist-info")}
    assert len(metadata) == 1
    assert tops - metadata == set(PACKAGES)
    assert not [name for name in wheel.namelist() if name.startswith("tests/")]


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    text = wheel.read(metadata).decode()
    assert "Name: forest-fire-watch" in text
    assert "License-Expression: AGPL-3.0-or-later" in text
    assert any(n.endswith("/licenses/LICENSE") for n in wheel.namelist())
    entry_points = wheel.read(metadata.replace("METADATA", "entry_points.txt")).decode()
    assert "firewatch = api.cli:main" in entry_points


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_imported_is_ours(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve().is_relative_to(ROOT / package)
    assert set(packages_distributions().get(package, [])) <= {PROJECT["project"]["name"]}
