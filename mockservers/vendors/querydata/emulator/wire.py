"""QueryData on the wire: HTTP and SOAP in, the one door, SOAP out.

Translates only. What the framework does by itself is `wirekit.asmx`; what a call means is `semantics`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.kernel.world import World
from mockservers.vendors.querydata import VENDOR
from mockservers.vendors.querydata.emulator import answers
from mockservers.vendors.querydata.emulator.payload import Request
from mockservers.wirekit import asmx, soap
from mockservers.wirekit.environ import EXCHANGE, WORLD
from mockservers.wirekit.spyne_gate import Service, Unicode, rpc

NAME = "IRTHNetWOIntegration"
OPERATION = "query_data"
_PAGE = f"/{NAME}.asmx".lower()
_RULES = {
    "action": "querydata.framework.action",
    "malformed": "querydata.framework.malformed",
    "media_type": "querydata.framework.media_type",
    "version": "querydata.framework.version",
    "envelope": "querydata.framework.envelope",
    "must_understand": "querydata.framework.must_understand",
    "parameter_type": "querydata.framework.parameter_type",
    "verb": "querydata.framework.verb",
    "form_post": "querydata.framework.form_post",
    "too_large": "querydata.framework.too_large",
}


@lru_cache(maxsize=16)
def service(namespace: str, parameter: str) -> asmx.Description:
    """The service as Spyne declares it, for one namespace and one name of the parameter (querydata.wire.names)."""
    optional = Unicode.customize(min_occurs=0, nillable=False)

    def query_data(ctx: Any, payload: str | None) -> None:
        """Runs a query on tickets; the JSON text decides everything."""

    declared = rpc(
        optional,
        _in_variable_names={"payload": parameter},
        _returns=optional,
        _operation_name="QueryData",
        _out_variable_name="QueryDataResult",
    )(query_data)
    return asmx.describe(NAME, namespace, type(NAME, (Service,), {"QueryData": declared}))


@lru_cache(maxsize=64)
def _options(soap12: str, form_post: str, custom_errors: str) -> asmx.Options:
    return asmx.Options(soap12 == "on", form_post, custom_errors == "on")


class _Backend:
    """What stands behind the .asmx page for one exchange: a world."""

    def __init__(self, world: World, exchange: Exchange, dialect: Dialect, host: str) -> None:
        self.world, self.exchange, self.dialect, self.host = world, exchange, dialect, host

    def invoke(self, invocation: asmx.Invocation) -> asmx.Result:
        payload = invocation.values[self.dialect["payload_parameter"]]
        if payload is None and self.dialect["strictness"] == "lenient" and len(invocation.ignored) == 1:
            payload = invocation.ignored[0][1]
        request = Request(payload, self.host)
        try:
            answer = self.world.perform(Call(VENDOR.name, OPERATION, request, exchange=self.exchange))
            text = answers.text(answer, request.format)
        except Refusal as refusal:
            text = self._refused(refusal, request.format)
        except (Breakdown, Unsupported) as failure:
            raise self._failure(str(failure)) from failure
        escaped = soap.text(text)
        if len(escaped) != len(text):
            self.exchange.cite("querydata.framework.escaped_once")
        return asmx.Result(f"<QueryDataResult>{escaped}</QueryDataResult>", text)

    def _refused(self, refusal: Refusal, form: str) -> str:
        self.exchange.cite("querydata.error.form")
        if self.dialect["errors"] == "fault":
            raise self._failure(refusal.facts["message"]) from refusal
        return answers.error(refusal, form)

    def _failure(self, message: str) -> asmx.Defect:
        self.exchange.cite("querydata.framework.failure")
        return asmx.Defect("failure", f"{asmx.UNPROCESSED} ---> {message}", "Server")

    def reject(self, defect: asmx.Defect, method: str | None) -> None:
        rule: str = _RULES[defect.kind]
        call = Call(
            VENDOR.name, OPERATION, exchange=self.exchange, defect=Refusal(rule, defect.kind, message=defect.text)
        )
        try:
            self.world.perform(call)
        except Refusal:
            return


def application() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """The WSGI application; it serves every world, found in the environ."""
    return _serve


def _serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    world: World = environ[WORLD]
    exchange: Exchange = environ[EXCHANGE]
    dialect = world.installation(VENDOR.name).dialect
    path = environ["PATH_INFO"]
    cut = path.lower().find(_PAGE) + len(_PAGE)
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    request = asmx.Request(
        verb=environ["REQUEST_METHOD"],
        tail=path[cut:],
        query=environ.get("QUERY_STRING", ""),
        content_type=environ.get("CONTENT_TYPE", ""),
        soap_action=environ.get("HTTP_SOAPACTION"),
        body=environ["wsgi.input"].read(),
        local=_local(environ.get("REMOTE_ADDR", "")),
        url=f"{environ['wsgi.url_scheme']}://{host}{environ.get('SCRIPT_NAME', '')}{path[:cut]}",
        host=host,
    )
    reply = asmx.answer(
        request,
        service(dialect["soap_namespace"], dialect["payload_parameter"]),
        _options(dialect["soap12"], dialect["form_post"], dialect["custom_errors"]),
        _Backend(world, exchange, dialect, host),
    )
    if reply.misread and exchange.entry is not None:
        exchange.entry.note("querydata.framework.charset", reply.misread)
    headers = [("Cache-Control", "private, max-age=0"), ("X-AspNet-Version", "4.0.30319")]
    if reply.content_type:
        headers.append(("Content-Type", reply.content_type))
    if reply.status == 405:
        headers.append(("Allow", "GET, POST"))
    headers.append(("Content-Length", str(len(reply.body))))
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
    return [reply.body]


@lru_cache(maxsize=256)
def _local(address: str) -> bool:
    """Whether a caller is on the same machine; an address that cannot be read is not."""
    try:
        return ipaddress.ip_address(address.split("%")[0]).is_loopback
    except ValueError:
        return False
