"""The proxy between recorder and vendor, as companies have one: given, or named by the usual variables of the environment.

Its user and password are in no message. Upstreams of this machine are not reached through the proxy of a variable.
"""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

from mockservers.recording.addresses import Upstream

OPTION = "--upstream-proxy"
_DEFAULT = {"http": 80, "https": 443}


@dataclass(frozen=True)
class UpstreamProxy:
    """A proxy, and `source`, which named it: an option or a variable."""

    scheme: str
    host: str
    port: int
    source: str
    login: list[tuple[bytes, bytes]] = field(default_factory=list, repr=False)

    @classmethod
    def parse(cls, url: str, source: str) -> UpstreamProxy:
        """Raises ValueError with what would be right, and without what is in the address."""
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port = parts.port
        except ValueError:
            raise ValueError(f"{source} is no address of a proxy; expected http://host:port") from None
        if parts.scheme.startswith("socks"):
            raise ValueError(
                f"{source} names a SOCKS proxy, and the recorder speaks to proxies of HTTP only; give --upstream-proxy "
                "http://host:port, or exclude the vendor's host with NO_PROXY"
            )
        if parts.scheme not in _DEFAULT or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(
                f"{source} is not understood; expected http://host:port, with user:password@ where it asks for them"
            )
        login = []
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            login = [(b"Proxy-Authorization", b"Basic " + base64.b64encode(pair))]
        return cls(parts.scheme, parts.hostname, port or _DEFAULT[parts.scheme], source, login)

    @property
    def shown(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def remedy(self) -> str:
        if self.source == OPTION:
            return f"Give another address with {OPTION}"
        return f"It was named by {self.source}; {OPTION} names another, and NO_PROXY the hosts that need none"

    def refusal(self, upstream: Upstream, status: int, reason: bytes) -> str:
        """What to say when the proxy lets nobody through."""
        if status == 407:
            asks = "wrong ones were given" if self.login else "none were given"
            return (
                f"the proxy {self.shown} wants a user and a password ({asks}); give --upstream-proxy "
                f"{self.scheme}://USER:PASSWORD@{self.host}:{self.port}"
            )
        told = reason.decode("utf-8", "replace")
        return f"the proxy {self.shown} does not let us to {upstream.netloc}: {status} {told}. {self.remedy}"


def proxy_of(upstream: Upstream, given: str | None) -> UpstreamProxy | None:
    """The proxy by which an upstream is reached, or None. Raises ValueError for an address that is none."""
    if given:
        return UpstreamProxy.parse(given, OPTION)
    named = getproxies_environment()
    name = upstream.scheme if upstream.scheme in named else "all"
    if name not in named or _is_here(upstream.host) or _is_excluded(upstream, named):
        return None
    return UpstreamProxy.parse(named[name], f"the variable {name.upper()}_PROXY")


def _is_here(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_excluded(upstream: Upstream, named: dict[str, str]) -> bool:
    """Whether NO_PROXY names a host, the domain it is in, or the network of its address."""
    address = _address(upstream.host)
    for each in (part.strip().lower() for part in named.get("no", "").split(",")):
        name, _, port = each.rpartition(":") if each.count(":") == 1 else (each, "", "")
        domain = (name or each).removeprefix("*").lstrip(".")
        fits = each == "*" or (domain and (upstream.host == domain or upstream.host.endswith(f".{domain}")))
        if fits and port in ("", str(upstream.port)):
            return True
        if address is not None and "/" in each and _is_within(address, each):
            return True
    return False


def _is_within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
