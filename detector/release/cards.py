"""The models there are: those that Firewatch ships, and the bureau's own.

A bureau lays its own weights into ``models`` of the data directory and their card into
``models/cards`` there, as they lie in ``models/zoo``. A shipped card is never hidden by one of the
bureau's with the same name, so that nobody changes what is in force by a copied file.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from models.config import Settings
from models.errors import ModelMismatch
from models.zoo import ModelCard, card_names, load_card, read_card
from models.zoo.registry import CARDS

__all__ = ["FoundCard", "Origin", "bureau_folder", "card_named", "find_cards", "open_card"]

MOST_CARDS: Final = 100
"""Of the bureau's own; what lies beyond is not listed, and not found by name either."""
_LONGEST_CARD_BYTES: Final = 256 * 2**10


class Origin(StrEnum):
    """Where a card comes from."""

    SHIPPED = "shipped"
    BUREAU = "bureau"


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card that was found.

    Attributes:
        name: by its file.
        origin: where it comes from.
        card: checked with its weights; None when it is refused.
        problem: why it is refused, in English; empty for a card that can be used.
        version: that the file claims; empty when it says none.
        sha256: likewise.
    """

    name: str
    origin: Origin
    card: ModelCard | None
    problem: str = ""
    version: str = ""
    sha256: str = ""


def bureau_folder(settings: Settings) -> Path:
    """Where the bureau's own weights lie; their cards in ``cards`` there."""
    return settings.data_dir / "models"


def card_named(settings: Settings, name: str) -> ModelCard:
    """Find a card by name, shipped or the bureau's own, and check it and its weights.

    Args:
        settings: of the installation.
        name: of the card.

    Raises:
        ModelMismatch: no such card, or it or its weights are refused.
    """
    shipped, own = card_names(), _own_names(settings)
    if name in shipped:
        return load_card(name)
    if name in own:
        folder = bureau_folder(settings)
        _check_size(folder / CARDS / f"{name}.toml")
        return load_card(name, folder)
    raise ModelMismatch(
        f"There is no model card {name!r}.", remedy=f"Known cards: {', '.join((*shipped, *own))}."
    )


def open_card(settings: Settings, model: str) -> ModelCard:
    """A card by its file (``….toml``), or by name.

    Raises:
        ModelMismatch: as :func:`card_named`.
    """
    return read_card(Path(model)) if model.endswith(".toml") else card_named(settings, model)


def find_cards(settings: Settings) -> list[FoundCard]:
    """Every card there is, shipped ones first, each sorted by name; damaged ones are told.

    Reads all weights, some 10 MB each.
    """
    shipped = card_names()
    found = [_found(settings, name, Origin.SHIPPED) for name in shipped]
    for name in _own_names(settings):
        if name in shipped:
            problem = "Firewatch ships a card of this name; give yours another."
            found.append(FoundCard(name, Origin.BUREAU, None, problem))
        else:
            found.append(_found(settings, name, Origin.BUREAU))
    return found


def _own_names(settings: Settings) -> tuple[str, ...]:
    return card_names(bureau_folder(settings))[:MOST_CARDS]


def _found(settings: Settings, name: str, origin: Origin) -> FoundCard:
    try:
        card = card_named(settings, name)
    except ModelMismatch as error:
        version, sha256 = _claims(bureau_folder(settings) / CARDS / f"{name}.toml")
        return FoundCard(name, origin, None, str(error), version, sha256)
    return FoundCard(name, origin, card, "", card.version, card.sha256)


def _check_size(path: Path) -> None:
    try:
        size_bytes = path.stat().st_size
    except OSError:
        return  # told by whoever reads it
    if size_bytes > _LONGEST_CARD_BYTES:
        raise ModelMismatch(
            f"The model card {path} has {size_bytes} bytes, too many for a card.",
            remedy="Copy the card again from where it was made.",
        )


def _claims(path: Path) -> tuple[str, str]:
    """What a refused card says of itself: shown, and never believed."""
    try:
        with path.open("rb") as file:
            values = tomllib.loads(file.read(_LONGEST_CARD_BYTES).decode())
    except (OSError, ValueError):
        return "", ""
    version, sha256 = values.get("version"), values.get("sha256")
    return (
        version[:20] if isinstance(version, str) else "",
        sha256[:64] if isinstance(sha256, str) else "",
    )
