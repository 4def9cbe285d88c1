"""What a person can type, set or click is written down, and what is written down exists."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from api.cli import app
from models.config import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def flat_settings(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with its default, sections spelled with a dot."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from flat_settings(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def expected_row(key: str, default: object) -> str:
    plain = isinstance(default, int | float | list | tuple)
    shown = json.dumps(default if plain else str(default))
    variable = ENVIRONMENT_PREFIX + key.upper().replace(".", "__")
    return f"| `{key}` | `{shown}` | `{variable}` | "


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    expected = [expected_row(key, default) for key, default in flat_settings(Settings())]
    missing = [row for row in expected if not any(line.startswith(row) for line in rows)]
    assert not missing, "docs/settings.md lacks:\n" + "\n".join(missing)
    assert len(rows) == len(expected), "docs/settings.md has a key that does not exist"
    assert all(line.removesuffix("|").rsplit("|", 1)[-1].strip() for line in rows)


def all_commands(group: object, prefix: str = "") -> Iterator[str]:
    """Every visible command of a click group, subgroups spelled with a blank."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from all_commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def test_every_command_is_documented() -> None:
    commands = list(all_commands(get_command(app)))
    assert commands
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    missing = [name for name in commands if not re.search(rf"(firewatch|\./run) {name}\b", text)]
    assert not missing, f"no page of README or docs/ shows: {missing}"


def test_every_command_of_the_script_is_in_its_help_and_the_main_ones_in_the_readme() -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    labels = re.search(r"^case \$command in\n(.*?)^esac", script, re.DOTALL | re.MULTILINE)
    assert labels
    names = {
        name.strip()
        for line in re.findall(r"^([a-z0-9|\- ]+)\)", labels[1], re.MULTILINE)
        for name in line.split("|")
        if not name.strip().startswith("-")
    }
    assert {"demo", "serve", "setup", "test", "check", "e2e", "bench", "help"} <= names
    usage = script.split("<<'END'")[1].split("\nEND")[0]
    assert all(re.search(rf"^  {name}\b", usage, re.MULTILINE) for name in names - {"help"})
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "./run demo" in readme
    assert "./run test" in readme


def anchors(page: Path) -> set[str]:
    """Anchors that a code host gives to the headings of a page."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    broken = []
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue  # another site; this project builds without one
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        there = file.is_relative_to(ROOT) and file.exists()
        if not there or (anchor and (file.suffix != ".md" or anchor not in anchors(file))):
            broken.append(target)
    assert not broken


def test_decisions_are_numbered_listed_and_short() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in decisions] == list(range(1, len(decisions) + 1))
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix(f"# {page.name[:4]} ")
        assert f"[{page.name[:4]}]({page.name}) | {title} |" in listed
        assert [line for line in text.splitlines() if line.startswith("## ")] == [
            "## Context",
            "## Decision",
            "## Consequences",
        ]
        assert len(text.splitlines()) <= 40
