"""The language of an answer, and the words of problems, which are the console's own.

One table for both: ``console/src/i18n`` in a checkout, ``api/i18n`` in an installed copy.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

__all__ = ["Language", "console_words", "language_of", "problem_words"]

Language: TypeAlias = Literal["zh", "en"]

_FOLDERS: Final = (
    Path(__file__).parent / "i18n",
    Path(__file__).parents[1] / "console" / "src" / "i18n",
)
_STATUS: Final[dict[str, dict[int, str]]] = {
    "zh": {
        400: "请求有误",
        401: "未登录",
        403: "无权限",
        404: "不存在",
        405: "不支持此方法",
        406: "无法按所要求的格式提供",
        409: "状态冲突",
        412: "已被改动",
        413: "请求过大",
        415: "不支持此类内容",
        422: "输入有误",
        429: "尝试过于频繁",
        500: "服务器内部错误",
        503: "暂时不可用",
        507: "存储空间已满",
    },
    "en": {},
}
"""Titles of what no word table knows, by status; the English ones are HTTP's own."""


def language_of(header: str | None) -> Language:
    """The language that a client prefers (RFC 9110 12.5.4); English when it names neither."""
    best: tuple[float, Language] = (0.0, "en")
    for part in (header or "").split(","):
        name, _, rest = part.strip().partition(";")
        tongue = name.strip().lower().partition("-")[0]
        language: Language | None = "zh" if tongue == "zh" else "en" if tongue == "en" else None
        if language is not None:
            weight = _weight(rest)
            if weight > best[0]:
                best = (weight, language)
    return best[1]


def problem_words(code: str, status: int, language: Language, phrase: str) -> str:
    """What a problem is called in a language: the console's words, else those of its status."""
    words = console_words(language)
    for section in ("problem", "trouble"):
        known = words.get(section, {}).get(code)
        if isinstance(known, str) and known:
            return known
    return _STATUS[language].get(status, phrase)


def _weight(parameters: str) -> float:
    text = parameters.strip().removeprefix("q=").strip()
    if not text:
        return 1.0
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0


@cache
def console_words(language: Language) -> dict[str, Any]:
    """The words of the console, by section and key."""
    for folder in _FOLDERS:
        file = folder / f"{language}.json"
        if file.is_file():
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return found
    return {}
