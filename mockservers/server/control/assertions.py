"""Endpoints for tests in any language: whether the calls that must have been made were made."""

from __future__ import annotations

from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry
from mockservers.kernel.patterns import TooMuchWork
from mockservers.kernel.redaction import Redaction
from mockservers.kernel.world import World
from mockservers.server import verdicts, verification
from mockservers.server.control import answers, context, models
from mockservers.server.expectations import CallPattern, Expectation
from mockservers.server.verdicts import NearMiss, Verdict

api = APIBlueprint("assertions", __name__, url_prefix="/_mock/v1", abp_tags=[Tag(name="assertions")])


def check_names(where: World, wanted: CallPattern, prefix: str = "") -> None:
    """Refuse names that no call can have. Raises Problem; `prefix` comes before the name of the field that is wrong."""
    found = verification.wrong_name(where.emulator, context.site().vendors, wanted)
    if found is not None:
        raise context.wrong(prefix + found[0], found[1])


@api.post("/verify", operation_id="verify", responses={200: answers.Verdict})
def verify(query: models.VerifyQuery, body: Expectation) -> flask.Response:
    """Whether the journal holds these calls: so many, with such content, and `then` others after them, in this order.

    A miss is an answer too, with status 200 and `ok` false: `says` tells it in words, and `nearest` holds the calls that come
    nearest, the best first, each with the places that differ. Secrets are masked. With `wait` a miss is answered only after so
    many seconds: as soon as the calls were made, the answer comes.
    """
    where = context.world(query.world)
    for place, step in enumerate(body.steps):
        check_names(where, step, f"then.{place - 1}." if place else "")
    journal = where.journal
    try:
        verdict = verification.verify(body, journal.settled, journal.dropped)
    except TooMuchWork as error:
        raise context.wrong("matches", str(error)) from error
    if query.wait and not verdict.ok:
        flask.request.environ[context.WAIT] = context.Wait(query.wait, where, lambda _: True)
    return context.answer(verdict_told(verdict, where.redaction()))


def verdict_told(verdict: Verdict, clean: Redaction) -> dict[str, Any]:
    """A verdict as JSON."""
    return {
        "ok": verdict.ok,
        "says": verdicts.told(verdict, clean),
        "count": len(verdict.steps[0].calls),
        "of": verdict.looked_at,
        "dropped": verdict.dropped,
        "steps": [
            {
                "says": clean(verdicts.described(step.wanted)),
                "expected": verdicts.how_many(step.wanted),
                "ok": step.ok,
                "count": len(step.calls),
                "calls": [entry.n for entry in step.calls],
            }
            for step in verdict.steps
        ],
        "nearest": [_miss(miss, clean) for miss in verdict.nearest],
    }


def _miss(miss: NearMiss, clean: Redaction) -> dict[str, Any]:
    return {
        "call": call_told(miss.entry, clean),
        "differences": [
            clean.data(
                context.plain(
                    {
                        "place": each.place,
                        "wanted": each.wanted,
                        "got": each.got,
                        "there": each.there,
                        "says": each.says(clean),
                    }
                )
            )
            for each in miss.differences
        ],
    }


def call_told(entry: Entry, clean: Redaction) -> dict[str, Any]:
    """A call in a few words; its number finds the rest in the journal."""
    exchange = entry.exchange
    told: dict[str, Any] = clean.data(
        context.plain(
            {
                "n": entry.n,
                "at": instants.to_iso(entry.at),
                "vendor": entry.vendor or None,
                "operation": entry.operation,
                "actor": entry.actor,
                "tenant": entry.tenant,
                "outcome": entry.outcome,
                "refusal": entry.refusal,
                "status": None if exchange is None else exchange.status,
                "method": None if exchange is None else exchange.method,
                "target": None if exchange is None else exchange.target,
            }
        )
    )
    return told
