"""Takes what somebody tells, and finds the fire that it is of."""

from api.context import Context
from detector.incidents import Correlator
from models.incident import Link
from models.observation import Observation, ObservationDraft

__all__ = ["told"]


def told(
    context: Context,
    draft: ObservationDraft,
    *,
    author: str,
    key: str,
    link: Link | None = None,
    is_drill: bool = False,
) -> tuple[Observation, bool]:
    """Keep it with its fire; see :meth:`models.store.ObservationRepository.add`.

    Args:
        context: of the application.
        draft: what was told.
        author: user name.
        key: of this entry.
        link: the fire that it is known to be of; found when left out.
        is_drill: it was seen of an invented fire.
    """
    store = context.store
    correlator = Correlator(store, store.cameras.standpoints())
    if link is None:
        link = correlator.link_of_told(draft, is_drill=is_drill)
    kept, is_new = store.observations.add(
        draft, author=author, key=key, link=link, is_drill=is_drill
    )
    if is_new and kept.incident_id is not None:
        correlator.settle(kept.incident_id)
        kept = store.observations.get(kept.observation_id)
    return kept, is_new
