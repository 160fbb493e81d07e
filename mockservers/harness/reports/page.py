"""The frame of an HTML report: its style, and how text that others chose gets into it. Knows nothing of what is reported."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from mockservers import __version__
from mockservers.harness.reports import timeline
from mockservers.harness.reports.characters import clean

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --quiet: #667; --line: #8885; --soft: #8881;
  --good: #187a3c; --good-soft: #187a3c1c; --bad: #b3261e; --bad-soft: #b3261e18; --warn: #8a5a00; --warn-soft: #d49a1f26;
  --other: #6a4bbc; --other-soft: #6a4bbc1a; --client: #1b66b1; --client-soft: #1b66b122; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e4e7ea; --quiet: #9aa3ad; --good: #6fd08c;
  --good-soft: #6fd08c22; --bad: #ff8a80; --bad-soft: #ff8a8024; --warn: #e6b450; --warn-soft: #e6b45022; --other: #b79df5;
  --other-soft: #b79df522; --client: #79b8f3; --client-soft: #79b8f322; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1.5rem; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.25rem; margin: 0 0 .4rem; } h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .3rem 0; } ul, ol { margin: .3rem 0; padding-left: 1.4rem; } a { color: var(--client); }
code, pre, .mono { font: .87em/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem; overflow-x: auto;
  margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; } summary h2 { display: inline; } .quiet { color: var(--quiet); } .small { font-size: .85rem; }
.verdict { border-left: 6px solid; padding: .6rem 1rem; margin: 1rem 0; border-radius: 4px; font-size: 1.1rem; font-weight: 600; }
.verdict.good { border-color: var(--good); background: var(--good-soft); } .verdict.bad { border-color: var(--bad);
  background: var(--bad-soft); } .verdict.warn { border-color: var(--warn); background: var(--warn-soft); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td { overflow-wrap: anywhere; } thead th { white-space: nowrap; }
.matrix th:first-child { position: sticky; left: 0; background: var(--paper); min-width: 13rem; z-index: 1; }
.matrix.many td { white-space: nowrap; } .matrix.many td, .matrix.many thead th { padding-right: 1rem; }
.matrix .says { display: block; font-weight: 400; color: var(--quiet); font-size: .85rem; max-width: 44rem; }
h1 code, h2 code, .small code { font-size: inherit; } h1 code, h2 code { font-weight: 600; }
h2 .quiet { font-weight: 400; } .rules li { margin-bottom: .4rem; }
.pill { display: inline-block; white-space: nowrap; border-radius: 99px; padding: 0 .6rem; font-size: .85rem; font-weight: 600;
  text-decoration: none; }
.pill.good { color: var(--good); background: var(--good-soft); } .pill.bad { color: var(--bad); background: var(--bad-soft);
  border: 1px solid; } .pill.warn { color: var(--warn); background: var(--warn-soft); } .pill.soft { color: var(--quiet);
  background: var(--soft); }
.failure { border: 1px solid var(--line); border-top: 4px solid var(--bad); border-radius: 6px; padding: 1rem 1.2rem;
  margin: 1.5rem 0; }
.says { font-size: 1.05rem; } .facts { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; margin: .6rem 0; }
.facts div { min-width: 0; overflow-wrap: anywhere; } .facts b { font-weight: 600; color: var(--quiet); margin-right: .4rem; }
.seen li { overflow-wrap: anywhere; white-space: pre-wrap; } .seen li::marker { color: var(--bad); }
.steps { list-style: none; padding: 0; } .steps li { display: grid; grid-template-columns: 2rem 4.5rem 1fr; gap: .5rem;
  padding: .12rem 0; } .steps .n { text-align: right; color: var(--quiet); } .steps .inside { padding-left: 2rem; }
.steps .words { overflow-wrap: anywhere; white-space: pre-wrap; }
.kind { font-weight: 600; } .kind.others { color: var(--other); }
.kind.client { color: var(--client); } .kind.fault { color: var(--warn); }
.kind.clock, .kind.begins, .kind.settles { color: var(--quiet); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 2rem; }
.named td { background: var(--bad-soft); } .struck { color: var(--warn); } .talk td { padding-top: .2rem; padding-bottom: .2rem; }
.talk .task td { font-weight: 600; padding-top: .6rem; } .talk td:first-child, .talk td:nth-child(2) { white-space: nowrap; }
mark { background: var(--bad-soft); color: var(--bad); border-radius: 2px; font-weight: 600; } del { color: var(--bad); }
.mono { white-space: pre-wrap; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; color: var(--quiet); margin: .2rem 0 .6rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; margin-right: .35rem;
  vertical-align: -1px; border: 1px solid; }
figure { margin: 0; } footer { margin-top: 2rem; color: var(--quiet); font-size: .85rem; }
@media print { :root { font-size: 12px; } body { max-width: none; padding: 0; font-size: .92rem; } .scroll { overflow: visible; }
  .timeline { min-width: 0; } .failure { border: 0; border-top: 3px solid var(--bad); padding: .6rem 0; }
  h3 { break-after: avoid; } tr, li, .verdict { break-inside: avoid; }
  .matrix th:first-child { position: static; min-width: 0; } }
"""


def page(title: str, body: Iterable[str]) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{say(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>{STYLE}{timeline.STYLE}</style></head><body>
{chr(10).join(part for part in body if part)}
<footer>mockservers {__version__}. Times are virtual and in UTC. Secrets are masked as ***.</footer>
</body></html>
"""


def say(text: str, secrets: Iterable[str] = (), keep: str = "") -> str:
    return escape(clean(str(text), secrets, keep))


def code(text: str, secrets: Iterable[str] = ()) -> str:
    return f"<code><bdi>{say(text, secrets)}</bdi></code>"


def facts(facts: dict[str, str]) -> str:
    """Names as they are, values as HTML."""
    return (
        '<div class="facts">' + "".join(f"<div><b>{name}</b>{value}</div>" for name, value in facts.items()) + "</div>"
    )
