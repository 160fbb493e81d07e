"""A classic ASP.NET web service (.asmx) as its callers meet it: verbs, media types, SOAPAction routing, envelope checks,
faults, help pages, `?WSDL` and `?disco`, form posts. Read from the framework's published source.

A `Description` says what the service is (declared with Spyne), `Options` how the installation is set up, a `Backend`
does the work and hears of every request that never got there. Knows no vendor, no world and no WSGI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

from lxml import etree

from mockservers.wirekit import charsets, headers, pages, soap, wsdl
from mockservers.wirekit.soap import V11, V12, Malformed, Version
from mockservers.wirekit.spyne_gate import Application, Fault, SimpleModel, Soap11, ValidationError

MOST_BODY = 4 << 20
"""Bytes of a request that the framework reads unless configured otherwise."""

UNPROCESSED = "Server was unable to process request."
UNREAD = "Server was unable to read request."
_NIL = f"{{{soap.XSI}}}nil"


@dataclass(frozen=True, slots=True)
class Method:
    """One operation, named like its request element. `input` is the Spyne class of that; `parameters` are the names inside.

    `operation` is its name in the description, which may differ; `headers` are the SOAP headers declared for it.
    """

    name: str
    action: str
    input: Any
    parameters: tuple[str, ...]
    says: str = ""
    operation: str = ""
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """One service: its class name, XML namespace and operations, and the Spyne application that declares them.

    `raw` hands the request element over undecoded, to a backend that reads it itself. `finish` completes the schema
    that Spyne made by what Spyne cannot say. `declares_soap12` tells whether the description shows what is answered.
    """

    name: str
    namespace: str
    application: Any
    methods: Mapping[str, Method]
    by_action: Mapping[str, Method]
    headers: frozenset[str] = frozenset()
    """Names `{namespace}local` of SOAP headers that the service understands."""
    raw: bool = False
    finish: Callable[[Any], None] | None = None
    declares_soap12: bool = True

    def __hash__(self) -> int:
        return id(self)


def describe(
    name: str,
    namespace: str,
    service: Any,
    *,
    headers: frozenset[str] = frozenset(),
    typed: bool = False,
    raw: bool = False,
    finish: Callable[[Any], None] | None = None,
    declares_soap12: bool = True,
) -> Description:
    """The description of a Spyne service class. `typed` makes decoding follow `xsi:type`, for polymorphic parameters."""
    protocol = Soap11(parse_xsi_type=typed)
    application = Application([service], tns=namespace, name=name, in_protocol=protocol, out_protocol=Soap11())
    base = namespace if namespace.endswith("/") else namespace + "/"
    methods = {
        each.name: Method(
            each.name,
            base + each.name,
            each.in_message,
            tuple(each.in_message._type_info),
            each.doc or "",
            each.operation_name if isinstance(each.operation_name, str) else each.name,
            tuple(header.get_type_name() for header in each.in_header or ()),
        )
        for each in application.interface.method_id_map.values()
    }
    by_action = {method.action: method for method in methods.values()}
    return Description(name, namespace, application, methods, by_action, headers, raw, finish, declares_soap12)


@dataclass(frozen=True, slots=True)
class Options:
    """How an installation has set the service up. `form_post` is `local`, `on` or `off`.

    `addressing` says what becomes of WS-Addressing headers: `refuse` them all, `ignore` them all, or "" as any header.
    """

    soap12: bool = True
    form_post: str = "local"
    custom_errors: bool = True
    most_body: int = MOST_BODY
    addressing: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What of an HTTP request matters here. `tail` is the path behind `.asmx`, `url` the page's own address."""

    verb: str
    tail: str
    query: str
    content_type: str
    soap_action: str | None
    body: bytes
    local: bool
    url: str
    host: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `misread` says how letters of the request were read otherwise than they were meant, or is empty."""

    status: int
    content_type: str
    body: bytes
    misread: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that reached an operation: its decoded parameters (None = absent), and what was sent but not declared."""

    method: Method
    values: Mapping[str, Any]
    ignored: tuple[tuple[str, str], ...] = ()
    header: Any = None
    """The SOAP header element, or None."""
    element: Any = None
    """The request element of a `raw` service, or None when it was not there under its own name."""
    misread: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation answers: the fragment inside its response element, whole or in parts, and the plain value for
    form posts."""

    inner: str | Sequence[str]
    text: str | None = None
    header: str = ""


class Defect(Exception):
    """A request ends in a fault. `kind` names the case for the backend; `code` is the SOAP 1.1 word.
    With a status other than 500 the body is empty, as the framework writes faults with status 500 only. In answers to
    form posts `plain` makes it plain text whatever the status, `page` an HTML page.
    """

    def __init__(
        self, kind: str, text: str, code: str = "Client", status: int = 500, *, plain: bool = False, page: bool = False
    ) -> None:
        super().__init__(text)
        self.kind, self.text, self.code, self.status, self.plain, self.page = kind, text, code, status, plain, page


class Backend(Protocol):
    """What stands behind the service."""

    def invoke(self, invocation: Invocation) -> Result:
        """Do it; raises Defect for an exception inside the operation."""

    def reject(self, defect: Defect, method: str | None) -> None:
        """Hear of a request that got no further; may raise another Defect in its place."""


@dataclass(slots=True)
class _State:
    """What is known so far of a request, so that a fault can be written in the right version."""

    version: Version = V11
    method: Method | None = None
    misread: str = ""


def answer(request: Request, service: Description, options: Options, backend: Backend) -> Reply:
    """The framework's answer to one request."""
    if not request.tail:
        if request.verb == "POST":
            return _soap(request, service, options, backend)
        if request.verb == "GET":
            return _page(request, service, options)
        return _verb(request, backend)
    return _form(request, service, options, backend)


