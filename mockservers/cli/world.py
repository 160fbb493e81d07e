"""`mockservers world`: the control API of a running server from the shell. Prints the API's JSON as it is."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from mockservers.cli import running
from mockservers.cli.errors import BROKEN, PORT, TOKEN, USAGE, reports_errors, stop


@dataclass(frozen=True)
class Remote:
    """A running server, by its address or, without one, whichever runs here. `world` is the world that commands are about."""

    url: str | None
    world: str | None
    token: str | None

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> None:
        """Call the control API and print its answer; a refusal ends the command with what the API says of it."""
        asked = {key: value for key, value in {"world": self.world, **(query or {})}.items() if value is not None}
        if path.startswith("/worlds"):
            asked.pop("world", None)
        url, token = running.found(self.url, self.token)
        whole = f"{url.rstrip('/')}/_mock/v1{path}" + (f"?{urllib.parse.urlencode(asked)}" if asked else "")
        if not whole.startswith(("http://", "https://")):
            raise ValueError(f"--url {url!r} is no address; an example: http://127.0.0.1:{PORT}")
        data = None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method != "GET":
            data = json.dumps({key: value for key, value in (body or {}).items() if value is not None}).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(whole, data, headers, method=method)  # noqa: S310 - the scheme is checked
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                self._show(answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as error:
            self._refused(error)
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            if told := running.distrusted(url, reason):
                stop(told)
            stop(f"no server answers at {url} ({reason}). Start one with `mockservers serve`, or name it: --url")

    @staticmethod
    def _show(text: str) -> None:
        try:
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except ValueError:
            text = text.rstrip("\n")  # NDJSON, or nothing
        if text:
            click.echo(text)

    @staticmethod
    def _refused(error: urllib.error.HTTPError) -> None:
        text = error.read().decode("utf-8", "replace")
        try:
            said = json.loads(text)
            details = [f"{each['field']}: {each['message']}" for each in said.get("details", [])]
            # Whoever types commands is told the command, and not the call that is behind it.
            told = _NO_WORLD.sub(
                r"there is no world '\1'; make it with: mockservers world create \1", str(said["error"])
            )
            lines = [told, *(f"  {each}" for each in details if each != said["error"])]
        except (ValueError, KeyError, TypeError):
            lines = [text.strip() or f"HTTP {error.code}"]
        stop("\n".join(lines), code=BROKEN if error.code >= 500 else USAGE)


_NO_WORLD = re.compile(r"There is no world '([^']*)'; create it with POST /_mock/v1/worlds\.")

pass_remote = click.make_pass_decorator(Remote)


@click.group()
@click.option(
    "--url",
    envvar="MOCKSERVERS_URL",
    help=f"The running server. Also from MOCKSERVERS_URL. Default: the only one that runs here, or {running.DEFAULT}.",
)
@click.option("--world", "name", metavar="NAME", help="The world that the command is about. Default: default.")
@click.option("--control-token", envvar=TOKEN, help=f"Token of the control API. Also from {TOKEN}.")
@click.pass_context
def world(context: click.Context, url: str | None, name: str | None, control_token: str | None) -> None:
    """Look at and change the worlds of a running server: what a test does by the control API, from the shell."""
    if name == "":
        stop("--world '' names no world; leave it out for 'default'")
    context.obj = Remote(url, name, control_token)


def pairs(texts: tuple[str, ...]) -> dict[str, Any]:
    """`NAME=VALUE` words as a mapping; values are JSON where they can be, else text."""
    from mockservers.settings import plain

    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(f"{text!r} is not understood: write NAME=VALUE")
        found[name] = plain(value)
    return found


def exact(texts: tuple[str, ...], null: bool = True) -> dict[str, Any]:
    """`NAME=VALUE` words for what may be text: a value is a number or a truth value only where JSON writes it just so.

    So 1.50 and 007 keep their spelling. `null`: whether null is one, and not a word.
    """
    found = pairs(texts)
    for text in texts:
        name, _, value = text.partition("=")
        read = found[name]
        if isinstance(read, str | list | dict) or (read is None and null):
            continue
        if read is None or json.dumps(read) != value or value in ("NaN", "Infinity", "-Infinity"):
            found[name] = value
    return found


def texts(words: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` words as a mapping of texts."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in pairs(words).items()}


# --- worlds -----------------------------------------------------------------------------------------------------------


@world.command("list")
@pass_remote
@reports_errors
def list_worlds(remote: Remote) -> None:
    """All worlds."""
    remote.ask("GET", "/worlds")


@world.command()
@click.argument("name")
@click.option("--seed", type=int, help="Seed of ids and generated data.")
@click.option("--clock", metavar="MODE", help="real, frozen or scaled:RATE.")
@click.option("--start", metavar="TIME", help="ISO 8601 instant at which it begins.")
@click.option(
    "--data", multiple=True, metavar="VENDOR=RECIPE", help="For one vendor, such as VENDOR=demo:500. Repeatable."
)
@click.option(
    "--dialect", multiple=True, metavar="VENDOR=NAME", help="For one vendor, such as VENDOR=lenient. Repeatable."
)
@click.option(
    "--lively/--still", default=None, help="Whether other people act on demo data by themselves. Default: as `default`."
)
@pass_remote
@reports_errors
def create(
    remote: Remote,
    name: str,
    seed: int | None,
    clock: str | None,
    start: str | None,
    data: tuple[str, ...],
    dialect: tuple[str, ...],
    lively: bool | None,
) -> None:
    """Make a world; a client reaches it below /w/NAME/, by the header X-Mock-World, or at NAME.localhost."""
    from mockservers.settings import clock as understood

    body: dict[str, Any] = {
        "name": name,
        "seed": seed,
        "data": texts(data),
        "dialects": pairs(dialect),
        "lively": lively,
    }
    wanted: dict[str, Any] = {"now": start} if start else {}
    if clock:
        mode, rate = understood(clock)
        wanted["mode"] = mode
        if mode == "scaled":
            wanted["rate"] = rate
    body["clock"] = wanted or None
    remote.ask("POST", "/worlds", body=body)


@world.command()
@click.argument("name")
@pass_remote
@reports_errors
def delete(remote: Remote, name: str) -> None:
    """Delete a world and all it holds."""
    remote.ask("DELETE", f"/worlds/{urllib.parse.quote(name, safe='')}")


@world.command()
@pass_remote
@reports_errors
def show(remote: Remote) -> None:
    """What there is to know of the world."""
    remote.ask("GET", _path(remote))


@world.command()
@pass_remote
@reports_errors
def reset(remote: Remote) -> None:
    """Back to the beginning: data, tenants, switches, clock; journal and faults emptied."""
    remote.ask("POST", _path(remote) + "/reset")


@world.command()
@click.argument("checkpoint")
@pass_remote
@reports_errors
def keep(remote: Remote, checkpoint: str) -> None:
    """Remember the present state under a name."""
    remote.ask("POST", _path(remote) + "/checkpoint", body={"name": checkpoint})


@world.command()
@click.argument("checkpoint")
@pass_remote
@reports_errors
def restore(remote: Remote, checkpoint: str) -> None:
    """Return to a state that `keep` remembered."""
    remote.ask("POST", _path(remote) + "/restore", body={"name": checkpoint})


def _path(remote: Remote) -> str:
    return "/worlds/" + urllib.parse.quote(remote.world or "default", safe="")


@world.command()
@pass_remote
@reports_errors
def life(remote: Remote) -> None:
    """What other people did by themselves, in a world that is lively."""
    remote.ask("GET", "/life")


# --- clock ------------------------------------------------------------------------------------------------------------


@world.command()
@click.option("--set", "now", metavar="TIME", help="Make it this ISO 8601 instant.")
@click.option("--advance", metavar="LENGTH", help="Move by a length of time: 90s, 5m, 1.5h, 2d.")
@click.option("--mode", metavar="MODE", help="real, frozen or scaled:RATE.")
@pass_remote
@reports_errors
def clock(remote: Remote, now: str | None, advance: str | None, mode: str | None) -> None:
    """Read the clock, or change it."""
    from mockservers.settings import clock as understood

    if advance:
        if now or mode:
            raise ValueError("--advance goes alone; --set and --mode can be given together")
        remote.ask("POST", "/clock/advance", body={"by": advance})
        return
    if not now and not mode:
        remote.ask("GET", "/clock")
        return
    body: dict[str, Any] = {"now": now}
    if mode:
        word, rate = understood(mode)
        body |= {"mode": word, "rate": rate if word == "scaled" else None}
    remote.ask("PUT", "/clock", body=body)


# --- what other people do ---------------------------------------------------------------------------------------------


class _Acting(click.Command):
    """A command whose help ends with what can be done at each vendor; they are asked when help is wanted, not before."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        from mockservers import registry
        from mockservers.kernel.people import CUSTOMER

        with formatter.section("What act knows (`mockservers vendor show VENDOR` says what each takes)"):
            for name in registry.names():
                here = registry.emulator(name)
                formatter.write_text(f"{name}: {', '.join(here.actions)}")
                if here.administrator:
                    formatter.write_text(f"{name}, with the id {CUSTOMER}: {', '.join(here.administrator)}")


