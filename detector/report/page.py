"""One self-contained page: style, script and pictures inside, nothing fetched.

Both languages stand in it, and two radio buttons choose between them by style alone, so that it
reads without the script. Its own policy lets a browser run that one script and no other, whatever
a name in it says. Source: W3C, Content Security Policy Level 3, hashes of inline script and style.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detector.report.markup import Both, Child, Markup, clipped, joined, tag
from detector.report.numbers import count
from detector.report.shape import VERDICTS, Run
from detector.report.timeline import MARKS
from detector.report.words import say

__all__ = ["flat_settings", "key_of_marks", "page", "reading", "run_facts", "section", "settings"]

HERE: Final = Path(__file__).parent
MOST_FOOTAGE: Final = 400
DEFINED: Final = ("interval", "visible", "evidence")


def page(title: Both, name: str, sections: Sequence[tuple[str, Both]], *content: Child) -> bytes:
    """The whole page.

    Args:
        title: what it is.
        name: of the run, from outside.
        sections: id and heading of what can be gone to.
        content: what stands in it.
    """
    style = Markup((HERE / "page.css").read_text(encoding="utf-8"))
    script = Markup((HERE / "page.js").read_text(encoding="utf-8"))
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{title.zh} · {title.en} · {clipped(name)}"),
        tag("style", style),
    )
    body = tag(
        "body",
        *(
            tag(
                "input",
                type="radio",
                name="lang",
                id=f"lang-{side}",
                class_="choice",
                checked=side == "zh",
                aria_label=said,
            )
            for side, said in (("zh", "中文"), ("en", "English"))
        ),
        tag(
            "nav",
            tag("ul", *(tag("li", tag("a", said, href=f"#{key}")) for key, said in sections)),
            tag(
                "div",
                tag("label", "中文", for_="lang-zh"),
                tag("label", "English", for_="lang-en"),
                class_="languages",
            ),
            class_="bar",
        ),
        tag("main", tag("h1", title, ": ", clipped(name)), *content),
        tag("script", script),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='zh-Hans')}\n".encode()


def section(key: str, *content: Child) -> Markup:
    """A part of the page under its heading."""
    return tag("section", tag("h2", say(f"page.{key}"), id=key), *content)


def run_facts(run: Run) -> Markup:
    """What was run, with which weights and settings."""
    facts: list[tuple[Both, Child]] = [
        (say("page.model"), f"{clipped(run.model)} {clipped(run.model_version, 40)}"),
        (Both("SHA-256", "SHA-256"), tag("span", clipped(run.model_sha256, 64), class_="sha")),
        (say("page.config"), tag("span", clipped(run.config_version, 80), class_="sha")),
    ]
    return tag(
        "dl", *(joined(tag("dt", key), tag("dd", value)) for key, value in facts), class_="facts"
    )


def settings(run: Run) -> Markup:
    """Settings of the decision and the footage, folded."""
    rows = [
        tag("tr", tag("th", tag("code", clipped(key)), scope="row"), tag("td", clipped(value)))
        for key, value in flat_settings(run.settings).items()
    ]
    left_out = len(run.footage) - MOST_FOOTAGE
    footage = [
        tag(
            "tr",
            tag("th", clipped(one.name), scope="row"),
            tag("td", clipped(one.sha256), class_="sha"),
        )
        for one in run.footage[:MOST_FOOTAGE]
    ]
    heads = {
        "settings": ("table.setting", "table.value"),
        "footage": ("table.recording", "SHA-256"),
    }
    return joined(
        *(
            tag(
                "details",
                tag("summary", say(f"page.{key}")),
                tag(
                    "table",
                    tag(
                        "thead",
                        tag(
                            "tr",
                            *(
                                tag("th", say(head) if "." in head else head, scope="col")
                                for head in heads[key]
                            ),
                        ),
                    ),
                    tag("tbody", *body),
                ),
            )
            for key, body in (("settings", rows), ("footage", footage))
            if body
        ),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )


def flat_settings(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Every setting by its full name, as text."""
    flat: dict[str, str] = {}
    for key, value in sorted(table.items()):
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and name.count(".") < 6:
            flat |= flat_settings(value, f"{name}.")
        else:
            flat[name] = str(value)
    return flat


def key_of_marks() -> Markup:
    """What the colours and marks of a timeline mean."""
    fields = [
        ("smoke", "time.score_smoke"),
        ("flame", "time.score_flame"),
        ("burning", "time.visible"),
        ("left-out", "time.not_judged"),
        ("refused", "time.not_looked"),
    ]
    swatches = [
        tag(
            "li",
            tag(
                "svg",
                tag("rect", width=12.0, height=12.0, class_=look),
                width=12.0,
                height=12.0,
                aria_hidden="true",
            ),
            say(key),
        )
        for look, key in fields
    ]
    marks = [
        tag(
            "li",
            tag("span", MARKS[verdict], class_=f"alert {verdict}", aria_hidden="true"),
            " ",
            say(f"verdict.{verdict}"),
        )
        for verdict in VERDICTS
    ]
    return tag("ul", *swatches, *marks, class_="key")


def reading() -> Markup:
    """What the words of the report mean."""
    verdicts = [
        joined(tag("dt", say(f"verdict.{one}")), tag("dd", say(f"define.{one}")))
        for one in VERDICTS
    ]
    return joined(
        tag("dl", *verdicts, class_="define"),
        *(tag("p", say(f"define.{key}")) for key in DEFINED),
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
