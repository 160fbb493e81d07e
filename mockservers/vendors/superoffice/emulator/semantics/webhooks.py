"""Webhooks as clients manage them: asked for, listed, changed, tried and taken away. By the agent and in the manner of REST."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from mockservers.kernel import listeners, webhooks
from mockservers.kernel.families import family
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.kernel.webhooks import Reply
from mockservers.vendors.superoffice import VENDOR
from mockservers.vendors.superoffice.emulator import patches
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, clock
from mockservers.vendors.superoffice.emulator.model import LARGEST_ID
from mockservers.vendors.superoffice.emulator.requests import Asked, bad, lowered, members, variable, without_body
from mockservers.vendors.superoffice.emulator.webhooks import (
    ACTIVE,
    CHANGED,
    CREATED,
    PATIENCE,
    STATES,
    Hook,
    all_of,
    keep,
    one,
    remove,
    trial,
)
from mockservers.wirekit.dotnet_text import value_text

MEMBERS = (
    *("WebhookId", "Name", "Events", "TargetUrl", "Secret", "State", "Type", "Headers", "Properties", "Registered"),
    *("RegisteredAssociate", "Updated", "UpdatedAssociate", "ErrorsEmail", "TableRight", "FieldProperties", "_Links"),
)
MOST_NAME = 100
_HEADER = re.compile("[A-Za-z0-9-]*[A-Za-z0-9][A-Za-z0-9-]*")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _refused(rule: str, message: str) -> Refusal:
    return Refusal(rule, "argument", message=message)


# --- a webhook as it goes in and out ----------------------------------------------------------------------------------


def _associate(id_: int) -> dict[str, Any] | None:
    return {"AssociateId": id_} if id_ else None


def _shown(ctx: Context, asked: Asked, hook: Hook, *, linked: bool = False) -> Answer:
    """A webhook with the members and their order of the vendor's carrier (superoffice.webhook.carrier)."""
    ctx.cite("superoffice.webhook.addresses", "superoffice.webhook.carrier")
    ctx.secret(hook.secret)
    time = clock(ctx, asked)
    made = {
        "WebhookId": hook.id,
        "Name": hook.name,
        "Events": list(hook.events),
        "TargetUrl": hook.target,
        "Secret": hook.secret,
        "State": hook.state,
        "Type": hook.type,
        "Headers": dict(hook.headers),
        "Properties": dict(hook.properties),
        "Registered": time.write(hook.registered),
        "RegisteredAssociate": _associate(hook.registered_by),
        "Updated": time.write(hook.updated),
        "UpdatedAssociate": _associate(hook.updated_by),
        "ErrorsEmail": hook.errors_email,
        "TableRight": None,
        "FieldProperties": {},
    }
    if linked:
        base = f"{asked.scheme}://{asked.host}{asked.base}/api/v1/Webhook/{hook.id}"
        made["_Links"] = {"Self": base, "Rest": base}
    return Answer(made, "Webhook", zone=time.code)


def create_default(ctx: Context, asked: Asked) -> Answer:
    """A new webhook as the vendor suggests it; nothing is saved."""
    without_body(ctx, asked)
    ctx.cite("superoffice.webhook.carrier")
    time = clock(ctx, asked)
    unset: dict[str, Any] = dict.fromkeys(MEMBERS[:-3])
    told = {
        "WebhookId": 0,
        "Events": ["contact.created", "contact.deleted"],
        "State": ACTIVE,
        "Type": "webhook",
        "Registered": time.unset,
        "Updated": time.unset,
        "TableRight": None,
        "FieldProperties": {},
    }
    return Answer(unset | told, "Webhook", zone=time.code)


def _text(given: Mapping[str, Any], name: str, most: int = 2000) -> str:
    value = given.get(name.lower())
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise bad(
            "superoffice.webhook.carrier", f"{name} is a text of at most {most} characters, not {value_text(value)}."
        )
    return str(value)


