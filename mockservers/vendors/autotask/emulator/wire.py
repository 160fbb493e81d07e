"""Autotask on the wire: HTTP and SOAP in, the one door, SOAP out.

Translates only. What the framework does by itself is `wirekit.asmx`; `declaration` says which operations there are,
`reading` and `answers` know their XML, semantics know what a call means.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.kernel.world import World
from mockservers.vendors.autotask import VENDOR
from mockservers.vendors.autotask.dialects import VERSION
from mockservers.vendors.autotask.emulator import answers, declaration, pages, parsing, zones
from mockservers.vendors.autotask.emulator.releases import LATEST
from mockservers.vendors.autotask.emulator.requests import Asked, Command, Header
from mockservers.vendors.autotask.emulator.rest import service as rest
from mockservers.vendors.autotask.emulator.rest.visits import ROOT
from mockservers.wirekit import asmx, aspnet, soap
from mockservers.wirekit.environ import EXCHANGE, WORLD

ENDPOINT = "/ATServices/1.6/atws.asmx"
DESCRIPTION = "/atservices/1.6/atws.wsdl"
COMMAND = "ExecuteCommand"
MOST_BODY = 16 << 20
"""Bytes of a request: an attachment of 7 MB as base64, and room."""

_SERVICE = re.compile(r"/atservices/([^/]*)/atws\.(asmx|wsdl)(/.*)?", re.IGNORECASE | re.DOTALL)
_COMMAND = re.compile(r"(?:/ww([0-9]{1,3}))?/Autotask/AutotaskExtend/ExecuteCommand\.aspx", re.IGNORECASE)
_VERSION = "1.6"
_RULES = {
    "action": "autotask.framework.action",
    "malformed": "autotask.framework.malformed",
    "media_type": "autotask.framework.media_type",
    "version": "autotask.framework.version",
    "envelope": "autotask.framework.envelope",
    "must_understand": "autotask.framework.must_understand",
    "addressing": "autotask.wire.addressing",
    "parameter_type": "autotask.framework.parameter_type",
    "verb": "autotask.framework.verb",
    "form_post": "autotask.framework.form_post",
    "too_large": "autotask.framework.too_large",
}
_FREE = ("getZoneInfo",)
"""Operations that need no login."""
_HTML = "text/html; charset=utf-8"


@lru_cache(maxsize=16)
def _options(soap12: str, addressing: str) -> asmx.Options:
    return asmx.Options(soap12 == "on", "off", True, MOST_BODY, addressing)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One HTTP request: whose world, and what the URL and the headers say."""

    world: World
    exchange: Exchange
    environ: dict[str, Any]

    @property
    def host(self) -> str:
        return self.environ.get("HTTP_HOST") or f"{self.environ['SERVER_NAME']}:{self.environ['SERVER_PORT']}"

    @property
    def base(self) -> str:
        return f"{self.environ['wsgi.url_scheme']}://{self.host}{self.environ.get('SCRIPT_NAME', '')}"

    def asked(self, header: Header, body: Any) -> Asked:
        user, password = self.credentials()
        return Asked(user, password, header, self.base + ENDPOINT, self.host, body)

    def credentials(self) -> tuple[str | None, str | None]:
        """Name and password of Basic authentication; what cannot be read was not sent."""
        scheme, _, blob = self.environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if not blob:
            return None, None
        self.exchange.secrets.append(blob.strip())  # also what no operation will ever see
        if scheme.lower() != "basic":
            return None, None
        try:
            raw = base64.b64decode(blob.strip(), validate=True)
        except (binascii.Error, ValueError):
            return None, None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        user, colon, password = text.partition(":")
        if not colon:
            return None, None
        if password:
            self.exchange.secrets.append(password)
        return user, password

    def refuse(self, operation: str, defect: Exception) -> None:
        """Journal, through the door, what is answered without an operation."""
        try:
            self.world.perform(Call(VENDOR.name, operation, exchange=self.exchange, defect=defect))
        except (Refusal, Unsupported):
            return


