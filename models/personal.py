"""Numbers of persons in free text, found by how they are written in China.

What is never cleared, such as the audit log, takes a note without them.
"""

import re
from typing import Final

__all__ = ["MASK", "is_telephone", "without_numbers"]

MASK: Final = "[…]"
_NUMBER: Final = re.compile(
    r"(?<![\d.])(?:"
    r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # mobile telephone
    r"|\(?0\d{2,3}\)?[- ]?\d{7,8}"  # telephone with its area
    r"|\d{17}[\dXx]"  # identity card, GB 11643
    r")(?![\d.])",
    re.ASCII,
)


_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 \-]{2,22}[0-9]")


def is_telephone(text: str) -> bool:
    """Whether it can be dialled: 4 to 24 digits, spaces and dashes, a plus before them.

    >>> is_telephone("023-48660000"), is_telephone("+86 138 0000 1234"), is_telephone("ask him")
    (True, True, False)
    """
    return _TELEPHONE.fullmatch(text) is not None


def without_numbers(text: str) -> str:
    """The text with telephone and identity numbers masked; other numbers stay.

    >>> without_numbers("张三 138 0000 1234, 海拔 812 m")
    '张三 […], 海拔 812 m'
    """
    return _NUMBER.sub(MASK, text)
