"""Which body of an exchange a recording lacks: what was left out is neither empty nor anything else that could be compared.

An exchange has one text for all that was left out of it, so the text says of which body it speaks; a recorder's own says
just "a body", which is the answer's unless only the request's can be meant.
"""

from __future__ import annotations

from mockservers.recording.exchanges import Recorded

REQUEST, ANSWER = "the request's body", "the answer's body"
_HEADER = "a header or an address"
BODILESS = (204, 304)
"""Statuses whose answers have no body."""


def bodiless(method: str, status: int | None) -> bool:
    """Whether an answer of this status to this method never has a body."""
    return method == "HEAD" or status is None or status < 200 or status in BODILESS


def lacks_answer(exchange: Recorded) -> bool:
    """Whether an answer came whose body the recording does not hold."""
    if not exchange.omitted or exchange.reply_body or bodiless(exchange.method, exchange.status):
        return False
    if ANSWER in exchange.omitted:
        return True
    return not exchange.omitted.startswith((REQUEST, _HEADER))


def lacks_request(exchange: Recorded) -> bool:
    """Whether the request had a body that the recording does not hold."""
    if not exchange.omitted or exchange.body:
        return False
    if REQUEST in exchange.omitted:
        return True
    # A recorder's text is about one body: an answer that is there is not what was left out.
    return ANSWER not in exchange.omitted and not lacks_answer(exchange) and not exchange.omitted.startswith(_HEADER)
