"""Every source says of every rule whether it keeps it, and names the tests that prove it."""

import re
import tomllib
from pathlib import Path

import pytest

from models.camera_link import Adapter

ROOT = Path(__file__).parents[2]
QUALITY = ROOT / "camera_gateway" / "sources" / "quality"
RULES = tomllib.loads((QUALITY / "_rules.toml").read_text(encoding="utf-8"))
SOURCES = sorted(path.stem for path in QUALITY.glob("*.toml") if path.stem != "_rules")
CLAIM = re.compile(r"(done|todo|exempt):\s+(\S.*)", re.DOTALL)
SHORTEST_REASON = 12


def test_every_adapter_has_its_file() -> None:
    assert sorted(SOURCES) == sorted([*Adapter, "isapi"])


def names_in(path: Path) -> set[str]:
    return set(
        re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    )


@pytest.mark.parametrize("source", SOURCES)
def test_every_rule_is_answered(source: str) -> None:
    answers = tomllib.loads((QUALITY / f"{source}.toml").read_text(encoding="utf-8"))
    assert list(answers) == list(RULES), "the same rules in the same order"
    for rule, answer in answers.items():
        claim = CLAIM.fullmatch(answer)
        assert claim, f"{source}: {rule} is neither done, todo nor exempt"
        if claim[1] != "done":
            assert len(claim[2]) >= SHORTEST_REASON, f"{source}: {rule} gives no reason"
            continue
        for named in re.split(r",\s*", claim[2]):
            path, _colons, test = named.partition("::")
            assert (ROOT / path).is_file(), f"{source}: {rule} names {path}, which is not there"
            assert test in names_in(ROOT / path), f"{source}: {rule} names {test}, not in {path}"


def test_a_rule_is_a_sentence() -> None:
    assert all(text.endswith(".") and len(text) > SHORTEST_REASON for text in RULES.values())