@world.command(cls=_Acting)
@click.argument("vendor")
@click.argument("operation", type=click.Choice(["list", "read", "create", "act", "change", "delete"]))
@click.argument("id", required=False)
@click.option("--action", help="For act: what is done, in the vendor's words.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field to set. Repeatable.")
@click.option("--with", "more", multiple=True, metavar="NAME=VALUE", help="A further key of the action. Repeatable.")
@click.option("--delay", type=float, metavar="SECONDS", help="Clients see the change this much later.")
@click.option("--tenant", help="The vendor's customer. Default: the first.")
@pass_remote
@reports_errors
def records(
    remote: Remote,
    vendor: str,
    operation: str,
    id: str | None,
    action: str | None,
    fields: tuple[str, ...],
    more: tuple[str, ...],
    delay: float | None,
    tenant: str | None,
) -> None:
    """What other people do at the vendor: a colleague closes a ticket, the vendor deletes one.

    The id `customer` is the vendor's customer itself: `read` shows its users and settings, `act` is its administrator.
    """
    whose = {"vendor": vendor, "tenant": tenant}
    if operation == "list":
        remote.ask("GET", "/records", whose)
        return
    if operation == "create":
        remote.ask("POST", "/records", body={**whose, "fields": exact(fields), "delay": delay})
        return
    if id is None:
        raise ValueError(f"{operation} needs the id of a record; `records {vendor} list` shows them")
    path = "/records/" + urllib.parse.quote(id, safe="")
    if operation == "read":
        remote.ask("GET", path, whose)
    elif operation == "delete":
        remote.ask("DELETE", path, whose)
    elif operation == "change":
        remote.ask("PATCH", path, body={**whose, "fields": exact(fields), "delay": delay})
    else:
        if not action:
            raise ValueError("act needs --action, in the vendor's words")
        remote.ask("POST", path + "/act", body={**whose, "action": action, "delay": delay, **exact(more, null=False)})


