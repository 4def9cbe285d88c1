"""Channels: set up by administrators, with secrets in a table of their own.

A secret leaves this module only inside :class:`models.notice.Secrets`, for whoever sends. The audit
log is told that one was set, kept or removed, and never what it is.
"""

from typing import Final

from sqlalchemy import Connection, delete, insert, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.notice import Channel, ChannelDraft, ChannelHealth, Secrets, check_channel
from models.store import audit
from models.store.database import Database
from models.store.notice_health import load_health, note_try
from models.store.notice_rows import load_channels, secrets_of
from models.store.notice_waiting import skip_all
from models.store.tables import channel, channel_secret

__all__ = ["ChannelRepository"]

_LARGEST: Final = 2**63 - 1


class ChannelRepository:
    """The channels of one store.

    Args:
        database: to work on.
        clock: for the times of entries and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, draft: ChannelDraft, secrets: Secrets, *, actor: str) -> Channel:
        """Set up a channel; it tells what happens from now on.

        Raises:
            InputRefused: as :func:`models.notice.check_channel`.
            Conflict: there is one of that name; code ``channel_exists``.
        """
        check_channel(draft, secrets)
        with self._database.write() as connection:
            self._refuse_twice(connection, draft.name, 0)
            number = connection.execute(
                insert(channel)
                .values(
                    name=draft.name,
                    draft=draft,
                    enabled=draft.enabled,
                    created_at=self._clock.now(),
                    failures=0,
                    error="",
                    detail="",
                )
                .returning(channel.c.channel_id)
            ).scalar_one()
            _put_secrets(connection, number, secrets)
            made = _one(connection, number)
            word = _word(secrets, None)
            self._tell(connection, actor, "channel.added", made, credential=word)
            return made

    def change(
        self, channel_id: int, draft: ChannelDraft, secrets: Secrets | None, *, actor: str
    ) -> Channel:
        """Set a channel up anew. One that is switched off skips what it has not sent yet.

        Args:
            channel_id: of the channel.
            draft: all of it; the kind stays.
            secrets: all of them; None leaves those that are stored.
            actor: user name, for the audit log.

        Raises:
            NotFound: no such channel.
            Conflict: there is another one of that name; code ``channel_exists``.
            InputRefused: as :func:`models.notice.check_channel`; another kind, code
                ``channel_kind``; or another address while the secrets are not given again, code
                ``channel_secret_again``: a stored secret is sent nowhere else.
        """
        with self._database.write() as connection:
            before = _one(connection, channel_id)
            if before.draft.kind is not draft.kind:
                raise InputRefused(
                    "A channel keeps its kind.",
                    remedy="Set up another one.",
                    code="channel_kind",
                )
            same = before.draft.options.address == draft.options.address
            if secrets is None and before.secret_names and not same:
                raise InputRefused(
                    "The address of the channel is another one: its secrets are needed again.",
                    remedy="Enter them; a stored secret is never sent to another address.",
                    code="channel_secret_again",
                )
            stored = secrets_of(connection, channel_id)
            check_channel(draft, stored if secrets is None else secrets)
            self._refuse_twice(connection, draft.name, channel_id)
            if secrets is not None:
                _put_secrets(connection, channel_id, secrets)
            connection.execute(
                update(channel)
                .where(channel.c.channel_id == channel_id)
                .values(name=draft.name, draft=draft, enabled=draft.enabled)
            )
            skipped = 0 if draft.enabled else skip_all(connection, channel_id)
            now, word = _one(connection, channel_id), _word(secrets, stored)
            self._tell(connection, actor, "channel.changed", now, credential=word, skipped=skipped)
            return now

    def remove(self, channel_id: int, *, actor: str) -> None:
        """Remove a channel with its secrets; receipts of what it sent stay.

        Raises:
            NotFound: no such channel.
        """
        with self._database.write() as connection:
            before = _one(connection, channel_id)
            skipped = skip_all(connection, channel_id)
            connection.execute(
                delete(channel_secret).where(channel_secret.c.channel_id == channel_id)
            )
            connection.execute(
                update(channel)
                .where(channel.c.channel_id == channel_id)
                .values(name="", enabled=False, removed_at=self._clock.now())
            )
            self._tell(connection, actor, "channel.removed", before, skipped=skipped)

    def get(self, channel_id: int) -> Channel:
        """One channel, without its secrets.

        Raises:
            NotFound: no such channel.
        """
        with self._database.read() as connection:
            return _one(connection, channel_id)

    def with_secrets(self, channel_id: int) -> tuple[Channel, Secrets]:
        """One channel with its secrets, for whoever sends.

        Raises:
            NotFound: no such channel.
        """
        with self._database.read() as connection:
            return _one(connection, channel_id), secrets_of(connection, channel_id)

    def all(self) -> list[Channel]:
        """Every channel, by number."""
        with self._database.read() as connection:
            return load_channels(connection)

    def health(self) -> list[ChannelHealth]:
        """How every channel fares, by number."""
        with self._database.read() as connection:
            return load_health(connection)

    def tested(self, channel_id: int, *, actor: str, error: str, detail: str = "") -> None:
        """Note that a test message was tried, and what came of it.

        Args:
            channel_id: of the channel.
            actor: user name, for the audit log.
            error: code of the failure; empty when it went out.
            detail: the failure in words, without secrets.

        Raises:
            NotFound: no such channel.
        """
        with self._database.write() as connection:
            before = _one(connection, channel_id)
            note_try(connection, channel_id, self._clock.now(), error, detail, counts=False)
            word = error or "sent"
            audit.append(
                connection,
                self._clock,
                actor=actor,
                action="channel.tested",
                subject=str(channel_id),
                details={"name": before.draft.name, "outcome": word},
            )

    def _refuse_twice(self, connection: Connection, name: str, channel_id: int) -> None:
        known = load_channels(connection, channel.c.name == name)
        if any(one.channel_id != channel_id for one in known):
            raise Conflict(
                f"There is a channel {name!r} already.",
                remedy="Choose another name.",
                code="channel_exists",
            )

    def _tell(
        self, connection: Connection, actor: str, action: str, told: Channel, **more: str | int
    ) -> None:
        draft = told.draft
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(told.channel_id),
            details={
                "name": draft.name,
                "kind": draft.kind.value,
                "enabled": "yes" if draft.enabled else "no",
                **more,
            },
        )


def _one(connection: Connection, channel_id: int) -> Channel:
    number = channel_id if 0 < channel_id <= _LARGEST else 0
    found = load_channels(connection, channel.c.channel_id == number)
    if not found:
        raise NotFound(f"There is no channel {channel_id}.")
    return found[0]


def _put_secrets(connection: Connection, channel_id: int, secrets: Secrets) -> None:
    connection.execute(delete(channel_secret).where(channel_secret.c.channel_id == channel_id))
    for name, secret in sorted(secrets.values.items()):
        if secret:
            row = {"channel_id": channel_id, "name": name, "secret": secret}
            connection.execute(insert(channel_secret).values(**row))


def _word(secrets: Secrets | None, stored: Secrets | None) -> str:
    if secrets is None or secrets == stored:
        return "kept" if secrets is None or secrets.values else "none"
    if not secrets.values:
        return "none" if stored is None else "removed"
    return "set" if stored is None or not stored.values else "changed"