class _Backend:
    """What stands behind the .asmx page for one exchange: a world."""

    def __init__(self, visit: _Visit, service: asmx.Description, dialect: Dialect) -> None:
        self.visit, self.service, self.dialect = visit, service, dialect
        self.realm: str | None = None
        """Set when the answer is a challenge to log in."""

    def invoke(self, invocation: asmx.Invocation) -> asmx.Result:
        method = invocation.method
        exchange = self.visit.exchange
        if method.name != method.operation:
            exchange.cite("autotask.operation.spelling")
        try:
            body = parsing.READERS[method.name](invocation.element, self.dialect["info_parameter"], exchange.cite)
            header = parsing.header(invocation.header, exchange.cite)
        except asmx.Defect as defect:
            self.reject(defect, method.name)
            raise
        call = Call(VENDOR.name, method.operation, self.visit.asked(header, body), exchange=exchange)
        try:
            value = self.visit.world.perform(call)
        except Refusal as refusal:
            return asmx.Result(self._refused(refusal, method.name))
        except (Breakdown, Unsupported) as failure:
            raise self._failure(str(failure)) from failure
        finally:
            self._tell_lost(invocation)
        return asmx.Result(answers.result(method.name, answers.INNER[method.name](value)))

    def _tell_lost(self, invocation: asmx.Invocation) -> None:
        """A finding for what the framework passed over."""
        entry = self.visit.exchange.entry
        lost = parsing.undeclared(invocation.element, invocation.method.parameters)
        if lost and entry is not None:
            said = (
                f"The request holds what {invocation.method.operation} does not declare, so it was ignored: {lost[0]}"
            )
            entry.note(
                "autotask.request.undeclared", said + ("" if len(lost) == 1 else " and others"), names=list(lost)
            )

    def _refused(self, refusal: Refusal, name: str) -> Sequence[str]:
        facts = refusal.facts
        if refusal.kind == "LOGIN":
            self.realm = facts["realm"]
            raise asmx.Defect("login", "", status=401) from refusal
        messages: tuple[str, ...] = tuple(facts.get("messages", ())) or (facts.get("message", str(refusal)),)
        if refusal.kind == "BODY" and name in answers.IN_BODY:
            self.visit.exchange.cite("autotask.wire.return_code")
            return answers.result(name, answers.failed(facts.get("entity", ""), messages))
        if refusal.kind == "BODY" and name in answers.FAILED:
            return answers.result(name, answers.FAILED[name](messages))
        # The other answers have no place for an error, so it can only be a fault.
        raise self._failure(" ".join(messages)) from refusal

    def _failure(self, message: str) -> asmx.Defect:
        self.visit.exchange.cite("autotask.framework.failure")
        return asmx.Defect("failure", f"{asmx.UNPROCESSED} ---> {message}", "Server")

    def reject(self, defect: asmx.Defect, method: str | None) -> None:
        """Journal what cannot be read; whoever posts it is asked to log in first (autotask.user.before_reading)."""
        known = self.service.methods.get(method or "")
        refused = Refusal(_RULES[defect.kind], defect.kind, message=defect.text)
        call = Call(
            VENDOR.name,
            "soap" if known is None else known.operation,
            self.visit.asked(Header(), None),
            exchange=self.visit.exchange,
            defect=refused,
            login_first=self.visit.environ["REQUEST_METHOD"] == "POST" and method not in _FREE,
        )
        try:
            self.visit.world.perform(call)
        except Refusal as refusal:
            if refusal is not refused:
                self.visit.exchange.cite("autotask.user.before_reading")
                self.realm = refusal.facts["realm"]
                raise asmx.Defect("login", "", status=401) from refusal


# --- WSGI -------------------------------------------------------------------------------------------------------------

_Start = Callable[..., Any]


def application() -> Callable[[dict[str, Any], _Start], Iterable[bytes]]:
    """The WSGI application; it serves every world, found in the environ."""
    return _serve


def _serve(environ: dict[str, Any], start_response: _Start) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path[: len(ROOT)].lower() == ROOT.lower():
        return rest.serve(environ, start_response)
    visit = _Visit(environ[WORLD], environ[EXCHANGE], environ)
    found = _SERVICE.fullmatch(path)
    if found is not None and found[1] == _VERSION:
        reply, challenge = _service(visit, found)
    elif found is not None:
        reply, challenge = _elsewhen(visit, found[1]), None
    elif (command := _COMMAND.fullmatch(path)) is not None:
        reply, challenge = _command(visit, command[1]), None
    else:
        reply, challenge = _not_emulated(visit, path), None
    headers = [("Cache-Control", "private, max-age=0"), ("X-AspNet-Version", "4.0.30319")]
    if reply.content_type:
        headers.append(("Content-Type", reply.content_type))
    if challenge is not None:
        headers.append(("WWW-Authenticate", f'Basic realm="{challenge}"'))
    if reply.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "GET, POST" if found is not None and found[2].lower() == "asmx" else "GET, HEAD"))
    headers.append(("Content-Length", str(len(reply.body))))
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
    return [reply.body]


