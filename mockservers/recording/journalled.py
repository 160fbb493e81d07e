"""Calls of a journal as files: a recording (a scenario that is judged, and answered from) or HAR. Secrets were masked before.

What the journal does not keep is left out, and said to be: other people's acts have no bytes, and of a long body it has the
beginning alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.redaction import MASK
from mockservers.kernel.world import World
from mockservers.recording.exchanges import Recorded, to_line
from mockservers.recording.files import Head
from mockservers.recording.har import writing
from mockservers.recording.omissions import ANSWER, REQUEST
from mockservers.recording.redaction import Redactor

_FAULTS = {"lost_answer": "reset", "reset_midway": "reset", "cut": "cut"}
"""What becomes of an answer on the wire, in the words of a recording."""


def export(world: World, entries: Sequence[Entry], form: str) -> tuple[bytes, str]:
    """A file of calls in the form `har` or `scenario`, and a name for it. Raises ValueError where none can be made."""
    whole = [(entry, entry.exchange) for entry in entries if entry.exchange is not None]
    if not whole:
        raise ValueError("none of these calls came over the wire, so there are no bytes to save")
    vendors = sorted({entry.vendor for entry, _ in whole if entry.vendor})
    if form == "har":
        exchanges = [recorded(entry, exchange, world.journal.most_body) for entry, exchange in whole]
        text = "".join(writing.text(exchanges, f"calls of the world {world.name}"))
        return text.encode("utf-8", "replace"), f"{world.name}.har"
    whole = [
        each for each in whole if each[0].actor != "vendor"
    ]  # a recording has what a client asks, not what it is told
    if not whole:
        raise ValueError(
            "all of these calls went to listeners, and a scenario holds what clients ask; save them as HAR"
        )
    if len(vendors) != 1 or any(not entry.vendor for entry, _ in whole):
        named = ", ".join(vendors) or "none"
        raise ValueError(f"a scenario holds calls to one vendor, and these are to {named}; filter by vendor first")
    return _recording(world, vendors[0], whole), f"{world.name}-{vendors[0]}.yaml"


def _recording(world: World, vendor: str, whole: Sequence[tuple[Entry, Exchange]]) -> bytes:
    redactor = Redactor.of(vendor, {})
    head = Head(vendor, whole[0][0].at, f"calls of the world {world.name}")
    most = world.journal.most_body
    made = [_replaced(redactor, replace(recorded(*each, most), n=n)) for n, each in enumerate(whole, 1)]
    return "".join([head.to_yaml(), *(to_line(each) for each in made)]).encode()


_MADE_UP = re.compile(r"Q7mzK2vX9tB4-([0-9]{6})-wR8nJ3pL6")


def _replaced(redactor: Redactor, exchange: Recorded) -> Recorded:
    """An exchange in which a recording's stand-ins are where the journal's mask stood in place of a secret.

    A redactor takes a mask for no secret. So each mask becomes a value like a token, which goes by its place as a real one does;
    where none is known, the mask comes back.
    """
    numbers = count(1)

    def made_up(text: str) -> str:
        while MASK in text:
            text = text.replace(MASK, f"Q7mzK2vX9tB4-{next(numbers) % 10**6:06}-wR8nJ3pL6", 1)
        return text

    def body(content: bytes | None) -> bytes | None:
        return None if content is None else made_up(content.decode("latin-1")).encode("latin-1")

    def back(text: str) -> str:
        return _MADE_UP.sub(MASK, text)

    def body_back(content: bytes | None) -> bytes | None:
        return None if content is None else back(content.decode("latin-1")).encode("latin-1")

    found = redactor.redact(
        replace(
            exchange,
            target=made_up(exchange.target),
            headers=[(name, made_up(value)) for name, value in exchange.headers],
            body=body(exchange.body),
            reply_headers=[(name, made_up(value)) for name, value in exchange.reply_headers],
            reply_body=body(exchange.reply_body),
        )
    )
    return replace(
        found,
        target=back(found.target),
        headers=[(name, back(value)) for name, value in found.headers],
        body=body_back(found.body),
        reply_headers=[(name, back(value)) for name, value in found.reply_headers],
        reply_body=body_back(found.reply_body),
    )


def recorded(entry: Entry, exchange: Exchange, most_body: int) -> Recorded:
    """An exchange of the journal, which keeps `most_body` bytes of a body, as a recording has it."""
    made = Recorded.of(entry, exchange, next((_FAULTS[name] for name in entry.faults if name in _FAULTS), None))
    made.took = round(exchange.delay * instants.SECOND)
    omitted = []
    if exchange.cut and len(exchange.body) >= most_body:
        made.body = None
        omitted.append(f"{REQUEST} is longer than what the journal keeps")
    if exchange.cut and len(exchange.reply_body) >= most_body:
        made.reply_body = None
        omitted.append(f"{ANSWER} is longer than what the journal keeps")
    elif made.fault is not None:
        made.reply_body = None
        omitted.append(f"{ANSWER} did not come whole")
    elif "empty_body" in entry.faults:
        made.reply_body = b""
    if "lost_answer" in entry.faults:
        made.status, made.reply_headers = None, []
    made.omitted = "; ".join(omitted)
    return made
