"""One request of the REST service, and one answer: what the address, the headers and the body say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call
from mockservers.kernel.world import World
from mockservers.vendors.autotask import VENDOR
from mockservers.vendors.autotask.emulator.requests import Asked, Header
from mockservers.wirekit import headers, web_api

ROOT = "/ATServicesRest/"
VERSION = "V1.0"
JSON = "application/json; charset=utf-8"
_MEDIA = ("application/json", "text/json")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `media` is empty where there is no body, `allow` names the verbs of a path that has others."""

    status: int
    body: str = ""
    media: str = JSON
    allow: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One HTTP request: whose world, and what the address and the headers say."""

    world: World
    exchange: Exchange
    environ: Mapping[str, Any]

    @property
    def verb(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def host(self) -> str:
        return self.environ.get("HTTP_HOST") or f"{self.environ['SERVER_NAME']}:{self.environ['SERVER_PORT']}"

    @property
    def base(self) -> str:
        return f"{self.environ['wsgi.url_scheme']}://{self.host}{self.environ.get('SCRIPT_NAME', '')}"

    @property
    def path(self) -> str:
        """The decoded path; a WSGI environ holds its bytes as characters."""
        return str(self.environ["PATH_INFO"]).encode("latin-1", "replace").decode("utf-8", "replace")

    @property
    def query(self) -> str:
        return str(self.environ.get("QUERY_STRING", ""))

    def parameters(self) -> dict[str, str]:
        """The query string's pairs by name in lower case; of several of one name the first."""
        text = self.query.encode("latin-1", "replace").decode("utf-8", "replace")
        found: dict[str, str] = {}
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=1000):
            found.setdefault(name.lower(), value)
        return found

    def header(self, name: str) -> str | None:
        found = self.environ.get(f"HTTP_{name}")
        return None if found is None else str(found).strip()

    def asked(self, body: Any) -> Asked:
        user, secret = self.header("USERNAME"), self.header("SECRET")
        code, impersonated = self.header("APIINTEGRATIONCODE"), self.header("IMPERSONATIONRESOURCEID") or ""
        if secret:
            self.exchange.secrets.append(secret)  # also what no operation will ever see
        if code:
            self.exchange.secrets.append(code)
        who = (
            int(impersonated) if impersonated.isascii() and impersonated.isdigit() and len(impersonated) < 18 else None
        )
        header = Header(None, code or None, who)
        return Asked(user or None, secret or None, header, self.base + ROOT, self.host, body, rest=True)

    def perform(self, operation: str, body: Any) -> Any:
        return self.world.perform(Call(VENDOR.name, operation, self.asked(body), exchange=self.exchange))

    def reject(self, operation: str, refusal: Exception, login_first: bool = False) -> None:
        """Journal, through the door, what no operation answers; raises what the door raises."""
        self.world.perform(
            Call(
                VENDOR.name,
                operation,
                self.asked(None),
                exchange=self.exchange,
                defect=refusal,
                login_first=login_first,
            )
        )

    def note(self, rule: str, said: str, **facts: Any) -> None:
        if self.exchange.entry is not None:
            self.exchange.entry.note(rule, said, **facts)

    @property
    def dialect(self) -> Dialect:
        """The dialect of the caller's customer; before anybody was let in, the installation's."""
        installation, entry = self.world.installation(VENDOR.name), self.exchange.entry
        tenant = None if entry is None or entry.tenant is None else installation.tenants[entry.tenant]
        return installation.dialect if tenant is None else tenant.dialect


class Unread(Exception):
    """A body that no action gets to see: the status and the sentence of the framework."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def body_of(visit: Visit) -> str:
    """The body of a request as text. Raises Unread for what the framework does not read."""
    media = str(visit.environ.get("CONTENT_TYPE", ""))
    raw = visit.environ["wsgi.input"].read()
    if not raw:
        return ""
    if headers.media(media) not in _MEDIA:
        raise Unread(415, web_api.unsupported_media(headers.media(media)))
    try:
        return web_api.text_of(raw, media)
    except ValueError as error:
        raise Unread(400, str(error)) from None