# --- SOAP -------------------------------------------------------------------------------------------------------------


def _soap(request: Request, service: Description, options: Options, backend: Backend) -> Reply:
    media = headers.media(request.content_type)
    state = _State(V12 if media == V12.media and options.soap12 else V11)
    try:
        try:
            invocation = _read(request, service, options, media, state)
        except Defect as defect:
            backend.reject(defect, None if state.method is None else state.method.name)
            raise
        result = backend.invoke(invocation)
    except Defect as defect:
        return _refuse(defect, state, options)
    body = soap.wrapper(f"{invocation.method.name}Response", service.namespace, result.inner)
    return Reply(200, state.version.content_type, soap.envelope(state.version, body, result.header), state.misread)


def _read(request: Request, service: Description, options: Options, media: str, state: _State) -> Invocation:
    """From bytes to a call; raises Defect, having noted in `state` what is known by then."""
    if len(request.body) > options.most_body:
        raise Defect(
            "too_large",
            "There was an exception running the extensions specified in the config file. ---> "
            "Maximum request length exceeded.",
        )
    action = _action(request, state.version)
    if action is not None:
        state.method = service.by_action.get(action)
        if state.method is None and state.version is V11:
            # The framework routes before it reads, so this outweighs a wrong media type and broken XML.
            raise Defect("action", f"Server did not recognize the value of HTTP Header SOAPAction: {action}.")
    if media not in (V11.media, V12.media) or (media == V12.media and not options.soap12):
        raise Defect("media_type", "", status=415)
    letters = charsets.of_soap(request.body, request.content_type)
    state.misread = letters.finding
    try:
        root = soap.parse(letters.body, letters.charset)
    except Malformed as malformed:
        if state.method is not None:
            raise Defect("malformed", malformed.said, status=400) from malformed
        raise Defect("malformed", f"{UNPROCESSED} ---> {malformed.said}", "Server") from malformed
    element, header = _open(root, options, state, service)
    if state.method is None:
        state.method = _route(element, service, action)
    return _decode(service, state.method, element, header)


def _action(request: Request, version: Version) -> str | None:
    """The action as sent: a header in SOAP 1.1, an optional parameter of the media type in 1.2."""
    if version is V12:
        return headers.parameter(request.content_type, "action")
    if request.soap_action is None:
        return None
    value = request.soap_action.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return unquote(value)


def _open(
    root: etree._Element, options: Options, state: _State, service: Description
) -> tuple[etree._Element | None, etree._Element | None]:
    """The body's first element and the header; raises Defect for what is no SOAP envelope."""
    name = etree.QName(root)
    missing = f"{UNREAD} ---> Request format is invalid: Missing required soap:"
    if name.localname != "Envelope":
        raise Defect("envelope", f"{missing}Envelope element.")
    version = soap.BY_NAMESPACE.get(name.namespace or "")
    if version is None or (version is V12 and not options.soap12):
        raise Defect(
            "version",
            f"Possible SOAP version mismatch: Envelope namespace {name.namespace or ''} was unexpected. "
            f"Expecting {state.version.namespace}.",
            "VersionMismatch",
        )
    state.version = version
    body = root.find(f"{{{version.namespace}}}Body")
    if body is None:
        raise Defect("envelope", f"{missing}Body element.")
    header = root.find(f"{{{version.namespace}}}Header")
    if header is not None:
        _check_headers(header, version, service, options)
    return next((child for child in body if isinstance(child.tag, str)), None), header


