"""Endpoints for what was recorded: journal, findings, and the rules they name."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange, Headers
from mockservers.kernel.life import MOST_LATEST
from mockservers.kernel.patterns import QUICK, TooMuchWork, Work
from mockservers.kernel.redaction import Redaction
from mockservers.kernel.rules import Note, Rule
from mockservers.kernel.world import World
from mockservers.server import expectations
from mockservers.server.control import answers, context, models
from mockservers.server.expectations import CallPattern
from mockservers.server.responses import request_id
from mockservers.server.verification import Reader

api = APIBlueprint("history", __name__, url_prefix="/_mock/v1")
_JOURNAL, _FINDINGS, _RULES = [Tag(name="journal")], [Tag(name="findings")], [Tag(name="rules")]
_LIFE, _OBSERVATION = [Tag(name="life")], [Tag(name="observation")]
NDJSON = "application/x-ndjson"


def body_told(body: bytes) -> dict[str, str]:
    """Bytes as JSON can carry them: text where they are UTF-8, else base64, and which of the two it is."""
    try:
        return {"body": body.decode(), "encoding": "utf-8"}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "encoding": "base64"}


def _headers(headers: Headers) -> list[list[str]]:
    return [
        [name, value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")] for name, value in headers
    ]


def _exchange(exchange: Exchange) -> dict[str, Any]:
    told = {
        "request": {
            "method": exchange.method,
            "target": exchange.target,
            "headers": _headers(exchange.headers),
            **body_told(exchange.body),
            "remote": exchange.remote,
        },
        "answer": {
            "status": exchange.status,
            "headers": _headers(exchange.reply_headers),
            **body_told(exchange.reply_body),
        },
        "cut": exchange.cut,
        "delay": exchange.delay,
    }
    return {**told, "left_out": True} if exchange.left_out else told


def _note(note: Note) -> dict[str, Any]:
    return {"rule": note.rule, "text": note.text, "facts": dict(note.facts)}


def cited(where: World, vendor: str, rule_id: str) -> dict[str, Any]:
    """A rule beside what it explains: its sentence, source and certainty; these are null for a rule of another version."""
    rule = where.emulator(vendor).rules.get(rule_id)
    return {
        "rule": rule_id,
        "says": None if rule is None else rule.says,
        "source": None if rule is None else str(rule.source),
        "certainty": None if rule is None else rule.source.certainty,
    }


def entry_told(where: World, entry: Entry) -> dict[str, Any]:
    """A journal entry without its exchange."""
    return {
        "n": entry.n,
        "at": instants.to_iso(entry.at),
        "wall": instants.to_iso(entry.wall),
        "vendor": entry.vendor or None,
        "operation": entry.operation,
        "actor": entry.actor,
        "tenant": entry.tenant,
        "request_id": request_id(where.name, entry),
        "outcome": entry.outcome,
        "override": (entry.exchange.override or None) if entry.exchange is not None else None,
        "refusal": entry.refusal,
        "refused_by": None if entry.refused_by is None else cited(where, entry.vendor, entry.refused_by),
        "rules": entry.rules,
        "findings": [_note(each) for each in entry.notes],
        "faults": entry.faults,
        "request": entry.request,
        "result": entry.result,
        "error": entry.error,
    }


def line_told(where: World, entry: Entry, exchange: bool, clean: Redaction) -> dict[str, Any]:
    """A journal entry as JSON tells it, with its exchange if that is wanted."""
    told: dict[str, Any] = {**clean.data(context.plain(entry_told(where, entry)))}
    if exchange:
        told["exchange"] = None if entry.exchange is None else _exchange(entry.exchange)
    return told


def _pattern(query: models.JournalQuery) -> CallPattern:
    """The filters of a query in the words of an expectation."""
    words: dict[str, Any] = {
        name: getattr(query, name) for name in ("vendor", "operation", "outcome", "rule", "status", "method")
    }
    words |= {
        name: None if (text := getattr(query, name)) is None else {"contains": text} for name in ("path", "url", "text")
    }
    headers = [each.partition(":") for each in query.header]
    fields = [each.partition("=") for each in query.field]
    words["headers"] = {
        name.strip(): {"contains": text.strip()} if text.strip() else {"absent": False} for name, _, text in headers
    }
    words["body"] = {name: {"equals": text} if given else {"absent": False} for name, given, text in fields}
    with context.naming("header" if any(not name.strip() for name, _, _ in headers) else "field"):
        found = expectations.expectation({"actor": query.actor or "any", **words})
    # Instants were read already, and strict models read them from text alone.
    return found.model_copy(update={"begin": query.begin, "end": query.end})


def check_filters(where: World, vendor: str | None, rule: str | None) -> None:
    """Raise Problem for a vendor or a rule that there is not."""
    if vendor is not None:
        context.emulator(where, vendor)
    if rule is not None and not any(rule in where.emulator(each).rules for each in context.site().vendors):
        raise context.wrong("rule", f"there is no rule {rule!r}; GET /_mock/v1/rules lists them")


@api.get("/journal", tags=_JOURNAL, operation_id="getJournal", responses={200: answers.Journal})
def journal(query: models.JournalQuery) -> flask.Response:
    """What happened, oldest first: filtered, in pages, or as NDJSON with `Accept: application/x-ndjson`.

    With `wait` the answer comes as soon as there are `least` such calls, or after so many seconds with what there is then.
    `matched` tells how many calls the filters let through of those `of` that are kept after `since`.
    """
    where = context.world(query.world)
    check_filters(where, query.vendor, query.rule)
    wanted = _pattern(query)
    reader = Reader(Work())
    kept = where.journal.since(query.since)
    try:
        found = [entry for entry in kept if reader.meets(wanted, entry)]
    except TooMuchWork as error:
        raise context.wrong("text", str(error)) from error
    matched = len(found)
    if query.wait and sum(1 for entry in found if entry.size) < query.least:

        def comes(entry: Entry) -> bool:
            try:
                return Reader(Work(QUICK)).meets(wanted, entry)
            except TooMuchWork:
                return True  # whoever waits is told, and not the client whose call this is

        flask.request.environ[context.WAIT] = context.Wait(query.wait, where, comes)
    if query.last is not None:
        found = found[-query.last :]
    clean = where.redaction()
    if query.format == "ndjson" or (query.format is None and NDJSON in flask.request.headers.get("Accept", "")):
        limited = found[: query.limit] if "limit" in query.model_fields_set else found

        def lines() -> Iterator[bytes]:
            for entry in limited:
                yield json.dumps(_plain_line(where, entry, query.exchange, clean)).encode() + b"\n"

        return flask.Response(lines(), mimetype=NDJSON)
    page = found[: query.limit]
    return context.answer_in_parts(
        "entries",
        (_plain_line(where, entry, query.exchange, clean) for entry in page),
        {
            "next": page[-1].n if page else max(query.since, 0),
            "more": len(found) > len(page),
            "matched": matched,
            "of": len(kept),
            "count": where.journal.count,
            "dropped": where.journal.dropped,
        },
        small=len(page) <= FEW and sum(entry.size for entry in page) < SMALL,
    )


FEW, SMALL = 10, 256 << 10
"""Entries, and bytes of them as the journal counts, that are told in one go: each is searched for every secret once more."""


def _plain_line(where: World, entry: Entry, exchange: bool, clean: Redaction) -> Any:
    return context.plain(line_told(where, entry, exchange, clean))


@api.get("/life", tags=_LIFE, operation_id="getLife", responses={200: answers.Life})
def life(query: models.WorldQuery) -> flask.Response:
    """What other people did by themselves in a lively world, up to the last call; the journal holds calls alone."""
    where, site = context.world(query.world), context.site()
    for name in site.vendors:
        if where.opened(name):
            where.installation(name)
    told = [lives(where), *site.others("life", where.name)]
    found = {name: [each[name] for each in told if name in each] for name in site.vendors}
    clean = where.redaction()
    return context.answer(
        {
            "lively": where.config.lively,
            "vendors": {name: _course(parts, clean) for name, parts in found.items() if parts},
        }
    )


def lives(world: World) -> dict[str, dict[str, Any]]:
    """What happened by itself in this process, by vendor, as JSON can hold it."""
    return {
        name: {
            "count": course.count,
            "passed": course.passed_over,
            "latest": [list(each) for each in list(course.latest)],
        }
        for name, course in world.courses().items()
    }


def _course(parts: list[dict[str, Any]], clean: Redaction) -> dict[str, Any]:
    """The life of a vendor, of which each process that answers has lived a part."""
    latest = sorted((each for part in parts for each in part["latest"]), key=lambda each: int(each[0]))
    return {
        "count": sum(part["count"] for part in parts),
        "days_passed_over": sum(part["passed"] for part in parts),
        "latest": [
            {"at": instants.to_iso(at), "operation": operation, "request": clean.data(request)}
            for at, operation, request in latest[-MOST_LATEST:]
        ],
    }


@api.get("/observation", tags=_OBSERVATION, operation_id="getObservation", responses={200: answers.Observation})
def observation(query: models.ObservationQuery) -> flask.Response:
    """What can be said of the client of a world from its journal: duties, limits, back-off, and changes that no request can
    have seen. `observe` on the command line prints it."""
    where, observe = context.world(query.world), context.site().observe
    if query.vendor is not None:
        context.emulator(where, query.vendor)
    if observe is None:
        raise context.Problem(501, "This server observes nobody: it answers from a recording, or was started without.")
    with context.naming("vendor"):
        told = observe(where, query.vendor)
    return context.answer(context.plain(where.redaction().data(dict(told))))


def _rule(rule: Rule, vendor: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "vendor": vendor,
        "says": rule.says,
        "certainty": rule.source.certainty,
        "source": str(rule.source),
        "switch": rule.switch,
        "always": rule.always,
        "statements": list(rule.statements),
    }


@api.get("/findings", tags=_FINDINGS, operation_id="listFindings", responses={200: answers.Findings})
def findings(query: models.FindingsQuery) -> flask.Response:
    """What requests contained that a careful client would not send, each with its rule, its source and the call.

    A page ends with a call. Of a call that has more findings than a page, `omitted` tells how many are left out.
    """
    where = context.world(query.world)
    check_filters(where, query.vendor, query.rule)
    clean = where.redaction()
    found: list[tuple[Entry, Note]] = []
    more = False
    omitted = 0
    last = query.since
    for entry in where.journal.since(query.since):
        notes = [note for note in entry.notes if query.rule in (None, note.rule)]
        if query.vendor not in (None, entry.vendor) or not notes:
            continue
        if found and len(found) + len(notes) > query.limit:  # a page ends with a call, so that the next begins with one
            more = True
            break
        found += [(entry, note) for note in notes[: query.limit]]
        omitted += len(notes[query.limit :])
        last = entry.n
    return context.answer_in_parts(
        "findings",
        (_finding(where, entry, note, clean) for entry, note in found),
        {"next": last, "more": more, **({"omitted": omitted} if omitted else {})},
        small=len(found) <= FEW,
    )


def _finding(where: World, entry: Entry, note: Note, clean: Redaction) -> dict[str, Any]:
    told: dict[str, Any] = clean.data(context.plain({"operation": entry.operation, **_note(note)}))
    return {
        "call": entry.n,
        "at": instants.to_iso(entry.at),
        "vendor": entry.vendor,
        **told,
        **cited(where, entry.vendor, note.rule),
    }


@api.get("/rules", tags=_RULES, operation_id="listRules", responses={200: answers.Rules})
def rules(query: models.RulesQuery) -> flask.Response:
    """What the emulated servers do, one sentence each, with the place it was read."""
    where = context.world(query.world)
    named = context.site().vendors
    if query.vendor is not None:
        context.emulator(where, query.vendor)
        named = (query.vendor,)
    words = (query.text or "").casefold()
    return context.answer(
        {
            "rules": [
                _rule(rule, vendor)
                for vendor in named
                for rule in where.emulator(vendor).rules.values()
                if query.certainty in (None, rule.source.certainty)
                and query.switch in (None, rule.switch)
                and words in f"{rule.id} {rule.says}".casefold()
            ]
        }
    )
