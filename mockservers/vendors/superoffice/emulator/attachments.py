"""Files that hang on messages: what is kept of them, what the data this server begins with has, and how a carrier shows one.

Knows no request and no HTTP.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice.emulator.model import AT_ONCE, ATTACHMENTS, next_number, tenant_name
from mockservers.vendors.superoffice.emulator.renderings import Profile

MOST_BYTES = 20 << 20
"""The largest file; what the vendor takes is not published."""
LONGEST_NAME = 255
UNKNOWN_TYPE = "application/octet-stream"
_TYPES: Mapping[str, str] = {
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "xml": "text/xml",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_UNSAFE = frozenset(["exe", "com", "bat", "cmd", "js", "vbs", "ps1", "msi", "scr", "jar", "html", "htm", "svg"])
"""Extensions that are not safe here; which ones are is a setting of the installation (superoffice.attachment.carrier)."""


def type_of(name: str) -> str:
    """The content type that a file of this name has."""
    return _TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN_TYPE)


# --- samples ----------------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_PIXEL = b"\x89PNG\r\n\x1a\n" + b"".join(
    (
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\0\xff\0\0", 0)),
        _chunk(b"IEND", b""),
    )
)
SAMPLES: Mapping[str, bytes] = {
    "screenshot.png": _PIXEL,
    "Målerstand & <1>.txt": "Zählerstand\r\nÆØÅ äöü €\r\n".encode(),
    "dump.bin": bytes(range(256)) * 4,
    "invoice 4711.pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
}
"""The files of made-up tickets by name: an image, text beyond ASCII, every byte there is, and a name that must be escaped."""
_NAMES = tuple(SAMPLES)


def samples_of(ticket: int) -> list[dict[str, Any]]:
    """The files of a made-up ticket with attachments: one, or two of which one is an image inside the text."""
    first = ticket % len(_NAMES)
    names = [_NAMES[first]] if ticket % 3 else [_NAMES[first], "screenshot.png"]
    return [sample(name, inline=bool(place), content_id=f"image{ticket}") for place, name in enumerate(names)]


def sample(name: str, *, inline: bool = False, content_id: str = "") -> dict[str, Any]:
    """The columns of a sample beside its numbers; its content is known by its name."""
    return {
        "name": name,
        "content_type": type_of(name),
        "size": len(SAMPLES[name]),
        "inline": inline,
        "content_id": content_id if inline else "",
        "content": None,
    }


def file(name: str, held: bytes, *, inline: bool = False) -> dict[str, Any]:
    """The columns of a file beside its numbers."""
    id_ = sha256(held).hexdigest()[:16] if inline else ""
    return {
        "name": name,
        "content_type": type_of(name),
        "size": len(held),
        "inline": inline,
        "content_id": id_,
        "content": held,
    }


# --- kept -------------------------------------------------------------------------------------------------------------

_OF_TICKETS = (
    sa.select(ATTACHMENTS)
    .where(
        ATTACHMENTS.c.tenant == sa.bindparam("tenant"), ATTACHMENTS.c.ticket.in_(sa.bindparam("ids", expanding=True))
    )
    .order_by(ATTACHMENTS.c.id)
)
_OF_MESSAGES = (
    sa.select(ATTACHMENTS)
    .where(
        ATTACHMENTS.c.tenant == sa.bindparam("tenant"), ATTACHMENTS.c.message.in_(sa.bindparam("ids", expanding=True))
    )
    .order_by(ATTACHMENTS.c.id)
)
_ONE = sa.select(ATTACHMENTS).where(
    ATTACHMENTS.c.tenant == sa.bindparam("tenant"), ATTACHMENTS.c.id == sa.bindparam("of")
)


def _by(db: sa.Connection, statement: Any, column: str, tenant: str, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        for row in db.execute(statement, {"tenant": tenant, "ids": ids[start : start + AT_ONCE]}):
            found.setdefault(getattr(row, column), []).append(row)
    return found


def of_tickets(db: sa.Connection, tenant: str, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The attachments of tickets by number, in the order in which they came."""
    return _by(db, _OF_TICKETS, "ticket", tenant, ids)


def of_messages(db: sa.Connection, tenant: str, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The attachments of messages by number."""
    return _by(db, _OF_MESSAGES, "message", tenant, ids)


def one(db: sa.Connection, tenant: str, id_: int) -> Any:
    """An attachment's row, or None."""
    return db.execute(_ONE, {"tenant": tenant, "of": id_}).one_or_none()


def content(row: Any) -> bytes:
    """The bytes of an attachment."""
    return SAMPLES.get(row.name, b"") if row.content is None else row.content


def add(ctx: Context, values: Mapping[str, Any], *, ticket: int = 0, message: int = 0) -> int:
    """Keep a file; answers its number."""
    id_ = next_number(ctx, "attachment")
    row = {"tenant": tenant_name(ctx), "id": id_, "ticket": ticket, "message": message, **values}
    ctx.db.execute(sa.insert(ATTACHMENTS), row)
    return id_


def change(ctx: Context, id_: int, **values: Any) -> None:
    """Change what is kept of an attachment."""
    here = ATTACHMENTS.c.tenant == tenant_name(ctx), ATTACHMENTS.c.id == id_
    ctx.db.execute(sa.update(ATTACHMENTS).where(*here).values(values))


# --- shown ------------------------------------------------------------------------------------------------------------


def carrier(look: Profile, row: Any) -> dict[str, Any]:
    """An AttachmentEntity (superoffice.attachment.carrier)."""
    return {
        "AttachmentId": row.id,
        "Name": row.name,
        "ContentType": row.content_type,
        "AttSize": row.size,
        "InlineImage": row.inline,
        "ContentId": row.content_id,
        "AuthKey": "",
        "IsSafeFileExtension": row.name.rpartition(".")[2].lower() not in _UNSAFE,
        "TableRight": look.right(""),
        "FieldProperties": {},
    }


def truth(row: Any) -> dict[str, Any]:
    """An attachment as records of its ticket show it."""
    kept = content(row)
    made = {"Name": row.name, "Size": len(kept), "Sha256": sha256(kept).hexdigest()}
    return {**made, "Inline": True} if row.inline else made