def _check_headers(header: etree._Element, version: Version, service: Description, options: Options) -> None:
    for entry in header:
        if not isinstance(entry.tag, str):
            continue
        name = etree.QName(entry)
        addressing = bool(options.addressing) and name.namespace in soap.ADDRESSING
        must = entry.get(f"{{{version.namespace}}}mustUnderstand", "").strip().lower()
        if options.addressing == "refuse" if addressing else must in ("1", "true") and entry.tag not in service.headers:
            raise Defect(
                "addressing" if addressing else "must_understand",
                f"SOAP header {name.localname} was not understood.",
                "MustUnderstand",
            )


def _route(element: etree._Element | None, service: Description, action: str | None) -> Method:
    """Route by the body's element, when there was no action or SOAP 1.2 did not know it."""
    if element is not None:
        name = etree.QName(element)
        if name.namespace == service.namespace and name.localname in service.methods:
            return service.methods[name.localname]
    if action:
        raise Defect("action", f"Unable to handle request. The action '{action}' was not recognized.")
    raise Defect(
        "action", "Unable to handle request without a valid action parameter. Please supply a valid soap action."
    )


def _decode(
    service: Description, method: Method, element: etree._Element | None, header: etree._Element | None
) -> Invocation:
    """Let Spyne decode the parameters; what is not declared is set aside, as the framework ignores it."""
    if element is None or element.tag != f"{{{service.namespace}}}{method.name}":
        return Invocation(method, dict.fromkeys(method.parameters), (), header)
    if service.raw:
        return Invocation(method, dict.fromkeys(method.parameters), (), header, element)
    declared = method.input._type_info
    prefix = f"{{{service.namespace}}}"
    ignored: list[tuple[str, str]] = []
    seen: set[str] = set()
    for child in list(element):
        if not isinstance(child.tag, str):  # an entity that was not resolved
            element.remove(child)
            continue
        name = child.tag.removeprefix(prefix)
        if name not in declared or not child.tag.startswith(prefix) or name in seen:
            ignored.append((etree.QName(child).localname, child.text or ""))
            element.remove(child)
            continue
        seen.add(name)
        if len(child) and issubclass(declared[name], SimpleModel):
            raise unreadable("'Element' is an invalid XmlNodeType.")
        if child.get(_NIL, "").strip() in ("false", "0"):
            del child.attrib[_NIL]  # the decoder takes any xsi:nil for true
    try:
        decoded = service.application.in_protocol.from_element(
            _DecodingContext(service.application), method.input, element
        )
    except (Fault, ValidationError, ValueError, TypeError) as error:
        raise unreadable("Input string was not in a correct format.") from error
    values = {name: getattr(decoded, name, None) for name in method.parameters}
    return Invocation(method, values, tuple(ignored), header)


class _DecodingContext:
    """The little that Spyne's decoder asks of its context."""

    __slots__ = ("app",)

    def __init__(self, app: Any) -> None:
        self.app = app


def unreadable(said: str) -> Defect:
    """A request element that cannot be read into the operation's parameters; `said` is the innermost reason."""
    return Defect("parameter_type", f"{UNREAD} ---> There is an error in XML document. ---> {said}")


def _refuse(defect: Defect, state: _State, options: Options) -> Reply:
    if defect.status != 500:
        return Reply(defect.status, "", b"", state.misread)
    message = defect.text
    if not options.custom_errors:
        message = _trace(message, None if state.method is None else state.method.name, defect)
    header = soap.UPGRADE if defect.kind == "version" and options.soap12 else ""
    fault = soap.fault(state.version, defect.code, message, header)
    return Reply(500, state.version.content_type, fault, state.misread)


def _trace(message: str, method: str | None, defect: Defect) -> str:
    """The whole exception as text, as an installation shows it that hides nothing."""
    outer, *inner = message.split(" ---> ")
    chain = "".join(f" ---> System.Exception: {each}" for each in inner)
    where = f"   at {method}()\n   --- End of inner exception stack trace ---\n" if inner and method else ""
    return (
        f"System.Web.Services.Protocols.SoapException: {outer}{chain}\n{where}"
        "   at System.Web.Services.Protocols.SoapServerProtocol."
        f"{'Invoke' if defect.kind == 'failure' else 'ReadParameters'}()"
    )


# --- what is not SOAP -------------------------------------------------------------------------------------------------


def _verb(request: Request, backend: Backend) -> Reply:
    try:
        backend.reject(Defect("verb", "Request format is unrecognized.", status=405), None)
    except Defect as defect:
        return Reply(defect.status, "text/html; charset=utf-8", pages.error(defect.text).encode("utf-8", "replace"))
    body = b"" if request.verb == "HEAD" else pages.error("Request format is unrecognized.").encode()
    return Reply(405, "text/html; charset=utf-8", body)