def _words(given: Mapping[str, Any], name: str, *, plain: bool) -> dict[str, Any]:
    value = given.get(name.lower())
    if value is None:
        return {}
    right = isinstance(value, Mapping) and len(value) <= 100
    if right and plain:  # names and values of headers travel in lines of their own
        right = all(
            isinstance(each, str) and _HEADER.fullmatch(str(key)) is not None and each.isprintable()
            for key, each in value.items()
        )
    if not right or len(json.dumps(value)) > 8000:
        what = "an object of texts that can stand in headers" if plain else "an object of at most 8,000 characters"
        raise bad("superoffice.webhook.carrier", f"{name} is {what}, not {value_text(value)[:200]}.")
    return {str(key): each for key, each in value.items()}


def _target(ctx: Context, given: Mapping[str, Any]) -> str:
    """The address to be called: https, or any on this machine where the dialect allows that (superoffice.webhook.target)."""
    target = _text(given, "TargetUrl")
    ctx.cite("superoffice.webhook.target")
    try:
        parts = urlsplit(target)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.scheme.lower() not in ("http", "https"):
        raise _refused(
            "superoffice.webhook.target", f"Webhook TargetUrl is not a valid address: {value_text(target[:200])}"
        )
    near = host in LOOPBACK or host in ctx.world.config.listener_hosts
    if parts.scheme.lower() != "https" and not near:
        ctx.note(
            "superoffice.webhook.target",
            f"an emulator calls listeners by http on this machine alone; start the server with --listener-host {host[:100]} "
            "to let it call that host too",
        )
    if parts.scheme.lower() != "https" and not (near and ctx.dialect["webhook_target"] == "loopback"):
        raise _refused(
            "superoffice.webhook.target", f"Webhook TargetUrl must be secure: 'HTTPS:' not found in {target[:200]}"
        )
    return target


def _hide(ctx: Context, given: Mapping[str, Any]) -> None:
    """Name what two ends of a webhook have between them, so that no journal shows it, also where the webhook is refused: its
    secret, headers that let it in at the listener, a password in the listener's address."""
    secret, headers, target = given.get("secret"), given.get("headers"), given.get("targeturl")
    found = [secret]
    if isinstance(headers, Mapping):
        found += [each for name, each in headers.items() if (of := family(str(name))) is not None and of.sure]
    with contextlib.suppress(ValueError):
        found.append(urlsplit(target).password if isinstance(target, str) else None)
    for each in found:
        if isinstance(each, str):
            ctx.issued(each)


def _read(ctx: Context, given: Mapping[str, Any], before: Hook | None, number: int) -> Hook:
    """The webhook that a body tells; raises the refusal of what cannot be."""
    _hide(ctx, given)
    events = given.get("events")
    if not isinstance(events, list) or not all(isinstance(each, str) and "." in each for each in events):
        raise bad("superoffice.webhook.events", "Events is an array of names such as ticket.changed.")
    strange = [each for each in events if each.startswith("ticket.") and each not in (CREATED, CHANGED)]
    if strange:
        ctx.note(
            "superoffice.webhook.events",
            f"{value_text(strange[0][:60])} is never raised: of tickets there are {CREATED} and {CHANGED} alone",
        )
    state = given.get("state") or ACTIVE
    if isinstance(state, int) and not isinstance(state, bool) and 0 <= state < len(STATES):
        state = STATES[state]
    if state not in STATES:
        raise bad("superoffice.webhook.carrier", f"State is one of {', '.join(STATES)}, not {value_text(state)}.")
    kind = _text(given, "Type") or "webhook"
    if kind != "webhook":
        if kind == "crmscript":
            raise Unsupported("webhooks of the type crmscript, which run a script of the installation")
        raise _refused("superoffice.webhook.target", f"Webhook Type {value_text(kind[:40])} has no plugin")
    associate = caller(ctx).associate
    return Hook(
        id=number,
        name=_text(given, "Name", MOST_NAME),
        events=tuple(dict.fromkeys(events)),
        target=_target(ctx, given),
        secret=_text(given, "Secret"),
        state=state,
        type=kind,
        headers=_words(given, "Headers", plain=True),
        properties=_words(given, "Properties", plain=False),
        registered=before.registered if before else ctx.now,
        registered_by=before.registered_by if before else associate,
        updated=ctx.now,
        updated_by=associate,
        errors_email=_text(given, "ErrorsEmail"),
        errors_in_a_row=0 if before is None or before.state != state else before.errors_in_a_row,
        last_error="" if before is None else before.last_error,
    )


def _tried(ctx: Context, hook: Hook) -> Reply:
    ctx.cite("superoffice.webhook.trial")
    reply = listeners.ping(ctx.world, VENDOR.name, trial(ctx, hook), PATIENCE)
    if reply.late:
        told = "Nobody is answered while a target is tried: a listener that asks the vendor first waits for itself."
        return replace(reply, error=f"{reply.error}. {told}")
    return reply


def _saved(ctx: Context, given: Mapping[str, Any], before: Hook | None) -> Hook:
    """Keep a webhook; its target is called first where it is new, and must answer 200 (superoffice.webhook.trial)."""
    counters = ctx.installation.ids.counters
    number = before.id if before is not None else counters.get("superoffice.webhook", 0) + 1
    hook = _read(ctx, given, before, number)
    if before is None or (before.target, before.secret) != (hook.target, hook.secret):
        reply = _tried(ctx, hook)
        if reply.status != 200:
            told = reply.error or f"the target answered {reply.status}"
            raise _refused(
                "superoffice.webhook.trial", f"Webhook TargetUrl did not answer 200 to the test event: {told}"
            )
    counters["superoffice.webhook"] = max(number, counters.get("superoffice.webhook", 0))
    keep(ctx, hook)
    if hook.state != ACTIVE:
        webhooks.forget(ctx, str(hook.id))
    return hook


def _found(ctx: Context, given: Any) -> Hook | None:
    text = str(given)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else 0
    return one(ctx, number) if 0 < number <= LARGEST_ID else None


def _there(ctx: Context, asked: Asked) -> Hook:
    found = _found(ctx, asked.path[0])
    if found is None:
        raise Refusal("superoffice.error.rest", "not_found", message=f"Webhook id {asked.path[0][:20]} not found")
    return found


def _chosen(ctx: Context, asked: Asked, name: Any, event: Any, state: Any) -> Answer:
    """The webhooks that have this name, listen to this event, and are in this state (superoffice.webhook.list)."""
    ctx.cite("superoffice.webhook.list")
    found = [
        each
        for each in all_of(ctx)
        if name in (None, "", each.name)
        and (event in (None, "") or event in each.events)
        and state in (None, "", 0, "Unknown", each.state, STATES.index(each.state))
    ]
    return Answer([_shown(ctx, asked, each).value for each in found], "ArrayOfWebhook", zone=clock(ctx, asked).code)


# --- by the agent -----------------------------------------------------------------------------------------------------


def save(ctx: Context, asked: Asked) -> Answer:
    """Make a webhook, or replace the one that the body names."""
    given = members(ctx, asked)
    number = given.get("webhookid") or 0
    before = _found(ctx, number)
    if number and before is None:
        raise Refusal("superoffice.error.rest", "not_found", message=f"Webhook id {value_text(number)[:20]} not found")
    return _shown(ctx, asked, _saved(ctx, given, before))


def get(ctx: Context, asked: Asked) -> Answer:
    """One webhook by its id in the query; null where there is none."""
    found = _found(ctx, variable(ctx, asked, "webhookId"))
    if found is None:
        ctx.cite("superoffice.result.null")
        return Answer(None, "Webhook")
    return _shown(ctx, asked, found)


def get_all(ctx: Context, asked: Asked) -> Answer:
    """The webhooks that a filter in the body keeps."""
    given = members(ctx, asked, "NameFilter", "EventFilter", "StatusFilter")
    return _chosen(ctx, asked, given.get("namefilter"), given.get("eventfilter"), given.get("statusfilter"))


def delete(ctx: Context, asked: Asked) -> Answer:
    """Take a webhook away by its id in the query; one that is not there already is."""
    _taken_away(ctx, _found(ctx, variable(ctx, asked, "WebhookId")))
    return Answer(status=204)


def _taken_away(ctx: Context, hook: Hook | None) -> None:
    if hook is not None:
        remove(ctx, hook.id)
        webhooks.forget(ctx, str(hook.id))


def test(ctx: Context, asked: Asked) -> Answer:
    """Try the target of the webhook in the body, which need not be saved."""
    inner = members(ctx, asked, "Webhook").get("webhook")
    if not isinstance(inner, Mapping):
        raise bad("superoffice.request.missing", "Webhook is missing, or is not an object.")
    return _test(ctx, lowered(inner))


def _test(ctx: Context, given: Mapping[str, Any]) -> Answer:
    hook = _read(ctx, {"events": [], **given}, None, 0)
    reply = _tried(ctx, hook)
    head = "\r\n".join(f"{name}: {value}" for name, value in reply.headers)
    message = reply.error or f"{head}\r\n\r\n{reply.body.decode('utf-8', 'replace')}"
    value = {"Success": reply.status == 200, "Message": message, "TableRight": None, "FieldProperties": {}}
    return Answer(value, "WebhookResult")


def last_error(ctx: Context, asked: Asked) -> Answer:
    """The latest error of the webhook that the body names, as text."""
    given = members(ctx, asked, "WebhookId")
    found = _found(ctx, given.get("webhookid"))
    return Answer("" if found is None else found.last_error, "string")


# --- in the manner of REST --------------------------------------------------------------------------------------------


def rest_list(ctx: Context, asked: Asked) -> Answer:
    """The webhooks that the query's filters keep."""
    variables = asked.variables
    return _chosen(ctx, asked, *(variables.get(name) for name in ("namefilter", "eventfilter", "statusfilter")))


def rest_get(ctx: Context, asked: Asked) -> Answer:
    """One webhook."""
    return _shown(ctx, asked, _there(ctx, asked), linked=True)


def rest_error(ctx: Context, asked: Asked) -> Answer:
    """The latest error of one webhook, as text."""
    return Answer(_there(ctx, asked).last_error, "string")


def rest_post(ctx: Context, asked: Asked) -> Answer:
    """Make a webhook of the body; answered 200, as the vendor does."""
    return _shown(ctx, asked, _saved(ctx, members(ctx, asked), None), linked=True)


def rest_put(ctx: Context, asked: Asked) -> Answer:
    """Replace a webhook by the body."""
    before = _there(ctx, asked)
    return _shown(ctx, asked, _saved(ctx, members(ctx, asked), before), linked=True)


def rest_patch(ctx: Context, asked: Asked) -> Answer:
    """Change a webhook by a patch, of either form (superoffice.rest.patch)."""
    before = _there(ctx, asked)
    if asked.problem is not None:
        raise asked.problem
    ctx.cite("superoffice.rest.patch")
    try:
        made = patches.applied(_shown(ctx, asked, before).value, patches.read(asked.body))
    except ValueError as error:
        raise bad("superoffice.rest.patch", f"{str(error)[:200]}.") from None
    except patches.Conflict as conflict:
        told = f"The test of {str(conflict)[:60]} does not hold for Webhook {before.id}"
        raise Refusal("superoffice.rest.patch_test", "conflict", message=told) from None
    return _shown(ctx, asked, _saved(ctx, lowered(made), before), linked=True)


def rest_delete(ctx: Context, asked: Asked) -> Answer:
    """Take a webhook away."""
    _taken_away(ctx, _there(ctx, asked))
    return Answer(status=204)


def rest_test(ctx: Context, asked: Asked) -> Answer:
    """Try the target of the webhook in the body."""
    return _test(ctx, members(ctx, asked))
