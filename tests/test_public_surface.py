"""No public name goes or comes unnoticed.

``public_surface.json`` lists what each package shows. After a change that is meant, write it anew
and let the reviewer see the difference::

    .venv/bin/python tests/test_public_surface.py > tests/public_surface.json
"""

import importlib
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests/public_surface.json"
ROOMS = ("models", "geo", "camera_gateway", "detector", "drone_jobs", "api")


def packages() -> list[str]:
    """Dotted names of all packages, migrations apart: those are scripts, not a surface."""
    return sorted(
        ".".join(file.parent.relative_to(ROOT).parts)
        for room in ROOMS
        for file in (ROOT / room).rglob("__init__.py")
        if "migrations" not in file.parts
    )


def surface() -> dict[str, list[str]]:
    """What each package shows now; a package without ``__all__`` shows nothing."""
    shown = {name: getattr(importlib.import_module(name), "__all__", []) for name in packages()}
    return {name: sorted(names) for name, names in shown.items() if names}


def test_the_surface_is_the_recorded_one() -> None:
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    now = surface()
    gone, come = [], []
    for package in sorted(recorded.keys() | now.keys()):
        before, after = set(recorded.get(package, ())), set(now.get(package, ()))
        gone += [f"{package}.{name}" for name in sorted(before - after)]
        come += [f"{package}.{name}" for name in sorted(after - before)]
    assert not gone, f"public names are gone: {gone}; see the head of this file"
    # A name that is not recorded could later go without anybody noticing.
    assert not come, f"public names are not recorded: {come}; see the head of this file"


@pytest.mark.parametrize("package", packages())
def test_every_public_name_exists_once(package: str) -> None:
    module = importlib.import_module(package)
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    assert all(hasattr(module, name) for name in names)


if __name__ == "__main__":
    json.dump(surface(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
