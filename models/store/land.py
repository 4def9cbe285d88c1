"""The land and every change of it. Searching it is :mod:`geo`'s work, in memory.

What is written is always a change of edits, each with what it found and what it left, in one
transaction with its audit entry. So two people who edit the same belt cannot lose each other's
work, and whatever was done can be set back.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, func, select

from models.clock import Clock
from models.errors import InputRefused
from models.land import ChangeKind, LandChange, LandEdit, LandFeature, Layer, same_feature
from models.store import land_changes
from models.store.database import Database
from models.store.land_changes import Said
from models.store.land_rows import Placed, Step, last_position, load, load_some, write
from models.store.land_rules import check_edit, check_feature, refuse_twice
from models.store.land_staleness import Key, refuse_stale, refuse_undone
from models.store.tables import land_change, land_feature

__all__ = ["LandRepository"]


class LandRepository:
    """The land of one store.

    Args:
        database: to work on.
        clock: for the times of changes and of audit entries.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def version(self) -> int:
        """Number of the newest change; 0 for a land never changed. Cheap."""
        with self._database.read() as connection:
            return land_changes.newest(connection)

    def all(self, layer: Layer | None = None) -> list[LandFeature]:
        """The features of one layer, or of every layer in the order of :class:`Layer`."""
        with self._database.read() as connection:
            return _all(connection, Layer if layer is None else (layer,))

    def at_once(self) -> tuple[int, list[LandFeature]]:
        """Version and all features, as of one moment."""
        with self._database.read() as connection:
            return land_changes.newest(connection), _all(connection, Layer)

    def get(self, layer: Layer, code: str) -> LandFeature | None:
        """One feature; None when there is none."""
        with self._database.read() as connection:
            found = load_some(connection, [(layer, code)]).get((layer, code))
            return None if found is None else found.feature

    def counts(self) -> dict[Layer, int]:
        """How many features each layer has; one without any is left out."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(land_feature.c.layer, func.count()).group_by(land_feature.c.layer)
            )
            return {row[0]: int(row[1]) for row in rows}

    def replace(
        self,
        layer: Layer,
        features: Sequence[LandFeature],
        *,
        actor: str = "system",
        kind: ChangeKind = ChangeKind.REPLACED,
        source: str = "",
        note: str = "",
    ) -> LandChange | None:
        """Make these the features of the layer, all or nothing.

        Args:
            layer: to replace.
            features: of that layer, in the order to keep; none empties the layer.
            actor: user name.
            kind: of the change.
            source: name of the file that they come from.
            note: why.

        Returns:
            The change; None when the layer had these features. Another order alone is kept and is
            no change.

        Raises:
            InputRefused: naming the feature: a code twice, or it cannot be kept, see
                :func:`models.store.land_rules.check_feature`; or no actor.
        """
        for feature in features:
            check_feature(feature, layer)
        refuse_twice(features)
        with self._database.write() as connection:
            old = {placed.feature.code: placed for placed in load(connection, layer)}
            new = {each.code: Placed(position, each) for position, each in enumerate(features)}
            steps = [Step(layer, code, old.get(code), new.get(code)) for code in {**new, **old}]
            told = [step for step in steps if not _same(step)]
            if told or list(old.values()) != list(new.values()):  # their order is kept too
                write(connection, steps)
            if not told:
                return None
            said = Said(kind, actor, source, note)
            return land_changes.keep(connection, self._clock, said, told)

    def apply(
        self,
        edits: Sequence[LandEdit],
        *,
        kind: ChangeKind,
        author: str,
        source: str = "",
        note: str = "",
        undoes: int | None = None,
    ) -> LandChange:
        """Do some edits, all or none.

        Args:
            edits: each with what its author saw before; those that change nothing are left out. A
                new feature is put at the end of its layer.
            kind: of the change.
            author: user name.
            source: name of the file that they come from.
            note: why.
            undoes: the change that they set back, if they do.

        Raises:
            Conflict: a feature is not what its edit found, naming it and who was faster; code
                ``land_changed_since``; or what it undoes was set back already.
            NotFound: no change that it could undo.
            InputRefused: nothing is changed at all, code ``land_nothing_changed``; a feature is
                edited twice, its layer or code is changed, or it cannot be kept, see
                :func:`models.store.land_rules.check_feature`, code ``land_feature``; or no author.
        """
        for edit in edits:
            check_edit(edit)
        refuse_twice([edit.feature for edit in edits])
        with self._database.write() as connection:
            if undoes is not None:
                refuse_undone(land_changes.one(connection, undoes))
            there = load_some(connection, [edit.key for edit in edits])
            refuse_stale(connection, [(edit.key, edit.before) for edit in edits], there)
            steps = _steps(connection, edits, there)
            if not steps:
                raise InputRefused(
                    "Nothing of the land is changed by this.", code="land_nothing_changed"
                )
            write(connection, steps)
            said = Said(kind, author, source, note, undoes)
            return land_changes.keep(connection, self._clock, said, steps)

    def changes(self, *, before_id: int | None = None, limit: int = 50) -> list[LandChange]:
        """The newest changes, newest first.

        Args:
            before_id: only those with a smaller number; None for all.
            limit: at most so many, at least 1.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} changes is none.", remedy="Ask for 1 or more.")
        number = land_change.c.change_id
        query = select(number).order_by(number.desc()).limit(limit)
        if before_id is not None:
            query = query.where(number < max(0, min(before_id, land_changes.LARGEST)))
        with self._database.read() as connection:
            return land_changes.changes(connection, query)

    def change(self, change_id: int) -> LandChange:
        """One change.

        Raises:
            NotFound: no such change.
        """
        with self._database.read() as connection:
            return land_changes.one(connection, change_id)

    def edits(self, change_id: int) -> list[LandEdit]:
        """What a change did, by layer and code.

        Raises:
            NotFound: no such change.
            StoreDamaged: a feature of it cannot be read.
        """
        with self._database.read() as connection:
            land_changes.one(connection, change_id)
            return [
                land_changes.edit_of(step) for step in land_changes.steps(connection, change_id)
            ]

    def history(self, layer: Layer, code: str) -> list[tuple[LandChange, LandEdit]]:
        """What was done to one feature, newest first; empty when no change has touched it.

        Raises:
            StoreDamaged: a state of it cannot be read.
        """
        with self._database.read() as connection:
            done = dict(land_changes.of_feature(connection, layer, code))
            query = select(land_change.c.change_id).where(land_change.c.change_id.in_(done))
            return [
                (change, land_changes.edit_of(done[change.change_id]))
                for change in land_changes.changes(connection, query)
            ]

    def undo(self, change_id: int, *, author: str, note: str = "") -> LandChange:
        """Set back all that a change did, by one more change.

        Args:
            change_id: any change, also one that itself sets back another one.
            author: user name.
            note: why.

        Raises:
            NotFound: no such change.
            Conflict: it has been set back already, code ``land_undone_already``; or some of its
                features were changed since, naming them with the changes, code
                ``land_changed_since``. Nothing is set back then.
            InputRefused: no author.
            StoreDamaged: a feature of it cannot be read.
        """
        with self._database.write() as connection:
            change = land_changes.one(connection, change_id)
            refuse_undone(change)
            done = land_changes.steps(connection, change_id)
            keys = [(step.layer, step.code) for step in done]
            there = load_some(connection, keys)
            left = [land_changes.edit_of(step).after for step in done]
            refuse_stale(connection, list(zip(keys, left, strict=True)), there)
            # What was taken away comes back where it stood; what stands is not moved.
            steps = [_set_back(step, there.get(key)) for key, step in zip(keys, done, strict=True)]
            write(connection, steps)
            said = Said(ChangeKind.UNDONE, author, change.source, note, change_id)
            return land_changes.keep(connection, self._clock, said, steps)


def _all(connection: Connection, layers: Iterable[Layer]) -> list[LandFeature]:
    return [placed.feature for layer in layers for placed in load(connection, layer)]


def _same(step: Step) -> bool:
    edit = land_changes.edit_of(step)
    return same_feature(edit.before, edit.after)


def _steps(
    connection: Connection, edits: Iterable[LandEdit], there: Mapping[Key, Placed]
) -> list[Step]:
    """Those that change something; what is new goes to the end of its layer."""
    ends: dict[Layer, int] = {}
    steps = []
    for edit in edits:
        if same_feature(edit.before, edit.after):
            continue
        layer, code = edit.key
        before = there.get(edit.key)
        if edit.after is None:
            after = None
        elif before is not None:
            after = Placed(before.position, edit.after)
        else:
            if layer not in ends:
                ends[layer] = last_position(connection, layer)
            ends[layer] += 1
            after = Placed(ends[layer], edit.after)
        steps.append(Step(layer, code, before, after))
    return steps


def _set_back(step: Step, now: Placed | None) -> Step:
    after = step.before
    if now is not None and after is not None:
        after = Placed(now.position, after.feature)
    return Step(step.layer, step.code, now, after)