# --- tenants, dialects ------------------------------------------------------------------------------------------------


@world.command()
@click.argument("vendor")
@pass_remote
@reports_errors
def tenants(remote: Remote, vendor: str) -> None:
    """The vendor's customers."""
    remote.ask("GET", "/tenants", {"vendor": vendor})


@world.command()
@click.argument("vendor")
@click.option("--grant", metavar="TENANT", help="Add a credential for this tenant.")
@click.option("--secret", help="The credential to add; without it one is made and shown once.")
@click.option("--kind", help="Of which kind it is, in the vendor's word. Default: the vendor's first.")
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="What is known of whom it lets in. Repeatable."
)
@click.option("--revoke", metavar="ID", help="Revoke a credential now.")
@click.option("--expire", nargs=2, metavar="ID TIME", help="Let a credential expire at an ISO 8601 instant.")
@pass_remote
@reports_errors
def credentials(
    remote: Remote,
    vendor: str,
    grant: str | None,
    secret: str | None,
    kind: str | None,
    facts: tuple[str, ...],
    revoke: str | None,
    expire: tuple[str, str] | None,
) -> None:
    """List credentials (masked), or add, revoke and expire one."""
    if grant:
        body = {"vendor": vendor, "tenant": grant, "secret": secret, "kind": kind, "facts": pairs(facts)}
        remote.ask("POST", "/credentials", body=body)
    elif revoke:
        remote.ask("POST", f"/credentials/{urllib.parse.quote(revoke, safe='')}/revoke", {"vendor": vendor})
    elif expire:
        path = f"/credentials/{urllib.parse.quote(expire[0], safe='')}/expire"
        remote.ask("POST", path, {"vendor": vendor}, {"at": expire[1]})
    else:
        remote.ask("GET", "/credentials", {"vendor": vendor})


