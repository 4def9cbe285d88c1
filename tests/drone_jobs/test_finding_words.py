"""Whatever a check or a reader of missions may find has words in both languages of the console."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKERS = {"forbidden", "refuse", "warned", "note", "warn", "Finding", "say"}
LANGUAGES = {
    language: json.loads((ROOT / f"console/src/i18n/{language}.json").read_text("utf-8"))["mission"]
    for language in ("zh", "en")
}


def found() -> dict[str, tuple[list[ast.Call], str]]:
    """Calls that make a finding, by its code, with the file of the first."""
    calls: dict[str, tuple[list[ast.Call], str]] = {}
    for file in sorted((ROOT / "drone_jobs").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for code in codes_of(node.args[0]) if name in MAKERS else ():
                calls.setdefault(code, ([], file.name))[0].append(node)
    return calls


def codes_of(argument: ast.expr) -> list[str]:
    choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    values = [one.value for one in choices if isinstance(one, ast.Constant)]
    return [one for one in values if isinstance(one, str) and re.fullmatch(r"[a-z][a-z_0-9]+", one)]


FOUND = found()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_has_words_and_none_are_kept_for_nothing(language: str) -> None:
    words = LANGUAGES[language]
    assert len(FOUND) > 40
    assert set(FOUND) - set(words["finding"]) == set()
    assert set(words["finding"]) - set(FOUND) == set()
    assert set(words["remedy"]) <= set(words["finding"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_use_no_fact_that_a_finding_does_not_have(language: str) -> None:
    for code, (calls, file) in FOUND.items():
        texts = [LANGUAGES[language][part].get(code, "") for part in ("finding", "remedy")]
        wanted = set(re.findall(r"\{(\w+)\}", " ".join(texts)))
        for call in calls:
            given = {word.arg for word in call.keywords}
            if None in given or {"facts"} & given or len(call.args) > 4:
                continue  # facts that are put together elsewhere
            assert wanted <= given, f"{code} in {file}: {wanted - given}"
