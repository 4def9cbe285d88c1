"""Plays the replays that people ask for, one at a time, in a process of its own.

Nothing is lost over anything: a recording that is finished lies in a file, and whatever ended the
process or the watch, the replay goes on behind it. Live frames go first: while any waits, the
process stands still.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.behind import Behind, Stopped
from api.footage.shelf import FootageShelf
from api.replays.preparing import prepare
from api.replays.process import ReplayProcess
from api.replays.results import headline_of
from api.replays.shelf import ReplayShelf, replay_disk
from detector.release.cards import card_named
from models.config import Settings
from models.errors import InputRefused, ModelMismatch, NotFound, StorageFull
from models.replay_run import ReplayProgress, ReplayRun, ReplayState

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["ReplayDesk"]

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3
"""Starts of a process that dies before a further recording is finished."""
LISTENS_S: Final = 0.2
KEEPS_EVERY_S: Final = 5.0
"""Every keeping is an event that all consoles hear."""
LOOKS_EVERY_S: Final = 2.0


class ReplayDesk:
    """Plays what waits.

    Args:
        context: of the application.
        shelf: where the files of replays lie.
        library: where recordings lie.
        backlog: how many live frames wait.
        now_s: seconds on a scale that never jumps.
    """

    def __init__(
        self,
        context: "Context",
        shelf: ReplayShelf,
        library: FootageShelf,
        backlog: Callable[[], int],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._shelf = shelf
        self._library = library
        self._now_s = now_s
        self.behind = Behind(context.clock, backlog)

    async def run(self) -> None:
        """Work until cancelled."""
        await self.behind.run(self.work_once, "replays wait; they are tried again")

    def work_once(self) -> bool:
        """Play what was begun, else what waits longest.

        Returns:
            Whether there was anything.

        Raises:
            WatchError: the store failed; what was begun goes on later.
        """
        run = self._context.store.replays.next_open()
        if run is None:
            return False
        try:
            self._play(run)
        except NotFound:
            return True  # it was removed meanwhile
        except Stopped:
            return False
        except (InputRefused, ModelMismatch, StorageFull) as error:
            self._keep_refusal(run, error.code, error.message, error.remedy)
        return True

    def _play(self, run: ReplayRun) -> None:
        store, shelf, number = self._context.store, self._shelf, run.run_id
        if shelf.is_whole(number):  # the watch ended between the last file and the store
            store.replays.begin(number, card_named(self._settings, run.draft.model).reference)
            store.replays.finish(number, headline_of(shelf.folder_of(number)))
            return
        shelf.check_room()
        card = card_named(self._settings, run.draft.model)
        folder = shelf.folder_of(number)
        path = prepare(store, self._settings, self._library, folder, run)
        if not store.replays.begin(number, card.reference):
            return
        if shelf.attempt(number) > MOST_ATTEMPTS:
            shelf.forget_attempts(number)
            self._keep_refusal(
                run,
                "replay_died",
                f"The process of the replay died {MOST_ATTEMPTS} times before it got further.",
                "Look for want of memory on this machine, then have it go on, or play less.",
            )
            return
        with replay_disk():
            process = ReplayProcess(path, folder)
        try:
            self._listen(run, process)
        except Stopped:
            shelf.forget_attempts(number)
            raise
        finally:
            process.end()

    def _listen(self, run: ReplayRun, process: ReplayProcess) -> None:
        """Until it ends, is cancelled, or the watch stops."""
        store, number = self._context.store, run.run_id
        progress = run.progress
        told = progress
        looked_s = kept_s = self._now_s() - KEEPS_EVERY_S
        while True:
            if self.behind.looks():
                process.stand_still()
            else:
                process.go_on()
            heard = process.hear(LISTENS_S)
            now_s = self._now_s()
            if heard is not None and "recordings" in heard:
                told = _progress(heard, run.progress.recordings)
                if told.finished > progress.finished:
                    self._shelf.forget_attempts(number)
            elif heard is not None:
                self._ended(run, heard)
                return
            if told != progress and now_s - kept_s >= KEEPS_EVERY_S:
                progress, kept_s = told, now_s
                if not store.replays.further(number, progress):
                    return
            if now_s - looked_s >= LOOKS_EVERY_S:
                looked_s = now_s
                if store.replays.get(number).state is not ReplayState.RUNNING:
                    return
                self._shelf.check_room()

    def _ended(self, run: ReplayRun, heard: dict[str, Any]) -> None:
        number = run.run_id
        if "done" in heard:
            headline = headline_of(self._shelf.folder_of(number))
            self._context.store.replays.finish(number, headline)
        elif isinstance(error := heard.get("error"), dict):
            self._keep_refusal(
                run, *(str(error.get(key, "")) for key in ("code", "message", "remedy"))
            )
        else:
            logger.warning("the process of replay %s died: %s", number, heard.get("ended"))
            return
        self._shelf.forget_attempts(number)

    def _keep_refusal(self, run: ReplayRun, code: str, message: str, remedy: str) -> None:
        with suppress(NotFound):
            self._context.store.replays.refuse(
                run.run_id,
                code=code or "replay_refused",
                message=self._without_places(message),
                remedy=self._without_places(remedy),
            )

    def _without_places(self, text: str) -> str:
        """Where files lie is nobody's business."""
        folder = self._settings.data_dir
        for place in (folder.resolve(), folder):
            text = text.replace(f"{place}/", "") if place != Path() else text
        return text

    @property
    def _settings(self) -> Settings:
        return self._context.settings


def _progress(heard: dict[str, Any], recordings: int) -> ReplayProgress:
    known: dict[str, Any] = {name: heard.get(name) for name in ReplayProgress.__slots__}
    return ReplayProgress(**known | {"recordings": recordings})
