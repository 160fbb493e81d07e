"""The table of Toy. A row of a deleted ticket stays, for the list tells it once more."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()
TICKETS = sa.Table(
    "tickets",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False, index=True),  # microseconds UTC
    sa.Column("deleted", sa.Boolean, nullable=False, default=False),
)
FIELDS = ("title", "status")
STATUSES = ("Open", "Closed")

Row = dict[str, Any]
