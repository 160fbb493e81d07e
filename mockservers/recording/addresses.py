"""Addresses of the upstream inside texts: rewritten to those of the proxy and back, or to what stands for them in a file.

A client goes where an answer tells it to go (a WSDL, a zone, a next page); it must come to the proxy all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from mockservers.kernel.journal import Headers
from mockservers.recording.exchanges import HOST, Recorded, bytes_of, text_of

VIA = "/_via/"
"""Under this path the proxy reaches a further upstream, by its number."""
TEXTUAL = re.compile(r"text/|application/(?:[\w.+-]*(?:xml|json|html|javascript|x-www-form-urlencoded))")
_DEFAULT = {"http": 80, "https": 443}
_PLACES = frozenset({b"location", b"content-location", b"refresh"})
"""Headers whose value is an address, or ends in one."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A system that is recorded."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Upstream:
        """Raises ValueError with what would be right."""
        try:
            parts: SplitResult = urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").lower()
            host = host if host.isascii() else host.encode("idna").decode("ascii")  # as it goes over the wire
        except ValueError as error:
            raise ValueError(f"--upstream {url!r} is no address: {error}") from error
        more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in _DEFAULT or not host or more:
            raise ValueError(
                f"--upstream {url!r} is not understood: write scheme and host alone, such as https://vendor.example; the "
                "client adds the path"
            )
        return cls(parts.scheme, host, port or _DEFAULT[parts.scheme])

    @property
    def shown(self) -> str:
        """The host with the letters that IDNA wrote in ASCII, as texts may have it."""
        try:
            return self.host.encode("ascii").decode("idna") if "xn--" in self.host else self.host
        except UnicodeError:
            return self.host

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"


class Rewriter:
    """Replaces addresses, in plain text, in JSON with escaped slashes and in percent-encoded text.

    `places` maps an authority (`host`, `host:port`) to what stands for scheme and authority together.
    """

    def __init__(self, places: dict[str, str]) -> None:
        self._places = {name.lower().encode(): base.encode() for name, base in places.items()}
        names = sorted(self._places, key=len, reverse=True)
        spelt = [re.escape(name) for name in names]
        spelt += [re.escape(name.replace(b":", b"%3A")) for name in names if b":" in name]
        self._pattern = re.compile(
            rb"(?i)https?(?::(?://|\\/\\/)|%3A%2F%2F)(" + b"|".join(spelt) + rb")(?![\w.:-]|%3A[0-9])"
        )
        self._place = re.compile(
            rb"(?i)(\s*|[^/]*[;,]\s*(?:url\s*=\s*)?[\"']?)//(" + b"|".join(spelt[: len(names)]) + rb")(?![\w.:-])"
        )
        # Percent-encoded: scheme and slashes, two bytes more for each colon, and the `%3A0` that may follow.
        self.longest = max(len(name) + 2 * name.count(b":") for name in names) + 18

    def __call__(self, text: bytes) -> bytes:
        return self._pattern.sub(self._replaced, text) if b"://" in text or b"\\/" in text or b"%3" in text else text

    def text(self, text: str) -> str:
        return self(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def header(self, name: bytes, value: bytes) -> bytes:
        """The value of a header; those that say where to go may leave out the scheme (RFC 3986, 4.2)."""
        found = self._place.match(value) if b"//" in value and name.lower() in _PLACES else None
        if found is not None:
            value = found[1] + self._places[found[2].lower()] + value[found.end() :]
        return self(value)

    def body(self, body: bytes, headers: Headers) -> bytes:
        """A body; in a code in which no letter is one byte, too."""
        wide = _wide(body, headers)
        return self(body) if wide is None else bytes_of(self.text(wide[0]), wide[1])

    def _replaced(self, found: re.Match[bytes]) -> bytes:
        base = self._places[found[1].lower().replace(b"%3a", b":")]
        if b"\\/" in found[0]:
            return base.replace(b"/", b"\\/")
        if b"%3A%2F" in found[0].upper():
            return base.replace(b":", b"%3A").replace(b"/", b"%2F")
        return base

    def ready(self, text: bytes) -> tuple[bytes, bytes]:
        """The part of a stream that can be sent, rewritten, and what must wait for more of it."""
        parts, done, end = [], 0, max(0, len(text) - self.longest)
        # Found in the whole: cut off before what follows, the beginning of a longer name would read as an address.
        for found in self._pattern.finditer(text):
            if found.end() + 8 > len(text):  # an address at the very end may go on
                end = found.start()
                break
            parts += [text[done : found.start()], self._replaced(found)]
            done = found.end()
        end = max(end, done)
        return b"".join([*parts, text[done:end]]), text[end:]


def _wide(body: bytes, headers: Headers) -> tuple[str, str] | None:
    """A body as text, and its codec, if that is one like UTF-16; None for any other."""
    if b"\0" not in body:
        return None
    text, codec = text_of(body, headers)
    return None if "a".encode(codec) == b"a" else (text, codec)


def _authorities(upstream: Upstream) -> list[str]:
    default = upstream.port == _DEFAULT[upstream.scheme]
    host = f"[{upstream.host}]" if ":" in upstream.host else upstream.host
    spelt = dict.fromkeys([host, upstream.shown] if host == upstream.host else [host])
    return [name for each in spelt for name in (f"{each}:{upstream.port}", *([each] if default else []))]


@lru_cache(maxsize=64)
def outward(upstreams: tuple[Upstream, ...], base: str) -> Rewriter:
    """From the upstreams' addresses to those below `base`: the proxy's, or BASE."""
    return Rewriter(
        {
            authority: base if n == 0 else f"{base}{VIA}{n + 1}"
            for n, upstream in enumerate(upstreams)
            for authority in _authorities(upstream)
        }
    )


@lru_cache(maxsize=64)
def inward(authority: str, upstreams: tuple[Upstream, ...]) -> Rewriter:
    """From the proxy's own addresses, as the client calls it, to those of the upstreams."""
    further = {f"{authority}{VIA}{n}": upstream.origin for n, upstream in enumerate(upstreams[1:], 2)}
    return Rewriter({**further, authority: upstreams[0].origin})


_WORD_BEGINS = r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4}))"
_AUTHORITY_BEGINS = r"(?:(?<=//)|(?<=\\/\\/)|(?<=%2F%2F)|(?<=%2f%2f))"
_NAME_ENDS = r"(?![\w-]|\.\w)"


