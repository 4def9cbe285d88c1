"""Words for a terminal that come from outside."""

import sys

from rich.console import Console

__all__ = ["say", "speakable"]


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
