"""`mockservers record`: write down what a client and the real system say to each other, without their secrets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockservers import registry
from mockservers.cli.configured import Configured
from mockservers.cli.errors import PORT, TOKEN, Command, bold, reports_errors, stop, tls_options
from mockservers.cli.parameters import VendorName
from mockservers.wirekit.templates import counted

if TYPE_CHECKING:
    import ssl

    from mockservers.recording.proxy import Recorder
    from mockservers.recording.redaction import Redactor


_KEPT = "mockservers.keep_field"


def _note_kept(context: click.Context, option: click.Parameter, names: tuple[str, ...]) -> None:
    """Every command that redacts has the option, and `redactor_of` alone needs to know of it."""
    context.meta[_KEPT] = names


def secret_options(command: Command) -> Command:
    """The options that say what must not be kept."""
    for option in (
        click.option(
            "--fake-people",
            is_flag=True,
            help="Replace names, e-mails and phones by invented ones, the same for the same.",
        ),
        click.option(
            "--secret-field",
            multiple=True,
            metavar="NAME",
            help="A further header, variable, JSON key or XML element whose value is a secret. Repeatable.",
        ),
        click.option(
            "--keep-field",
            multiple=True,
            metavar="NAME",
            expose_value=False,
            callback=_note_kept,
            help="A name that says nothing of its value, though it sounds like a secret's. Repeatable.",
        ),
        click.option(
            "--keep-identity",
            is_flag=True,
            help="Give each secret a stand-in of its own, so that two can be told apart.",
        ),
    ):
        command = option(command)
    return command


def redactor_of(
    vendor: str, keep_identity: bool, secret_field: tuple[str, ...], fake_people: bool
) -> tuple[Redactor, dict[str, Any]]:
    """What redacts by these options, and how the head of the file tells of them."""
    from mockservers.recording.adapter import adapter
    from mockservers.recording.pseudonyms import Pseudonyms
    from mockservers.recording.redaction import Redactor

    here = adapter(vendor)
    pseudonyms = Pseudonyms(here.people) if fake_people else None
    context = click.get_current_context(silent=True)
    kept: tuple[str, ...] = () if context is None else context.meta.get(_KEPT, ())
    redactor = Redactor(here, keep_identity=keep_identity, fields=secret_field, kept=kept, pseudonyms=pseudonyms)
    options: dict[str, Any] = {"keep_identity": keep_identity, "fake_people": fake_people}
    options |= {"secret_fields": list(secret_field)} if secret_field else {}
    return redactor, options | ({"keep_fields": list(kept)} if kept else {})


@click.command(cls=Configured)
@click.argument("vendor", type=VendorName("recording"))
@click.option(
    "--upstream",
    "upstream",
    multiple=True,
    required=True,
    metavar="URL",
    help="The real system: scheme and host. Repeatable where it sends clients to further hosts.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The recording; a new file."
)
@click.option("--note", default="", help="A sentence for those who read the file.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; outside loopback a control token is demanded.",
)
@click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--upstream-ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificate (PEM) of the authority that the upstream's own is trusted by, beside those of this machine.",
)
@click.option(
    "--upstream-proxy",
    metavar="URL",
    help="Proxy on the way to the upstream, http://host:port, instead of what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and "
    "NO_PROXY say.",
)
@click.option(
    "--timeout",
    default=100.0,
    show_default=True,
    type=click.FloatRange(0, 3600, min_open=True),
    help="Seconds of silence after which an answer counts as timed out.",
)
@click.option(
    "--allow-host",
    "allow_host",
    multiple=True,
    metavar="NAME",
    help="Answer to this host name too, beside loopback's own, --host and the upstream's. Repeatable; * for any.",
)
@secret_options
@tls_options
@click.option("--control-token", envvar=TOKEN, help=f"Token for the state of the recording. Also from {TOKEN}.")
@reports_errors
def record(
    vendor: str,
    upstream: tuple[str, ...],
    out: Path,
    note: str,
    host: str,
    port: int,
    upstream_ca: Path | None,
    upstream_proxy: str | None,
    timeout: float,
    allow_host: tuple[str, ...],
    keep_identity: bool,
    secret_field: tuple[str, ...],
    fake_people: bool,
    tls: bool,
    tls_ca: Path,
    tls_name: tuple[str, ...],
    control_token: str | None,
) -> None:
    """Record a session with the real system, through a proxy, until Ctrl-C or SIGTERM.

    Give your client the printed address instead of the vendor's, and let it work. Passwords, keys, tokens and cookies never
    reach the file: they are known by the names and families of names that they stand under, or by their look. While the
    recording runs it is FILE.part, sealed; at the end everything is searched for every secret once more.
    """
    from mockservers.kernel import clock
    from mockservers.recording.addresses import Upstream
    from mockservers.recording.files import Head, Writer
    from mockservers.recording.proxy import Recorder

    upstreams = [Upstream.parse(each) for each in upstream]
    trust = trusting(upstream_ca) if any(each.scheme == "https" for each in upstreams) else None
    context = None
    if tls:
        from mockservers.server.tls import server_context

        context = server_context(tls_ca, tls_name)
    redactor, options = redactor_of(vendor, keep_identity, secret_field, fake_people)
    writer = Writer(out, Head(vendor, clock.wall(), note, options))
    try:
        recorder = Recorder(
            upstreams,
            writer,
            redactor,
            host,
            port,
            trust=trust,
            timeout=timeout,
            proxy=upstream_proxy,
            tls=context,
            control_token=control_token,
            allow_hosts=(*allow_host, *tls_name),
            complain=lambda text: click.echo(f"mockservers: {text}", err=True),
        )
        recorder.run(lambda: announce(recorder, vendor, tls_ca if tls else None))
    except OSError as error:
        writer.discard()
        stop(f"cannot listen on {host} port {port}: {error.strerror or error}. Take another port, or --port 0.")
    except BaseException:
        if writer.count == 0:
            writer.discard()
        raise
    if recorder.failure is not None:
        writer.close()
        stop(
            f"the recording ended early: {recorder.failure}. What was complete before is in {writer.part}; "
            f"`mockservers recover {writer.part}` makes a recording of it, until this machine is started again"
        )
    finish(writer, redactor)


def trusting(authority: Path | None) -> ssl.SSLContext:
    """A context that trusts what this machine trusts, and the given authority."""
    import ssl

    context = ssl.create_default_context()
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except ssl.SSLError as error:
            raise ValueError(f"--upstream-ca {authority} holds no certificate in PEM form: {error.reason}") from error
    return context


def announce(recorder: Recorder, vendor: str, tls_ca: Path | None) -> None:
    """Say where the client must go, and what happens meanwhile."""
    lines = [
        f"{bold('mockservers')} records {vendor}; it is ready at {bold(recorder.url)}",
        f"  client      {recorder.url}{registry.emulator(vendor).endpoint}  (instead of the vendor's address)",
        f"  recording   {recorder.writer.part}",
    ]
    for upstream, proxy in recorder.proxies.items():
        lines.append(f"  by proxy    {upstream.origin} through {proxy.shown}  (named by {proxy.source})")
    if tls_ca is not None:
        lines.append(f"  trust       {tls_ca}  (certificate of the local authority, made for this run)")
    lines.append("  stop        Ctrl-C")
    click.echo("\n".join(lines))
    sys.stdout.flush()


def finish(writer: object, redactor: Redactor) -> None:
    """Search the file once more, give it its name, and say how to go on."""
    from mockservers.recording.files import Writer
    from mockservers.recording.scan import finalize

    assert isinstance(writer, Writer)
    if writer.count == 0:
        writer.discard()
        stop("nothing was recorded, so no file was written. Did the client go to the proxy's address?")
    again = finalize(writer, redactor)
    click.echo(
        f"{counted(writer.count, 'exchange')} in {writer.path}; "
        f"{len(redactor.secrets)} secrets were replaced, none is in the file"
    )
    if again:
        click.echo(
            f"  {counted(again, 'exchange')} {'was' if again == 1 else 'were'} masked again: "
            "a secret had stood there before its field told that it is one"
        )
    click.echo(f"  answer from it   mockservers serve --from {writer.path}")


@click.command()
@click.argument("part", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@reports_errors
def recover(part: Path) -> None:
    """Finish a recording whose recorder was killed: PART is the FILE.part that it left.

    Such a file is sealed, and its key is in the memory of this machine: after a restart nobody can read it any more.
    """
    from mockservers.recording.scan import recover as recovered

    path, count = recovered(part)
    click.echo(f"{counted(count, 'exchange')} in {path}; none of the secrets that the recorder knew is in the file")
