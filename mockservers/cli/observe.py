"""`mockservers observe`: how a client that cannot be driven keeps up with a served world, judged from its journal."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

import click

from mockservers.cli import running
from mockservers.cli.check import style
from mockservers.cli.configured import Configured
from mockservers.cli.errors import BROKEN, PORT, TOKEN, reports_errors, stop
from mockservers.cli.parameters import VendorName
from mockservers.wirekit.templates import counted

EVERY, SPARED = 1.0, 10
"""Real seconds between two looks while somebody waits, and how many times as long as the last look took at least: the server
answers nobody else while it judges."""


@click.command(cls=Configured)
@click.argument("url", required=False, envvar="MOCKSERVERS_URL")
@click.option(
    "--vendor", type=VendorName("contract"), help="Only this vendor's client. Default: of all that were called."
)
@click.option("--world", metavar="NAME", help="The world that the client works in. Default: default.")
@click.option(
    "--until",
    metavar="pass|DURATION",
    help="Wait: until it passes, for so long, or both: pass, 10m, pass|10m. A broken duty ends it. Default: judge at once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the observation as JSON, as the control API tells it.")
@click.option("--control-token", envvar=TOKEN, help=f"Token of the control API. Also from {TOKEN}.")
@reports_errors
def observe(
    url: str | None, vendor: str | None, world: str | None, until: str | None, as_json: bool, control_token: str | None
) -> None:
    """Judge the client of a running server from its journal: what can be told without a copy of its own. Without URL it is the
    one that MOCKSERVERS_URL names, or the only one that runs here, or that of the usual port.

    Duties of reading and writing, the vendor's limit, how it goes on after failures, and which changes no request can have
    seen. Exit codes: 0 it passes, 1 it does not, 2 usage.
    """
    from mockservers.kernel import clock

    whether, longest = wanted(until)
    url, control_token = running.found(url, control_token)
    begun = clock.wall()
    while True:
        asked = clock.wall()
        told = ask(url, vendor, world, control_token)
        took = (clock.wall() - asked) / 1e6
        passes, over = whether and told["passed"], longest is not None and clock.wall() - begun >= longest
        if until is None or passes or over or told["failed"]:
            break
        left = max(0.0, (begun + longest - clock.wall()) / 1e6) if longest is not None else 86_400.0
        threading.Event().wait(min(max(EVERY, SPARED * took), left))
    click.echo(json.dumps(told, indent=2, ensure_ascii=False) if as_json else "\n".join(lines(told, url)))
    raise SystemExit(0 if told["passed"] else BROKEN)


def wanted(until: str | None) -> tuple[bool, int | None]:
    """Whether to wait until it passes, and for how long at most (microseconds)."""
    from mockservers.kernel import instants

    whether, longest = False, None
    for part in (until or "").split("|") if until is not None else ():
        if part.strip() == "pass":
            whether = True
            continue
        try:
            longest = instants.duration(part)
        except ValueError as error:
            raise ValueError(
                f"--until must be pass, a length of time such as 10m, or pass|10m, got {until!r}"
            ) from error
        if longest <= 0:
            raise ValueError(f"--until must be a length of time above 0, got {until!r}")
    return whether, longest


def ask(url: str, vendor: str | None, world: str | None, token: str | None) -> dict[str, Any]:
    """The observation as a running server tells it; ends the command where there is none."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} is no address of a server; an example: http://127.0.0.1:{PORT}")
    given = {"vendor": vendor, "world": world}
    query = urllib.parse.urlencode({key: value for key, value in given.items() if value is not None})
    whole = f"{url.rstrip('/')}/_mock/v1/observation" + (f"?{query}" if query else "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(whole, headers=headers)  # noqa: S310 - the scheme is checked
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=600) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError as error:
        text = error.read().decode("utf-8", "replace")
        try:
            text = str(json.loads(text)["error"])
        except (ValueError, KeyError, TypeError):
            text = f"the server answers with status {error.code}, so it is no mockservers, or an older one"
        stop(text)
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        stop(
            running.distrusted(url, reason)
            or f"no server of mockservers answers at {url} ({reason}); start one: mockservers serve"
        )


def lines(told: Mapping[str, Any], url: str) -> list[str]:
    """The report."""
    if not told["vendors"]:
        return [style(f"NOTHING YET: no client has called a vendor of the world {told['world']} at {url}", "warn")]
    found: list[str] = []
    for each in told["vendors"].values():
        found += _vendor(each)
    return found


ROLES: Mapping[str, Any] = {"kept": "good", "broken": "bad", "unproven": "soft"}


def _vendor(told: Mapping[str, Any]) -> list[str]:
    word = style("PASSES", "good") if told["passed"] else style("DOES NOT PASS", "bad")
    requests = counted(told["requests"], "request")
    found = [f"{style(told['vendor'], 'strong')}: {word}, {requests} from {told['from']} to {told['until']}"]
    found += [f"  because     {reason}" for reason in told["reasons"]]
    unproven = 0
    for duty in told["duties"]:
        if duty["verdict"] == "unproven":
            unproven += 1
            continue
        should = " (should)" if duty["severity"] == "should" else ""
        verdict = style(f"{duty['verdict']:<10}", ROLES[duty["verdict"]])
        found.append(f"  {verdict}  {duty['id']}{should}: {duty['says']}")
        found += [f"              {breach}" for breach in duty["breaches"]]
        found += [f"              because {rule}" for rule in duty["rules"]]
    if told["judged"] < told["requests"]:
        found.append(
            f"  judged      the latest {told['judged']:,} of {told['requests']:,} requests, for the server waits while it "
            "judges; failures and changes are of all"
        )
    if unproven:
        found.append(f"  unproven    {unproven} more, which need a copy of the client's, or what has not happened yet")
    limit, coverage = told["limit"], told["coverage"]
    if limit["peak"] is not None:
        found.append(
            f"  limit       {limit['peak']:.0%} of the vendor's limit at most; {limit['throttled']} calls throttled, "
            f"{limit['latency_seconds']:g} s waited"
        )
    if told["heavy_in_live_hours"]:
        found.append(f"  live hours  {told['heavy_in_live_hours']} requests that the vendor wants out of them")
    if told["failures"]:
        last = told["failures"][-1]
        over = f"over at {last['until']}" if last["until"] else "not over yet"
        most = max(each["most_in_a_minute"] for each in told["failures"])
        found.append(
            f"  failures    {counted(len(told['failures']), 'row')} of failed requests, the last from {last['from']}, {over}; "
            f"{counted(most, 'request')} within a minute at most"
        )
    from mockservers.rehearsal.observing import length

    late = coverage["staleness_p95_seconds"]
    found.append(
        f"  changes     {coverage['changes']}: {coverage['told']} told to the client"
        + (f", 95 of 100 within {length(late)}" if late is not None else "")
        + f"; {coverage['missed']} that no request can have seen, {coverage['waiting']} still in time, "
        f"{coverage['unknown']} unknown"
    )
    found += [
        f"              missed: {each['what']} of {each['ticket']} at {each['at']}"
        for each in coverage["first_missed"][:5]
    ]
    if told["not_kept"]:
        found.append(f"  not kept    {told['not_kept']} entries of the journal are gone, and are not judged")
    return found
