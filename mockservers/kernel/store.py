"""The store of one installation: SQLAlchemy Core over SQLite in memory, or over a SQLite file.

What another engine does otherwise stands in a store of its own with the same methods (`postgresql.store`).

Columns of time are `Instant` (microseconds UTC). Every ORDER BY ends in the id. Text that is compared without case is
kept casefolded in a column of its own, so that no database's collation decides. Nothing here knows a vendor.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from mockservers.kernel import files
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.statements import Connection

Instant = sa.BigInteger
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text ordered by code point on every database."""

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""What an integer column holds; a number from outside must be checked against it before it reaches SQL."""

Durability = Literal["normal", "full"]
"""`normal`: what was acknowledged outlives the process, killed in whatever way. `full`: a power cut too, at a sync a call."""

_UNWRITABLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
"""What SQLite calls a disk that is full, broken, or no longer to be written."""

SPILLED_AT = 8 << 20
"""Bytes of memory from which on a store that may spill goes on in a file."""

_STATE = sa.Table("mock_state", sa.MetaData(), sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text))

_BLANKS: WeakKeyDictionary[sa.MetaData, bytes] = WeakKeyDictionary()
"""Images of databases in memory with all their tables and no rows: making two hundred tables takes a while."""

_COMPILED: dict[Any, Any] = {}
"""Statements compiled once per process: worlds come and go, their SQL is the same."""


def fits(number: int) -> bool:
    """Whether an integer column can hold `number`."""
    return SMALLEST <= number <= LARGEST


@lru_cache(maxsize=1)
def _dialect() -> sa.Dialect:
    # One dialect for all engines of the process: it is part of the key of compiled statements.
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    engine.connect().close()
    engine.dispose()
    return engine.dialect


_SOUNDS = {
    letter: code for code, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for letter in letters
}


def soundex(text: str | None) -> str | None:
    """How a text sounds: its first letter and three digits for the consonants after it, as databases count them.

    It reads as far as there are English letters; without any at the beginning it is `0000`.
    """
    if text is None:
        return None
    found, before = "", 0
    for letter in text.lower():
        if not "a" <= letter <= "z":
            break
        code = _SOUNDS.get(letter, 0)
        if not found:
            found = letter.upper()
        elif code and code != before:
            found += str(code)
            if len(found) == 4:
                break
        if letter not in "hw":  # they do not part equal neighbours
            before = code
    return found.ljust(4, "0")


class Store:
    """One database of one vendor in one world. Calls are serialised by the world, so one connection serves all."""

    engine = "sqlite"
    """Whose images these are: one engine cannot load what another dumped."""
    imaged = True
    """Whether a large world begins with a copy of a file that was made once."""

    def __init__(
        self,
        path: Path | None = None,
        durability: Durability = "normal",
        scratch: Path | None = None,
        spilling: bool = False,
    ) -> None:
        """In memory when `path` is None; else in that file, which is made when it is not there, for its owner alone.

        `scratch` is a file in the place of memory, for what is too large for that: it outlives nothing, and need not be whole
        after a crash. `spilling` is memory for what may become too large: what is beyond `SPILLED_AT` lies in a temporary file
        without a name, which goes with the store. Raises ValueError for a file that cannot be used.
        """
        self.path, self.scratch = path, scratch
        self.spilling = spilling and path is None and scratch is None
        self.durability = durability
        try:
            if path is not None:
                files.make_private(path)
            self._raw = self._connect()
        except (sqlite3.Error, OSError) as error:
            if path is None and scratch is None:
                raise ValueError(self._unwritable(error)) from error
            named = f"{path or scratch} cannot be used as a store: {error}; choose a file that can be written"
            raise ValueError(named) from error
        self._engine = sa.Engine(StaticPool(self._reuse), _dialect(), sa.make_url("sqlite://"))
        db = Connection(self._engine)
        db.raw = self._raw
        self.db: sa.Connection = db.execution_options(compiled_cache=_COMPILED)

    def _reuse(self) -> Any:
        return self._raw

    def _connect(self) -> sqlite3.Connection:
        nameless = "" if self.spilling else ":memory:"  # SQLite makes a file for the former when it needs one
        raw = sqlite3.connect(self.path or self.scratch or nameless, check_same_thread=False, cached_statements=256)
        # What other databases have by themselves: LIKE that tells letter cases apart, and SOUNDEX.
        raw.execute("PRAGMA case_sensitive_like=ON")
        raw.create_function("soundex", 1, soundex, deterministic=True)
        try:
            if self.path is not None:
                raw.execute("PRAGMA journal_mode=WAL")
                raw.execute(f"PRAGMA synchronous={self.durability.upper()}")
                raw.execute("PRAGMA busy_timeout=5000")
            elif self.scratch is not None:
                for setting in ("journal_mode=MEMORY", "synchronous=OFF", "temp_store=MEMORY", "cache_size=-65536"):
                    raw.execute(f"PRAGMA {setting}")
                raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            elif self.spilling:
                for setting in ("journal_mode=MEMORY", f"cache_size=-{SPILLED_AT >> 10}"):
                    raw.execute(f"PRAGMA {setting}")
        except BaseException:  # a file that is no database, or is not to be had
            raw.close()
            raise
        return raw

    @property
    def in_memory(self) -> bool:
        return self.path is None and self.scratch is None and not self.spilling

    @property
    def empty(self) -> bool:
        """Whether no table was made here yet."""
        return self._raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None

    @property
    def templated(self) -> bool:
        """Whether an image of a like store is loaded sooner than it is seeded anew."""
        return self.in_memory or self.spilling

    @property
    def lasting(self) -> bool:
        """Whether it outlives the process, so that what is no row must be kept beside the rows."""
        return self.path is not None

    @property
    def size(self) -> int:
        """Bytes of memory that the database takes; none for a file."""
        if not self.in_memory and not self.spilling:
            return 0
        pages: int = self._raw.execute("PRAGMA page_count").fetchone()[0]
        taken = pages * int(self._raw.execute("PRAGMA page_size").fetchone()[0])
        return min(taken, SPILLED_AT) if self.spilling else taken

    @property
    def changes(self) -> int:
        """How many rows were ever written."""
        return self._raw.total_changes

    def create(self, metadata: sa.MetaData) -> None:
        """Make the tables and indexes of `metadata` that are not there."""
        with self.transaction():
            metadata.create_all(self.db)

    def prepare(self, metadata: sa.MetaData) -> None:
        """Make an empty store ready for rows of `metadata`, and for the state."""
        blank = _BLANKS.get(metadata) if self.templated else None
        if blank is not None:
            self.load(blank)
            return
        self.create(_STATE.metadata)
        self.create(metadata)
        if self.templated:
            _BLANKS[metadata] = self.dump()

    def whole(self) -> bool:
        """Whether a state was kept, as at the end of seeding; raises ValueError for a database that is not ours."""
        with self.transaction() as db:
            if not sa.inspect(db).has_table(_STATE.name):
                raise ValueError(f"{self.path} is a database of something else; choose another file for the store")
            return db.execute(sa.select(_STATE.c.key)).first() is not None

    def keep(self, state: Mapping[str, Any]) -> None:
        """Keep what is no row, in the place of what was kept before; inside a transaction."""
        self.db.execute(sa.delete(_STATE))
        self.db.execute(sa.insert(_STATE), [{"key": k, "value": json.dumps(v)} for k, v in state.items()])

    def kept(self) -> dict[str, Any]:
        """What `keep` kept last."""
        with self.transaction() as db:
            return {key: json.loads(value) for key, value in db.execute(sa.select(_STATE.c.key, _STATE.c.value))}

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Everything inside is kept, or nothing when an exception leaves the block.

        Raises Unwritable when there is no room on the disk, or in memory.
        """
        with self._told(), self.db.begin():
            yield self.db

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raises Unwritable for what SQLite says of a disk or a memory that is full."""
        try:
            yield
        except (sa.exc.OperationalError, sqlite3.OperationalError) as error:  # the latter while rows are read
            cause = error.orig if isinstance(error, sa.exc.OperationalError) else error
            code = getattr(cause, "sqlite_errorcode", 0)
            if code & 0xFF not in _UNWRITABLE:
                raise
            raise Unwritable(self._unwritable(cause)) from error

    def _unwritable(self, error: BaseException | None) -> str:
        if self.scratch is not None:
            return f"the data of this vendor cannot be written into {self.scratch.parent} ({error}); is the disk full?"
        if self.spilling:
            return (
                f"the data of this vendor cannot be written into a temporary file ({error}); is the disk full? Make room, or "
                "name another folder with the variable SQLITE_TMPDIR"
            )
        if self.path is None:
            return (
                f"the data of this vendor take all the memory that a database can have ({error}), so nothing of this call "
                "was kept. Delete records, or reset the world"
            )
        return (
            f"{self.path} cannot be written ({error}), so nothing of this call was kept. Is the disk full? Make room and "
            "call again; what was acknowledged before is whole"
        )

    def dump(self) -> bytes:
        """The whole database as bytes, for checkpoints and templates."""
        image = self._raw.serialize()
        # Bytes 18 and 19 say "write-ahead log" for a file; an image in memory cannot have one, and would not open.
        return image if image[18:20] != b"\2\2" else image[:18] + b"\1\1" + image[20:]

    def load(self, image: bytes) -> None:
        """Replace everything by what `dump` gave. Raises Unwritable when there is no room for it."""
        if self.in_memory:
            self._raw.deserialize(image)
            return
        with closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(image)
            with self._told():
                source.backup(self._raw)

    def begin_with(self, image: bytes, metadata: sa.MetaData) -> None:
        """Make an empty store of those tables what `dump` gave of another."""
        self.load(image)

    def close(self) -> None:
        self.db.close()
        self._raw.close()

    def remove(self) -> None:
        """Close it, and take it away with everything in it."""
        self.close()
        if self.path is not None:
            files.remove(self.path)
