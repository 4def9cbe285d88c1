"""Everything about notices, built once."""

import random
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.incidents.places import PlaceShelf
from api.notices.channels import senders
from api.notices.desk import NoticeDesk
from api.notices.facts import FactFinder
from api.notices.web import Web
from api.notices.writing import Writer
from geo.land import LandBook
from models.clock import Clock
from models.config import Settings
from models.store import Store

__all__ = ["NoticeRoom"]


@dataclass(frozen=True, slots=True)
class NoticeRoom:
    """What routes, runtime and commands use.

    Attributes:
        desk: sends.
        writer: writes.
    """

    desk: NoticeDesk
    writer: Writer

    @classmethod
    def of(
        cls,
        settings: Settings,
        store: Store,
        clock: Clock,
        *,
        land_book: LandBook,
        places: PlaceShelf,
        site_name: str,
    ) -> "NoticeRoom":
        """Build it.

        Raises:
            InputRefused: ``notices.ca_file`` cannot be read; code ``notice_ca_file``.
        """
        rule = settings.notices
        finder = FactFinder(
            store,
            land_book,
            places,
            public_url=rule.public_url,
            site_name=site_name,
            zone=ZoneInfo(settings.time_zone),
        )
        writer = Writer(finder)
        web = Web(rule.ca_file, rule.proxy)
        jitter = random.random  # not a secret
        return cls(
            NoticeDesk(store, clock, writer, senders(web, clock), rule=rule, random=jitter), writer
        )
