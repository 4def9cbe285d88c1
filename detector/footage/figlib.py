"""The Fire Ignition images Library: no labels but the names, ``UNIX_±SECONDS`` from ignition.

A picture before ignition shows nothing; one since then shows smoke somewhere, and nobody says
where. The library sets its zero where its makers saw the first smoke; for some of its fires that
is minutes early or late, so that a person should look at what becomes of it.

Source: the library's own description, HPWREN, University of California San Diego.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from detector.footage.label_tree import LabelTree
from detector.footage.labelled import Classes, Labelled
from models.errors import InputRefused

__all__ = ["read"]

_FROM_IGNITION = re.compile(r"_([+-]\d{1,6})$")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def read(tree: LabelTree, classes: Classes) -> Iterator[Labelled | InputRefused]:  # noqa: ARG001
    """Every picture, and in its place a refusal for one whose name tells nothing."""
    for name in tree.names(*_PICTURES):
        found = _FROM_IGNITION.search(PurePosixPath(name).stem)
        if found is None:
            yield InputRefused(
                f"{tree.place(name)}: the name tells no seconds from ignition.",
                remedy="Names of this library look like 1532815146_-00480.jpg.",
                code="label_file_damaged",
            )
            continue
        at_s = float(found[1])
        burns = at_s >= 0.0
        yield Labelled(name, None, at_s, is_boxed=not burns, burns=burns)