@lru_cache(maxsize=16)
def _document(service: Description, kind: str, soap12: bool) -> str:
    return (wsdl.document if kind == "wsdl" else wsdl.discovery)(service, soap12)


def document(service: Description, kind: str, options: Options, address: str) -> bytes:
    """The `wsdl` or `disco` document of a service at `address`; built at first use, once per process."""
    made = _document(service, kind, options.soap12 and service.declares_soap12)
    return made.replace(wsdl.ADDRESS, soap.attribute(address)).encode()


def _page(request: Request, service: Description, options: Options) -> Reply:
    """Help pages and descriptions; the query's letter case does not matter."""
    query = unquote(request.query).strip().lower().rstrip("=")
    if query in ("wsdl", "disco"):
        return Reply(200, "text/xml; charset=utf-8", document(service, query, options, request.url))
    wanted = parse_qs(request.query, max_num_fields=100) if request.query.count("&") < 100 else {}
    name = next((values[0] for key, values in wanted.items() if key.lower() == "op"), None)
    if name is None:
        return Reply(200, "text/html; charset=utf-8", pages.listing(service).encode())
    method = service.methods.get(name)
    if method is None:
        return Reply(500, "text/html; charset=utf-8", pages.error(f"Method '{name}' was not found.").encode())
    form = options.form_post == "on" or (options.form_post == "local" and request.local)
    path = "/" + request.url.split("://", 1)[-1].partition("/")[2]
    shown = pages.operation(service, method, path, request.host, options.soap12, form)
    return Reply(200, "text/html; charset=utf-8", shown.encode())


def _form(request: Request, service: Description, options: Options, backend: Backend) -> Reply:
    """A form posted to `page.asmx/Method`: from local callers only, unless configured otherwise."""
    name = request.tail.strip("/")
    method = service.methods.get(name)
    try:
        try:
            invocation = _read_form(request, service, options, name)
        except Defect as defect:
            backend.reject(defect, None if method is None else method.name)
            raise
        result = backend.invoke(invocation)
    except Defect as defect:
        if defect.page or (defect.status != 500 and not defect.plain):
            return Reply(defect.status, "text/html; charset=utf-8", pages.error(defect.text).encode("utf-8", "replace"))
        text = defect.text.split(" ---> ")[-1] if defect.kind == "failure" else defect.text
        return Reply(defect.status, "text/plain; charset=utf-8", (text + "\r\n").encode("utf-8", "replace"))
    if result.text is None:
        tail = f' xmlns:xsi="{soap.XSI}" xsi:nil="true" xmlns="{soap.attribute(service.namespace)}" />'
    else:
        tail = f' xmlns="{soap.attribute(service.namespace)}">{soap.text(result.text)}</string>'
    whole = f"{soap.DECLARATION}\r\n<string{tail}".encode()
    return Reply(200, "text/xml; charset=utf-8", whole, invocation.misread)


def _read_form(request: Request, service: Description, options: Options, name: str) -> Invocation:
    allowed = options.form_post == "on" or (options.form_post == "local" and request.local)
    if request.verb not in ("GET", "POST"):
        raise Defect("verb", "Request format is unrecognized.", status=405, page=True)
    if request.verb != "POST" or not allowed or not name or "/" in name:
        raise Defect(
            "form_post", f"Request format is unrecognized for URL unexpectedly ending in '{request.tail}'.", page=True
        )
    if len(request.body) > options.most_body:
        raise Defect("too_large", "Maximum request length exceeded.", page=True)
    method = service.methods.get(name)
    if method is None:
        cased = next((each for each in service.methods if each.lower() == name.lower()), None)
        if cased is None:
            raise Defect("form_post", f"{name} Web Service method name is not valid.", plain=True)
        raise Defect(
            "form_post",
            f"Invalid method name '{name}',  method names are case sensitive.   The method name '{cased}' with the "
            "same name but different casing was found.",
            plain=True,
        )
    if headers.media(request.content_type) != "application/x-www-form-urlencoded":
        raise Defect("form_post", f"Request format is invalid: {request.content_type}.", plain=True)
    try:
        sent, misread = charsets.form(request.body, request.content_type)
    except ValueError as error:
        raise Defect("form_post", "Request format is invalid.", plain=True) from error
    values = {}
    for parameter in method.parameters:
        if parameter not in sent:
            raise Defect("form_post", f"Missing parameter: {parameter}.", plain=True)
        values[parameter] = ",".join(sent[parameter])
    ignored = tuple((key, value[0]) for key, value in sent.items() if key not in values)
    return Invocation(method, values, ignored, misread=misread)
