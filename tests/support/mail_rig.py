"""A mail server on this machine that takes mail, or does not, as a test wants."""

import asyncio
import base64
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

__all__ = ["Mail", "MailRig"]


@dataclass(frozen=True, slots=True)
class Mail:
    """One that was taken.

    Attributes:
        sender: of the envelope.
        recipients: of the envelope.
        data: as it came.
        encrypted: whether it came under TLS.
        user: who signed in; empty for nobody.
    """

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    encrypted: bool
    user: str


@dataclass
class MailRig:
    """Speaks as much of SMTP as a client needs.

    Attributes:
        tls: for STARTTLS, or from the first byte with ``implicit``; None offers none.
        implicit: TLS from the first byte.
        accounts: who may sign in; None asks nobody.
        answers: answers to give instead of the usual one, by first word of the command (``DOT``
            for the end of the text); an empty one hangs up, None says nothing for good.
        mails: what was taken.
    """

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    accounts: dict[str, str] | None = None
    answers: dict[str, str | None] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    server: asyncio.Server | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        tls = self.tls if self.implicit else None
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=tls)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.server is not None
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.server.wait_closed()

    @property
    def address(self) -> str:
        assert self.server is not None
        return f"127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await _Talk(self, reader, writer).run()
        finally:
            self.tasks.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


class _Talk:
    """One conversation."""

    def __init__(
        self, rig: MailRig, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._rig = rig
        self._reader = reader
        self._writer = writer
        self._encrypted = rig.implicit
        self._user = ""
        self._sender = ""
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 rig ESMTP")
        while line := (await self._reader.readline()).decode().strip():
            word = line.split(" ")[0].upper()
            if word in self._rig.answers:
                if not await self._faulty(word):
                    return
                continue
            handler = getattr(self, f"on_{word.lower()}", None)
            if handler is None:
                await self._say("250 ok")
            elif await handler(line) is False:
                return

    async def on_ehlo(self, _line: str) -> None:
        offers = ["250-rig", "250-SIZE 1000000"]
        if self._rig.tls is not None and not self._encrypted:
            offers.append("250-STARTTLS")
        if self._rig.accounts is not None:
            offers.append("250-AUTH PLAIN")
        await self._say("\n".join([*offers, "250 8BITMIME"]))

    async def on_starttls(self, _line: str) -> None:
        assert self._rig.tls is not None
        await self._say("220 go")
        await self._writer.start_tls(self._rig.tls)
        self._encrypted = True

    async def on_auth(self, line: str) -> None:
        _, name, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
        fine = (self._rig.accounts or {}).get(name) == password
        self._user = name if fine else ""
        await self._say("235 welcome" if fine else "535 no")

    async def on_mail(self, line: str) -> None:
        self._sender, self._recipients = line[10:].partition(">")[0].strip("<> "), []
        await self._say("250 ok")

    async def on_rcpt(self, line: str) -> None:
        recipient = line[8:].partition(">")[0].strip("<> ")
        known = not recipient.startswith("nobody")
        if known:
            self._recipients.append(recipient)
        await self._say("250 ok" if known else "550 nobody of that name")

    async def on_data(self, _line: str) -> bool:
        await self._say("354 go on")
        data = await self._reader.readuntil(b"\r\n.\r\n")
        told = self._rig.answers.get("DOT", "250 taken")
        if told is None or told.startswith("250"):
            self._rig.mails.append(
                Mail(self._sender, tuple(self._recipients), data, self._encrypted, self._user)
            )
        if "DOT" in self._rig.answers:
            return await self._faulty("DOT")
        await self._say(told or "")
        return True

    async def on_quit(self, _line: str) -> bool:
        await self._say("221 bye")
        return False

    async def _faulty(self, word: str) -> bool:
        """Whether the conversation goes on."""
        told = self._rig.answers[word]
        if told is None:
            await asyncio.sleep(60)
        if told:
            await self._say(told)
        return bool(told)

    async def _say(self, text: str) -> None:
        self._writer.write(text.replace("\n", "\r\n").encode() + b"\r\n")
        await self._writer.drain()
