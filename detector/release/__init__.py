"""How a model goes live: the cards there are, the set that judges, and the verdict."""

from detector.release.cards import FoundCard, Origin, card_named, find_cards

__all__ = ["FoundCard", "Origin", "card_named", "find_cards"]
