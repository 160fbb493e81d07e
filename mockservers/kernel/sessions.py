"""Sessions: what an emulator hands out after a login (tokens, tickets, cookies), and until when it lets a caller in.

They are rows of the vendor's own database, so checkpoints, rollbacks and files hold them like any other record. Expiry is
computed from stored instants when a session is looked at. Knows no vendor; what a kind is called is the vendor's word.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.store import Instant, Text
from mockservers.kernel.tenants import Credential


@dataclass(frozen=True, slots=True)
class Session:
    """One session. Instants in microseconds UTC; `ended` None: nobody has ended it. `facts` are the vendor's own."""

    id: int
    kind: str
    token: str
    tenant: str
    credential: str
    issued: int
    expires: int
    ended: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def valid(self, now: int) -> bool:
        return now < self.expires and (self.ended is None or now < self.ended)


class Sessions:
    """The sessions of a vendor, in a table of its metadata."""

    def __init__(self, metadata: sa.MetaData, name: str = "session") -> None:
        self.table = sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("kind", Text, nullable=False),
            sa.Column("token", Text, nullable=False, unique=True),
            sa.Column("tenant", Text, nullable=False),
            sa.Column("credential", Text, nullable=False, index=True),
            sa.Column("issued", Instant, nullable=False),
            sa.Column("expires", Instant, nullable=False),
            sa.Column("ended", Instant),
            sa.Column("facts", Text, nullable=False),
        )
        self._by_token = sa.select(self.table).where(self.table.c.token == sa.bindparam("token"))

    def issue(
        self,
        ctx: Context,
        kind: str,
        credential: Credential,
        lifetime: int,
        facts: Mapping[str, Any] | None = None,
        prefix: str = "",
        size: int = 48,
        written: Callable[[bytes], str] = lambda raw: urlsafe_b64encode(raw).decode().rstrip("="),
    ) -> Session:
        """A new session of `lifetime` microseconds with a token of the world's own seed; no journal shows the token.

        The token has `size` bytes, and is `written` as the vendor writes it.
        """
        id_ = 1 + (ctx.db.execute(sa.select(sa.func.max(self.table.c.id))).scalar() or 0)
        # The stream has the row's number, so that a database opened again never hands a token out twice.
        raw = b""
        while len(raw) < size:
            raw += ctx.installation.ids.token(f"session/{self.table.name}/{id_}", min(size - len(raw), 64))
        token = prefix + written(raw)
        session = Session(
            id_, kind, token, credential.tenant, credential.id, ctx.now, ctx.now + lifetime, None, dict(facts or {})
        )
        ctx.db.execute(
            sa.insert(self.table),
            {
                "id": id_,
                "kind": kind,
                "token": token,
                "tenant": session.tenant,
                "credential": session.credential,
                "issued": session.issued,
                "expires": session.expires,
                "ended": None,
                "facts": json.dumps(session.facts),
            },
        )
        ctx.issued(token)
        return session

    def find(self, ctx: Context, kind: str, token: str) -> Session | None:
        """The session of that token, whether it still holds or not; None for one that was never issued."""
        row = ctx.db.execute(self._by_token, {"token": token}).one_or_none()
        return None if row is None or row.kind != kind else self._session(row)

    def move(self, ctx: Context, session: Session, expires: int) -> None:
        """Let a session end at another instant, as sliding ones do with each use."""
        if expires != session.expires:
            ctx.db.execute(sa.update(self.table).where(self.table.c.id == session.id).values(expires=expires))

    def end(self, ctx: Context, *conditions: sa.ColumnElement[bool]) -> int:
        """End all sessions that meet the conditions (on `table.c`) and were not ended; tells how many."""
        ended = sa.update(self.table).where(self.table.c.ended.is_(None), *conditions).values(ended=ctx.now)
        return ctx.db.execute(ended).rowcount

    def open(self, ctx: Context, *conditions: sa.ColumnElement[bool]) -> list[Session]:
        """The sessions that hold at this moment and meet the conditions, oldest first."""
        table = self.table
        held = sa.or_(table.c.ended.is_(None), table.c.ended > ctx.now)
        rows = ctx.db.execute(sa.select(table).where(table.c.expires > ctx.now, held, *conditions).order_by(table.c.id))
        return [self._session(row) for row in rows]

    @staticmethod
    def _session(row: Any) -> Session:
        return Session(
            row.id,
            row.kind,
            row.token,
            row.tenant,
            row.credential,
            row.issued,
            row.expires,
            row.ended,
            json.loads(row.facts),
        )
