"""Passages as gates and files tell them, sealed and written down."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from api.context import Context
from api.gates.sealing import Seal
from models.errors import InputRefused
from models.passage import PassageDraft, PassageKind, SealedDraft, bare, check_passage
from models.store.passages import PassagesAdded

__all__ = ["add", "sealed"]


def add(
    context: Context, drafts: Sequence[PassageDraft], *, origin: str, author: str = ""
) -> PassagesAdded:
    """Write passages down, all or none; what is handed in again is known.

    Args:
        context: of the application.
        drafts: as they were told.
        origin: name of the program or of the file.
        author: of a file that is imported; empty for what is pushed.

    Raises:
        InputRefused: one that cannot be, see :func:`models.passage.check_passage`.
    """
    rows = sealed(context.seal, drafts, now=context.clock.now(), counts=bool(author))
    return context.store.passages.add(rows, origin=origin, author=author)


def sealed(
    seal: Seal, drafts: Sequence[PassageDraft], *, now: datetime, counts: bool
) -> list[SealedDraft]:
    """Passages as they may be written down.

    Args:
        seal: of the installation.
        drafts: as they were told.
        now: UTC.
        counts: they are all that a file says, so that its counts can be told from one another.

    Raises:
        InputRefused: one that cannot be, see :func:`models.passage.check_passage`.
    """
    for number, draft in enumerate(drafts):
        try:
            check_passage(draft, now)
        except InputRefused as refusal:
            message = f"passages.{number}: {refusal.message}"
            raise InputRefused(message, remedy=refusal.remedy, code=refusal.code) from None
    return [seal.draft(one) for one in _keyed(drafts, counts=counts)]


def _keyed(drafts: Sequence[PassageDraft], *, counts: bool) -> list[PassageDraft]:
    """With a key for each that came without one and can be told again.

    One plate at one gate, one instant and one way is one passage. Counts at one instant are as many
    as a file says; of two that are pushed nobody knows whether they are one.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    keyed = []
    for draft in drafts:
        is_count = draft.kind is PassageKind.COUNT
        if draft.key or (is_count and not counts):
            keyed.append(draft)
            continue
        same = (draft.gate, draft.at, draft.way, draft.kind, bare(draft.who))
        seen[same] += 1
        number = seen[same] if is_count else 1
        own = (draft.at.isoformat(), draft.way, draft.kind, bare(draft.who), str(number))
        keyed.append(replace(draft, key="\x1f".join(own)))  # sealing makes a mark of it
    return keyed
