"""The walk from camera to alert in docs/architecture.md exists, is short, and looks down."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_WALK = 12
FLOORS = {"models": 0, "geo": 1, "camera_gateway": 2, "detector": 3, "drone_jobs": 3, "api": 4}


def walk() -> list[str]:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = page.split("## From camera to alert")[1].split("\n## ")[0]
    return re.findall(r"^\d+\. `([^`]+)`", section, re.MULTILINE)


def test_the_walk_takes_at_most_twelve_modules_that_exist() -> None:
    steps = walk()
    assert 8 <= len(steps) <= LONGEST_WALK
    assert steps[0].startswith("camera_gateway/sources/")
    assert steps[-1] == "models/store/alerts.py"
    assert all((ROOT / step).is_file() for step in steps)


def test_no_module_of_the_walk_imports_from_a_floor_above_it() -> None:
    for step in walk():
        floor = FLOORS[step.split("/")[0]]
        tree = ast.parse((ROOT / step).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                room = node.module.split(".")[0]
                assert FLOORS.get(room, floor) <= floor, f"{step} looks up at {node.module}"


def test_the_modules_of_the_walk_call_each_other() -> None:
    """Every later step is used by an earlier one, or joined to it in the composition root."""
    steps = walk()
    joined = (ROOT / "api/runtime.py").read_text(encoding="utf-8")
    for index, step in enumerate(steps[1:], start=1):
        module = step.removesuffix(".py").replace("/", ".")
        earlier = [(ROOT / name).read_text(encoding="utf-8") for name in steps[:index]]
        package = module.rsplit(".", 1)[0]
        needles = (f"from {module} import", f"from {package} import")
        assert any(needle in text for needle in needles for text in [*earlier, joined]), step
