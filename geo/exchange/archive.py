"""Look at an archive before anything of it is unpacked: names, sizes, ratio, passwords."""

import io
import itertools
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from geo.exchange.refusals import refused
from geo.exchange.table import Limits

__all__ = ["Archive"]

_SMALL: Final = 1_000_000
"""Members below it may be packed as tightly as they like."""
_TRICKS = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|[\0-\x1f]")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    info: zipfile.ZipInfo


class Archive:
    """A zip file whose members may be read.

    Args:
        content: of the file.
        name: of the file, for messages.
        limits: what it may hold.

    Raises:
        InputRefused: it is damaged, has a password, a member whose name leads out of the folder or
            is a link (``archive_path``), or would unpack to too much (``archive_bomb``).
    """

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            infos = self._zip.infolist()
        except _BROKEN as error:
            raise refused("file_damaged", f"{name} is a damaged archive: {error}.") from error
        if len(infos) > limits.members:
            raise refused("archive_bomb", f"{name} holds {len(infos)} files.")
        # is_dir() of the library fails on a name without a letter
        self._members = [
            _Member(_name(info), info) for info in infos if not info.filename.endswith("/")
        ]
        for member in self._members:
            _look_at(member, name, limits)
        if sum(member.info.file_size for member in self._members) > limits.unpacked_bytes:
            raise refused("archive_bomb", f"{name} would unpack to too much.")
        spans = sorted((info.header_offset, info.compress_size) for info in infos)
        if any(at + size > after for (at, size), (after, _) in itertools.pairwise(spans)):
            raise refused("archive_bomb", f"{name} holds files that lie in each other.")
        if not self.names:
            raise refused("archive_empty", f"{name} holds no files.")

    @property
    def names(self) -> list[str]:
        """Of the members that a person put in, in the order of the archive."""
        return [
            member.name
            for member in self._members
            if not member.name.startswith("__MACOSX/") and "/." not in f"/{member.name}"
        ]

    def read(self, name: str) -> bytes:
        """Content of a member; what is more than it was said to be is cut, and so damaged."""
        member = next(each for each in self._members if each.name == name)
        try:
            with self._zip.open(member.info) as opened:
                return opened.read(member.info.file_size + 1)
        except _BROKEN as error:
            raise refused("file_damaged", f"{name} in {self.name} is damaged: {error}.") from error


def _look_at(member: _Member, archive: str, limits: Limits) -> None:
    info = member.info
    if _TRICKS.search(member.name) or stat.S_ISLNK(info.external_attr >> 16):
        raise refused(
            "archive_path", f"{archive} holds {member.name[:80]!r}, which leads out of it."
        )
    if info.flag_bits & 0x1:
        raise refused("file_locked", f"{archive} has a password.")
    tight = info.file_size > limits.ratio * max(1, info.compress_size)
    if info.file_size > limits.unpacked_bytes or (info.file_size > _SMALL and tight):
        raise refused(
            "archive_bomb", f"{member.name[:80]!r} in {archive} would unpack to too much."
        )


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the mark for UTF-8 it is in the packer's own letters, here GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename
