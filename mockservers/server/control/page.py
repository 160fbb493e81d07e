"""The start page at `/_mock/`: what runs here, and what happened last. One HTML document without scripts or links out.

Everything that is not written in this file is escaped, for clients choose much of it.
"""

from __future__ import annotations

import json
from html import escape
from itertools import islice

import flask

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry
from mockservers.kernel.world import World
from mockservers.server.control import context, history

LAST = 25

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --good: #187a3c; --bad: #b3261e; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --good: #6fd08c; --bad: #ff8a80; --warn: #e6b450; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; } code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem; overflow-x: auto; }
summary { cursor: pointer; } .when, .who { white-space: nowrap; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td { overflow-wrap: anywhere; }
.ok, .page { color: var(--good); } .error, .unmatched { color: var(--bad); font-weight: 600; }
.refused, .fault, .unsupported { color: var(--warn); } .quiet { opacity: .7; }
"""


def _vendors(where: World, url: str) -> str:
    rows = []
    for name in context.site().vendors:
        emulator = where.emulator(name)
        described = ""
        if emulator.description:
            link = escape(url + emulator.description)
            described = f'<a href="{link}"><code>{link}</code></a>'
        credential = ", ".join(f"{key} {value}" for key, value in emulator.demo_credential.items())
        rows.append(
            f"<tr><th>{escape(emulator.title)}</th><td><code>{escape(url + emulator.endpoint)}</code></td>"
            f"<td>{described}</td><td><code>{escape(credential)}</code></td></tr>"
        )
    head = "<tr><th>Vendor</th><th>Address</th><th>Description</th><th>Demo credential</th></tr>"
    return f'<div class="scroll"><table>{head}{"".join(rows)}</table></div>'


def _worlds(current: World) -> str:
    worlds = context.site().worlds
    rows = []
    for where in islice(list(worlds.values()), 50):
        state = where.clock.state
        rate = f" &times; {state.rate:g}" if state.mode == "scaled" else ""
        name, now = escape(where.name), instants.to_iso(state.now // instants.SECOND * instants.SECOND)
        shown = f"<strong>{name}</strong>" if where is current else f'<a href="/w/{name}/_mock/">{name}</a>'
        rows.append(
            f"<tr><td>{shown}</td><td>{now}</td><td>{state.mode}{rate}</td>"
            f"<td>{where.config.seed}</td><td>{where.journal.count}</td><td>{len(where.faults.faults)}</td></tr>"
        )
    more = f"<p class=quiet>and {len(worlds) - 50} more</p>" if len(worlds) > 50 else ""
    head = "<tr><th>World</th><th>Clock</th><th>Mode</th><th>Seed</th><th>Calls</th><th>Faults</th></tr>"
    return f'<div class="scroll"><table>{head}{"".join(rows)}</table></div>{more}'


def _entry(entry: Entry) -> str:
    exchange = entry.exchange
    call = entry.operation or ""
    if exchange is not None and entry.operation is None:
        call = f"{exchange.method} {exchange.target[:120]}"
    status = "" if exchange is None or exchange.status is None else f" {exchange.status}"
    about = [*(f"fault: {name}" for name in entry.faults), *(f"finding: {note.text}" for note in entry.notes)]
    if entry.error:
        about.append(entry.error.strip().splitlines()[-1][:200])
    when = instants.to_iso(entry.at // instants.SECOND * instants.SECOND)
    who = entry.vendor if entry.actor == "client" else f"{entry.vendor} (others)"
    return (
        f"<tr><td>{entry.n}</td><td class=when>{when}</td><td class=who>{escape(who)}</td><td>{_safe(call)}</td>"
        f'<td class="{entry.outcome}">{entry.outcome}{status} {escape(entry.refusal or "")}</td>'
        f"<td>{'<br>'.join(_safe(each) for each in about)}{_rules(entry)}</td></tr>"
    )


def _rules(entry: Entry) -> str:
    """The rules that shaped an answer, folded away: a good answer may rest on dozens."""
    if not entry.rules:
        return ""
    listed = "<br>".join(escape(rule) for rule in entry.rules)
    count = "1 rule" if len(entry.rules) == 1 else f"{len(entry.rules)} rules"
    return f"<details><summary>{count}</summary>{listed}</details>"


def _safe(text: str) -> str:
    return escape(context.text(text))


def _journal(where: World) -> str:
    last = where.journal.since(where.journal.count - LAST)
    if not last:
        return "<p class=quiet>Nothing has happened in this world yet.</p>"
    head = "<tr><th>#</th><th>Time there</th><th>Vendor</th><th>Call</th><th>Outcome</th><th>What shaped it</th></tr>"
    rows = "".join(_entry(entry) for entry in reversed(last))
    return f'<div class="scroll"><table>{head}{rows}</table></div>'


def _findings(where: World) -> str:
    found = [(entry, note) for entry in where.journal.since(where.journal.count - 1000) for note in entry.notes][-LAST:]
    if not found:
        return "<p class=quiet>No request so far contained anything that a careful client would not send.</p>"
    rows = "".join(
        f"<tr><td>{entry.n}</td><td><code>{escape(note.rule)}</code></td><td>{_safe(note.text)}</td></tr>"
        for entry, note in reversed(found)
    )
    return f'<div class="scroll"><table><tr><th>Call</th><th>Rule</th><th>Finding</th></tr>{rows}</table></div>'


def _examples(where: World, url: str) -> str:
    api, world = f"{url}/_mock/v1", where.name
    vendor = next(iter(context.site().vendors), "")
    bodies = {
        "create": json.dumps({"name": "mine", "seed": 7, "clock": {"mode": "frozen", "now": "2026-03-01T10:00:00Z"}}),
        "fault": json.dumps({"kind": "lost_answer", "vendor": vendor}),
    }
    post = "-H 'Content-Type: application/json'"
    lines = [
        f"curl {api}/health",
        f"curl {api}/worlds {post} -d '{bodies['create']}'",
        f"curl -X POST '{api}/clock/advance?world={world}' {post} -d '{json.dumps({'by': '5m'})}'",
        f"curl '{api}/records?world={world}' {post} -d '{json.dumps({'vendor': vendor})}'",
        f"curl '{api}/faults?world={world}' {post} -d '{bodies['fault']}'",
        f"curl '{api}/journal?world={world}&last=5'",
    ]
    return "<pre>" + "\n".join(escape(line, quote=False) for line in lines) + "</pre>"


def show() -> flask.Response:
    """The start page of the world that the URL chooses."""
    where, url = context.world(), context.site().url
    below = url if where.name == "default" else f"{url}/w/{where.name}"
    clean = history.cleaner(where)
    name = escape(where.name)
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>mockservers</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{_STYLE}</style></head><body>
<h1>mockservers</h1>
<p>Emulated ticketing systems; this page shows the world <strong>{name}</strong>.
<a href="/_mock/v1/openapi.json">Description of the control API</a></p>
<h2>Vendors</h2>{_vendors(where, below)}
<h2>Worlds</h2>{_worlds(where)}
<p class="quiet">Choose a world by the prefix <code>/w/NAME/</code>, the header <code>X-Mock-World</code>
or the host <code>NAME.localhost</code>.</p>
<h2>Last calls</h2>{clean(_journal(where))}
<h2>Findings</h2>{clean(_findings(where))}
<h2>Steer it</h2>{_examples(where, url)}
</body></html>
"""
    answer = flask.Response(html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