@lru_cache(maxsize=64)
def _bare(upstream: Upstream) -> re.Pattern[str] | None:
    """The name of an upstream where it stands alone, or None for one that says nothing of anybody."""
    unspeaking = re.fullmatch(r"[0-9.]+|localhost|[0-9a-f:]*:[0-9a-f:.]*", upstream.host) is not None
    if unspeaking and ":" in upstream.host:
        return None
    spelt = dict.fromkeys((upstream.host, upstream.shown))
    name, port = f"(?:{'|'.join(map(re.escape, spelt))})", rf"(?:(?::|%3A){upstream.port}(?!\d))"
    if unspeaking:
        return re.compile(rf"{_WORD_BEGINS}{name}{port}")
    if "." in upstream.host:
        return re.compile(rf"{_WORD_BEGINS}{name}{_NAME_ENDS}{port}?", re.IGNORECASE)
    # A name of one label may be a word of the data, or a folder, as in `http://helpdesk/helpdesk/tickets`.
    return re.compile(rf"{_AUTHORITY_BEGINS}{name}{_NAME_ENDS}{port}?|{_WORD_BEGINS}{name}{port}", re.IGNORECASE)


def without_hosts(text: str, upstreams: Iterable[Upstream]) -> str:
    """A text without the bare names of the upstreams."""
    for upstream in upstreams:
        name = _bare(upstream)
        if name is not None:
            text = name.sub(HOST, text)
    return text


def placed(recorded: Recorded, rewrite: Rewriter, upstreams: Sequence[Upstream]) -> Recorded:
    """An exchange with what stands in a file for the addresses of the upstreams."""

    def text(value: str) -> str:
        return without_hosts(rewrite.text(value), upstreams)

    def body(value: bytes | None, of: Headers) -> bytes | None:
        if not value:
            return value
        plain, codec = _wide(value, of) or (value.decode("utf-8", "surrogateescape"), "utf-8")
        return bytes_of(text(plain), codec)

    def header(name: str, value: str) -> str:
        there = rewrite.header(name.encode(), value.encode("utf-8", "surrogateescape"))
        return without_hosts(there.decode("utf-8", "surrogateescape"), upstreams)

    return replace(
        recorded,
        target=text(recorded.target),
        headers=[(name, text(value)) for name, value in recorded.headers],
        body=body(recorded.body, recorded.headers),
        reply_headers=[(name, header(name, value)) for name, value in recorded.reply_headers],
        reply_body=body(recorded.reply_body, recorded.reply_headers),
    )
