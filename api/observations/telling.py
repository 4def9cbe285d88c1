"""Takes what somebody tells, and finds the fire that it is of."""

from api.context import Context
from detector.incidents import Correlator
from models.observation import Observation, ObservationDraft

__all__ = ["told"]


def told(
    context: Context, draft: ObservationDraft, *, author: str, key: str
) -> tuple[Observation, bool]:
    """Keep it with its fire; see :meth:`models.store.ObservationRepository.add`."""
    store = context.store
    correlator = Correlator(store, store.cameras.standpoints())
    link = correlator.link_of_told(draft)
    kept, is_new = store.observations.add(draft, author=author, key=key, link=link)
    if is_new and kept.incident_id is not None:
        correlator.settle(kept.incident_id)
        kept = store.observations.get(kept.observation_id)
    return kept, is_new
