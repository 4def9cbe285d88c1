"""Find a model card, check it and its weights, hand both over or refuse.

Weights that do not match their card never run: a missing file, a git LFS pointer, another sha256
or a card with an unknown key is a :class:`~models.errors.ModelMismatch` that says what to do.
"""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.errors import ModelMismatch
from models.zoo.card import ModelCard

__all__ = ["ModelCard", "card_names", "load_card", "read_card", "read_weights"]

ZOO_DIRECTORY = Path(__file__).resolve().parent
CARDS = "cards"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_LFS_POINTER = b"version https://git-lfs"
_REINSTALL = "Reinstall Firewatch, or copy the file again from where it was released."
_CARD = TypeAdapter(ModelCard)


def card_names(directory: Path | None = None) -> tuple[str, ...]:
    """Names of the cards in a zoo, sorted; the cards themselves are not checked.

    Args:
        directory: folder that holds the weights and ``cards/``; the product's own when left out.
    """
    return tuple(
        sorted(path.stem for path in ((directory or ZOO_DIRECTORY) / CARDS).glob("*.toml"))
    )


def load_card(name: str, directory: Path | None = None) -> ModelCard:
    """Find a card by name and check it and its weights.

    Args:
        name: of the card, e.g. ``firewatch-yolo11n``.
        directory: folder that holds the weights and ``cards/``; the product's own when left out.

    Raises:
        ModelMismatch: no such card, or :func:`read_card` refuses it.
    """
    known = ", ".join(card_names(directory)) or "none"
    if _NAME.fullmatch(name) is None:
        raise ModelMismatch(
            f"{name!r} is not the name of a model card.", remedy=f"Known cards: {known}."
        )
    path = (directory or ZOO_DIRECTORY) / CARDS / f"{name}.toml"
    if not path.is_file():
        raise ModelMismatch(
            f"There is no model card {name!r} in {path.parent}.", remedy=f"Known cards: {known}."
        )
    return read_card(path)


def read_card(path: Path) -> ModelCard:
    """Read one card and check its weights.

    Args:
        path: the TOML file, in the ``cards`` folder beside its weights; its name without suffix
            is the name of the card.

    Raises:
        ModelMismatch: the card cannot be read, has a missing, unknown or impossible key or another
            name than its file; or the weights are missing, an LFS pointer, or have another sha256.
    """
    values = _read_toml(path)
    if "path" in values:
        raise ModelMismatch(f"The model card {path} has an unknown key: path.", remedy=_REINSTALL)
    values["path"] = path.resolve().parent.parent / str(values.get("file", ""))
    try:
        card = _CARD.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ModelMismatch(
            f"The model card {path} is refused at {key}: {first['msg']}.",
            remedy="Mend that key, or reinstall Firewatch.",
        ) from error
    if card.name != path.stem:
        raise ModelMismatch(
            f"The model card {path} calls itself {card.name!r}.",
            remedy="A card's name and its file's name must be the same.",
        )
    read_weights(card)
    return card


def read_weights(card: ModelCard) -> bytes:
    """The bytes of the ONNX file, exactly those that the card's sha256 names.

    Whoever runs the weights runs these bytes, not a second reading of the file.

    Raises:
        ModelMismatch: the file is missing, unreadable, a git LFS pointer or has another sha256.
    """
    try:
        weights = card.path.read_bytes()
    except OSError as error:
        raise ModelMismatch(
            f"The weights {card.path} cannot be read: {error.strerror}.", remedy=_REINSTALL
        ) from error
    if weights.startswith(_LFS_POINTER):
        raise ModelMismatch(
            f"The weights {card.path} are a git LFS pointer, not the file itself.",
            remedy="Run 'git lfs pull' where they came from, then copy the file again.",
        )
    digest = hashlib.sha256(weights).hexdigest()
    if digest != card.sha256:
        raise ModelMismatch(
            f"The weights {card.path} have sha256 {digest}, their card says {card.sha256}.",
            remedy=_REINSTALL,
        )
    return weights


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelMismatch(
            f"The model card {path} cannot be read: {error.strerror}.", remedy=_REINSTALL
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelMismatch(
            f"The model card {path} is not TOML: {error}.", remedy=_REINSTALL
        ) from error