def _service(visit: _Visit, found: re.Match[str]) -> tuple[asmx.Reply, str | None]:
    """The page of the service, or its description."""
    environ, installation = visit.environ, visit.world.installation(VENDOR.name)
    dialect = installation.dialect
    here = zones.of_host(installation.tenants, visit.host)
    # An address that serves all zones has the description of the first customer's.
    version = zones.version(here or installation.tenants.first, dialect if here is None else here.dialect)
    service = declaration.service(version, dialect["wsdl_release"])
    options = _options(dialect["soap12"], dialect["ws_addressing"])
    verb, tail = environ["REQUEST_METHOD"], found[3] or ""
    address = environ["PATH_INFO"][: found.end(2)]
    if address not in (ENDPOINT, DESCRIPTION):
        visit.exchange.cite("autotask.address.paths")
    door = _Backend(visit, service, dialect)
    if found[2].lower() == "wsdl":
        return _description(visit, door, version, options, verb, tail), None
    query = environ.get("QUERY_STRING", "")
    if verb == "GET" and not tail and query.lower().rstrip("=") == "wsdl":
        _described(visit, version)
    request = asmx.Request(
        verb=verb,
        tail=tail,
        query=query,
        content_type=environ.get("CONTENT_TYPE", ""),
        soap_action=environ.get("HTTP_SOAPACTION"),
        body=environ["wsgi.input"].read(),
        local=False,
        url=visit.base + address,
        host=visit.host,
    )
    reply = asmx.answer(request, service, options, door)
    if reply.misread and visit.exchange.entry is not None:
        visit.exchange.entry.note("autotask.framework.charset", reply.misread)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        # One published client tells a failed login by an answer that is no XML.
        reply = asmx.Reply(401, _HTML, b"Access is denied: name or password is wrong, missing or expired.")
    elif reply.content_type.startswith(soap.V12.media):
        visit.exchange.cite("autotask.wire.soap12")
    return reply, door.realm


def _described(visit: _Visit, version: str) -> None:
    """The description of a release is served, which needs no login."""
    visit.exchange.cite("autotask.wsdl.types", "autotask.operation.spelling")
    if "HTTP_AUTHORIZATION" not in visit.environ:
        visit.exchange.cite("autotask.zone.no_login")
    if version != VERSION:
        visit.exchange.cite("autotask.zone.differences")
    if visit.world.installation(VENDOR.name).dialect["wsdl_release"] != LATEST:
        visit.exchange.cite("autotask.wsdl.release")


def _description(
    visit: _Visit, door: _Backend, version: str, options: asmx.Options, verb: str, tail: str
) -> asmx.Reply:
    """The file beside the service."""
    if tail:
        return _missing(visit, Refusal("autotask.address.paths", "NOT_FOUND"))
    if verb not in ("GET", "HEAD"):
        visit.credentials()  # which it does not need
        visit.refuse("soap", Refusal("autotask.framework.verb", "verb", message="The description can only be read."))
        page = aspnet.server_page(405, "Method Not Allowed", "The description can only be read.")
        return asmx.Reply(405, _HTML, page.encode())
    visit.credentials()
    _described(visit, version)
    body = asmx.document(door.service, "wsdl", options, visit.base + ENDPOINT)
    return asmx.Reply(200, "text/xml; charset=utf-8", body if verb == "GET" else b"")


def _missing(visit: _Visit, refusal: Refusal) -> asmx.Reply:
    visit.credentials()
    visit.refuse("address", refusal)
    page = aspnet.server_page(404, "Not Found", "The resource you are looking for does not exist.")
    return asmx.Reply(404, _HTML, page.encode())


def _elsewhen(visit: _Visit, version: str) -> asmx.Reply:
    """The address of another version. One published client asks for 1.5 unless it is told otherwise."""
    reply = _missing(visit, Refusal("autotask.address.version", "NOT_FOUND"))
    entry = visit.exchange.entry
    if entry is not None:
        said = f"The client asks for version {version[:20]} of the service; only {_VERSION} is there. Configure the version."
        entry.note("autotask.address.version", said, version=version[:20])
    return reply


def _not_emulated(visit: _Visit, path: str) -> asmx.Reply:
    visit.credentials()
    missing = Unsupported(f"{path[:200]} of Autotask")
    visit.refuse("address", missing)
    said = f"{missing}. This server has the SOAP service {ENDPOINT}, the REST service {ROOT} and ExecuteCommand.\n"
    return asmx.Reply(501, "text/plain; charset=utf-8", said.encode("utf-8", "replace"))


def _command(visit: _Visit, zone: str | None) -> asmx.Reply:
    """A page of the user interface, or rather what it would be."""
    verb = visit.environ["REQUEST_METHOD"]
    if verb not in ("GET", "HEAD"):
        visit.refuse(COMMAND, Refusal("autotask.framework.verb", "verb"))
        return asmx.Reply(405, _HTML, pages.failed("Pages are opened by GET.").encode())
    try:
        pairs = parse_qsl(visit.environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        pairs = []
    arguments = Command(None if zone is None else int(zone), tuple(pairs))
    call = Call(VENDOR.name, COMMAND, visit.asked(Header(), arguments), exchange=visit.exchange)
    try:
        status, page = 200, pages.opened(visit.world.perform(call))
    except Refusal as refusal:
        status, page = 200, pages.failed(refusal.facts["message"])
    except Unsupported as missing:
        status, page = 501, pages.failed(str(missing))
    except Breakdown:
        status, page = 500, pages.failed("An error occurred.")
    return asmx.Reply(status, _HTML, page.encode("utf-8", "replace") if verb == "GET" else b"")
