"""Words for a terminal that come from outside, and those that never come over it."""

import sys
from pathlib import Path

from rich.console import Console

from models.errors import InputRefused

__all__ = ["password_in", "say", "speakable"]


def speakable(line: str) -> str:
    """The line as text that a terminal shows and nothing else.

    A file's name may hold line breaks or a terminal's control codes: they become question marks.
    """
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def say(line: str, console: Console) -> None:
    """Print one line on standard error, above a progress bar where there is one.

    Args:
        line: to print.
        console: of the progress bar; on standard error.
    """
    text = speakable(line)
    if console.is_terminal:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        print(text, file=sys.stderr, flush=True)  # noqa: T201  # the tool's own output


def password_in(file: Path | None) -> str:
    """First line of a password file; empty without one.

    On a command line it would stand in the list of processes.

    Raises:
        InputRefused: it cannot be read.
    """
    if file is None:
        return ""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"The password file {file} cannot be read.", remedy="Name a text file."
        ) from error
    return text.split("\n", 1)[0].rstrip("\r")