@world.command()
@click.argument("vendor")
@click.argument("switches", nargs=-1, metavar="[SWITCH=VALUE]...")
@click.option("--named", help="A named dialect: all switches take its values.")
@click.option("--tenant", help="For one customer of the vendor only.")
@pass_remote
@reports_errors
def dialect(remote: Remote, vendor: str, switches: tuple[str, ...], named: str | None, tenant: str | None) -> None:
    """Read the dialect switches, or set some."""
    if not switches and not named:
        remote.ask("GET", "/dialect", {"vendor": vendor, "tenant": tenant})
        return
    remote.ask(
        "PUT", "/dialect", body={"vendor": vendor, "tenant": tenant, "named": named, "switches": pairs(switches)}
    )


# --- faults and history -----------------------------------------------------------------------------------------------


@world.command()
@click.argument("kind", required=False)
@click.argument("settings", nargs=-1, metavar="[SETTING=VALUE]...")
@click.option("--vendor", help="Only calls of this vendor.")
@click.option("--operation", help="Only this operation.")
@click.option("--skip", type=int, help="How many matching calls pass first.")
@click.option("--times", type=int, help="How many calls it hits. Default: 1.")
@click.option("--clear", is_flag=True, help="Forget all planned faults.")
@click.option("--kinds", is_flag=True, help="List the kinds and their settings.")
@pass_remote
@reports_errors
def fault(
    remote: Remote,
    kind: str | None,
    settings: tuple[str, ...],
    vendor: str | None,
    operation: str | None,
    skip: int | None,
    times: int | None,
    clear: bool,
    kinds: bool,
) -> None:
    """List the planned faults, or plan one: `fault cut after_bytes=40`, for one vendor alone with `--vendor`."""
    if clear:
        remote.ask("DELETE", "/faults")
    elif kinds:
        remote.ask("GET", "/faults/kinds")
    elif kind is None:
        remote.ask("GET", "/faults")
    else:
        body = {"kind": kind, "settings": pairs(settings), "vendor": vendor, "operation": operation}
        remote.ask("POST", "/faults", body={**body, "skip": skip, "times": times})


@world.command()
@click.option("--vendor", help="Only this vendor.")
@click.option(
    "--outcome",
    help="Only this outcome: ok, refused, unsupported, fault, error, page, overridden, unmatched, malformed.",
)
@click.option("--since", type=int, help="Only entries after this number.")
@click.option("--most", type=click.IntRange(1), help="At most so many, from the first on.")
@click.option("--last", type=int, help="Only the last so many.")
@click.option("--ndjson", is_flag=True, help="One JSON object a line.")
@pass_remote
@reports_errors
def journal(
    remote: Remote,
    vendor: str | None,
    outcome: str | None,
    since: int | None,
    most: int | None,
    last: int | None,
    ndjson: bool,
) -> None:
    """What happened, with secrets masked."""
    query = {"vendor": vendor, "outcome": outcome, "since": since, "limit": most, "last": last}
    remote.ask("GET", "/journal", {**query, "format": "ndjson" if ndjson else None})


@world.command()
@click.option("--vendor", help="Only this vendor.")
@pass_remote
@reports_errors
def findings(remote: Remote, vendor: str | None) -> None:
    """Deviations seen in requests, each with its rule."""
    remote.ask("GET", "/findings", {"vendor": vendor})
