"""The recording proxy: passes on what client and vendor say to each other, their faults included, and writes it down.

An exchange is written, without its secrets, before the end of its answer goes to the client: what a client got whole is
in the file. Knows no vendor.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from mockservers.kernel import clock
from mockservers.recording import addresses, codings, omissions, scan
from mockservers.recording.addresses import TEXTUAL, VIA, Rewriter, Upstream
from mockservers.recording.exchanges import BASE, MOST_RECORDED, Recorded, value_of
from mockservers.recording.files import Writer
from mockservers.recording.redaction import Redactor
from mockservers.recording.upstream import Answer, Cut, Refused, Unreachable, UpstreamSession
from mockservers.recording.upstream_proxy import UpstreamProxy, proxy_of
from mockservers.server import request_line, responses
from mockservers.server.connection import Connection
from mockservers.server.control import guard
from mockservers.server.listener import MOST_BODY, Listener, Unreadable
from mockservers.server.relayed import RawHeaders, Relayed

MOST_BUFFERED = 4 << 20
"""Bytes of a text that are held to be rewritten and sent with their right length: where its length is known, or where it
is coded. Others stream."""
_WIDE = re.compile(r"charset\s*=\s*[\"']?(?:utf-?(?:16|32)|ucs-?[24]|unicode|iso-10646)")
_EVENTS = "text/event-stream"
"""What never ends is not to be held."""
TIMEOUT = 100.0
"""Seconds without a byte from the upstream, after which an exchange counts as timed out."""
_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"content-length",
    )
)
_OURS = frozenset((b"expect", b"proxy-authorization"))


class Recorder(Listener):
    """Passes requests to `upstreams` (the first, and further ones below `/_via/2` ...) and adds them to `writer`.

    `trust` is the TLS context for the upstream, `proxy` the address of a proxy on the way to it, where it is not the one that
    the environment names. `complain` is told of what only the user can put right. Raises ValueError for what cannot be.
    """

    descriptors = 2  # a client's, and the upstream's

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        writer: Writer,
        redactor: Redactor,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        trust: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        control_token: str | None = None,
        most_body: int = MOST_BODY,
        complain: Callable[[str], None] = lambda text: None,
        allow_hosts: Sequence[str] = (),
    ) -> None:
        if not guard.is_loopback(host) and not control_token:
            raise ValueError(
                f"listening on {host} lets other machines use this proxy and see what it records; give a control token, "
                "or listen on 127.0.0.1"
            )
        super().__init__(host, port, tls, most_body)
        self.upstreams = tuple(upstreams)
        self.writer = writer
        self.redactor = redactor
        self.trust = trust
        self.timeout = timeout
        found = {each: proxy_of(each, proxy) for each in self.upstreams}
        self.proxies: dict[Upstream, UpstreamProxy] = {each: by for each, by in found.items() if by is not None}
        self.control_token = control_token or None
        self.complain = complain
        self.allow_hosts = (*allow_hosts, *(each.host for each in self.upstreams))
        """Host names that clients may use, beside our own: a client may know the vendor by its name."""
        self.failure: Exception | None = None
        """Why recording stopped, if it had to."""
        self._count = 0
        self._session: UpstreamSession | None = None
        self._to_file = addresses.outward(self.upstreams, BASE)

    async def _open(self) -> None:
        await super()._open()
        self._session = UpstreamSession(self.trust, self.timeout, self.proxies)

    async def _close(self) -> None:
        try:
            await super()._close()
        finally:
            if self._session is not None:
                await self._session.close()

    def left(self, gone: Connection) -> None:
        if self._session is not None:
            self._session.forget(gone)

    # --- one exchange -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = _path(request.raw_path)
        if request.method == hdrs.METH_CONNECT or not self._meant(request.raw_path):
            # Whatever a client has for others is not to reach this vendor, nor the file.
            return _plain(
                421, f"this is no proxy for other hosts; set none, and give the client {self.url} as its address"
            )
        # Who may come in: the rule of every listener that has data of a real system.
        denial = guard.check_data(request.headers, request.raw_path, self.host, self.allow_hosts, request.method)
        if denial is not None:
            return _plain(denial.status, f"{denial.error} {denial.do}")
        if path.startswith("/_mock/"):
            return await self._status(request, path)
        try:
            body = await self.body(request)
        except Unreadable as error:
            return _plain(error.status, str(error))
        chosen = self._chosen(path)
        if chosen is None:
            return _plain(404, f"there is no upstream {path}; --upstream was given {len(self.upstreams)} times")
        upstream, via = chosen
        return await _Passage(self, request, upstream, via, path, body).go()

    def _meant(self, raw: str) -> bool:
        """Whether what a request line names is here: a path, or an address with this port or of an upstream."""
        if raw.startswith("/"):
            return True
        try:
            parts = urlsplit(raw)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        except ValueError:
            return False
        return port == self.port or any((parts.hostname, port) == (each.host, each.port) for each in self.upstreams[:1])

    def _chosen(self, path: str) -> tuple[Upstream, str] | None:
        """The upstream that a path leads to, and the part of the path that says so."""
        if not path.startswith(VIA):
            return self.upstreams[0], ""
        number = path.removeprefix(VIA).partition("/")[0].partition("?")[0]
        if not number.isdecimal() or not 2 <= int(number) <= len(self.upstreams):
            return None
        return self.upstreams[int(number) - 1], VIA + number

    async def _status(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Health, as the emulators tell it, and how far the recording is."""
        await self.body(request)
        if path == "/_mock/v1/health":
            return _json(200, {"status": "ok"})
        denial = guard.check(request.headers, self.control_token, self.host, self.port, request.method)
        if denial is not None:
            return _json(denial.status, {"error": denial.error, "do": denial.do})
        return _json(200, {"recording": str(self.writer.path), "exchanges": self.writer.count})

    def number(self) -> int:
        self._count += 1
        return self._count

    def keep(self, recorded: Recorded) -> None:
        """Mask and write; when that fails nothing more can be recorded, so the proxy stops."""
        if self.failure is not None:
            return
        try:
            scan.keep(self.writer, self.redactor, addresses.placed(recorded, self._to_file, self.upstreams))
        except Exception as error:
            self.failure = error
            self.complain(f"recording stops: {type(error).__name__}: {error}")
            self.stop()

    def session(self) -> UpstreamSession:
        assert self._session is not None
        return self._session


class _Passage:
    """One request on its way to the upstream, and its answer on the way back."""

    def __init__(
        self, recorder: Recorder, request: web.BaseRequest, upstream: Upstream, via: str, path: str, body: bytes
    ) -> None:
        self.recorder = recorder
        self.request = request
        self.upstream = upstream
        authority = request.headers.get(hdrs.HOST, "") or f"{recorder.host}:{recorder.port}"
        proxied = f"{'https' if recorder.tls else 'http'}://{authority}"
        self.to_upstream = addresses.inward(authority, recorder.upstreams)
        self.to_client = addresses.outward(recorder.upstreams, proxied)
        below = _raw_path(request).removeprefix(via.encode())
        self.target = below if below.startswith(b"/") or below == b"*" else b"/" + below
        asked = _with_own_codings([(name, self.to_upstream(value)) for name, value in request.raw_headers])
        self.sent = self.to_upstream.body(body, [(_text(name), _text(value)) for name, value in asked])
        dropped = _HOP | _nominated(asked)
        self.headers = self._outgoing(asked, dropped)
        self.recorded = Recorded(
            n=recorder.number(),
            at=clock.wall(),
            method=request.method,
            target=path,
            headers=[
                (_text(name), _text(value))
                for name, value in asked
                if name.lower() not in dropped | _OURS | {b"host", b"accept-encoding"}
            ],
            body=self.sent,
        )
        self.kept: bytearray | None = bytearray()
        self.gone = False

    def _outgoing(self, asked: RawHeaders, dropped: frozenset[bytes]) -> RawHeaders:
        """The headers as they came, at their places: the host is the vendor's, the length that of what is sent, and what is
        answered may be coded in no way that hides a secret."""
        headers: RawHeaders = []
        length, hosts = [(b"Content-Length", str(len(self.sent)).encode())], [(b"Host", self.upstream.netloc.encode())]
        for name, value in asked:
            low = name.lower()
            if low == b"host":
                headers += [(name, value) for _, value in hosts]
                hosts.clear()
            elif low in (b"content-length", b"transfer-encoding"):
                headers += [(name if low == b"content-length" else own, value) for own, value in length]
                length.clear()
            elif low == b"accept-encoding":
                headers.append((name, b"identity"))
            elif low not in dropped and low not in _OURS:
                headers.append((name, value))
        return [*hosts, *headers, *(length if self.sent else [])]

    async def go(self) -> web.StreamResponse:
        session, method = self.recorder.session(), self.request.method.encode()
        try:
            answer = await session.ask(
                self.upstream,
                method,
                self.target,
                self.headers,
                self.sent,
                client=self.request.protocol,
                keep=lambda: self.request.transport is not None and self.request.keep_alive,
            )
        except Unreachable as error:
            self.recorder.complain(str(error))
            return _plain(502, str(error))
        except Refused as error:
            self.recorder.complain(f"{self.upstream.netloc} takes no connection: {error}")
            return self._broken("refused")
        except TimeoutError:
            return self._broken("timeout")
        except (OSError, Cut):
            return self._broken("reset")
        try:
            return await self._answer(answer)
        finally:
            answer.drop()

    def _broken(self, fault: str) -> web.StreamResponse:
        """No answer began: the client's connection ends as ours did."""
        self._finish(fault)
        return responses.abort(self.request)

    def _finish(self, fault: str | None = None) -> None:
        recorded = self.recorded
        recorded.took = clock.wall() - recorded.at
        recorded.fault = fault
        recorded.body, recorded.headers, asked = codings.decoded(recorded.body, recorded.headers)
        if self.kept is None:
            recorded.reply_body, answered = None, f"of over {MOST_RECORDED} bytes"
        else:
            recorded.reply_body, recorded.reply_headers, answered = codings.decoded(
                bytes(self.kept), recorded.reply_headers, part=fault is not None
            )
        recorded.omitted = "; ".join(
            f"{whose}: {why}" for whose, why in ((omissions.REQUEST, asked), (omissions.ANSWER, answered)) if why
        )
        self.recorder.keep(recorded)

    # --- the answer -------------------------------------------------------------------------------------------------

    async def _answer(self, answer: Answer) -> web.StreamResponse:
        recorded = self.recorded
        recorded.status = answer.status
        dropped = (_HOP | _nominated(answer.headers)) - {b"content-length", b"transfer-encoding"}
        own = _with_own_codings([each for each in answer.headers if each[0].lower() not in dropped])
        bare = self.request.method == "HEAD" or answer.status in (204, 304) or answer.status < 200
        # Of an answer without its body the length is not that of what is kept: it has to be kept itself.
        away = _HOP - {b"content-length"} if self.request.method == "HEAD" or answer.status == 304 else _HOP
        recorded.reply_headers = [(_text(name), _text(value)) for name, value in own if name.lower() not in away]
        length = answer.length
        kind = value_of(recorded.reply_headers, "content-type").lower()
        textual = TEXTUAL.match(kind) is not None
        coded = bool(codings.of(recorded.reply_headers))
        if bare or (length is not None and length <= MOST_BUFFERED and textual):
            return await self._whole(answer, own, bare, await self._read(answer, lambda chunk: None))
        if length is None and textual and (coded or _WIDE.search(kind)) and not kind.startswith(_EVENTS):
            return await self._gathered(answer, own)
        stream = self._begin(answer, own, length if not textual or coded else None)
        await self._write(stream.prepare(self.request))
        fault = await self._stream(answer, stream, None if coded or not textual else self.to_client)
        self._finish(fault)
        return await self._end(stream, fault)

    async def _gathered(self, answer: Answer, headers: RawHeaders) -> web.StreamResponse:
        """Hold a body of unknown length in which addresses are found in the whole alone; one that grows too long goes on as
        it comes."""
        held = bytearray()
        stream: Relayed | None = None

        async def send(chunk: bytes) -> None:
            nonlocal stream
            if stream is None:
                held.extend(chunk)
                if len(held) <= MOST_BUFFERED:
                    return
                stream, chunk = self._begin(answer, headers, None), bytes(held)
                held.clear()
                await self._write(stream.prepare(self.request))
            await self._write(stream.write(chunk))

        fault = await self._read(answer, send)
        if stream is None:
            return await self._whole(answer, headers, False, fault)
        self._finish(fault)
        return await self._end(stream, fault)

    async def _whole(self, answer: Answer, headers: RawHeaders, bare: bool, fault: str | None) -> web.StreamResponse:
        """Send a body that was held, with its length."""
        assert self.kept is not None
        told = self.recorded.reply_headers
        body, known = bytes(self.kept), codings.of(told)
        self._finish(fault)
        if not body or not known:  # what there is not has no coding to take off
            body = self.to_client.body(body, told)
        elif fault is None:
            # What cannot be decoded whole goes on as it came, with the headers that say how it is coded.
            with contextlib.suppress(codings.Coded):
                body = self.to_client.body(codings.all_unpacked(body, known), told)
                headers = [each for each in headers if each[0].lower() != b"content-encoding"]
        if fault is not None:
            stream = self._begin(answer, headers, max(answer.length or 0, len(body) + 1))
            await self._write(stream.prepare(self.request))
            await self._write(stream.write(body))
            return await self._end(stream, fault)
        length = answer.length if bare else len(body)
        return Relayed(
            answer.status, answer.reason, self._shown(headers), length, body=b"" if bare else body, bare=bare
        )

    def _begin(self, answer: Answer, headers: RawHeaders, length: int | None) -> Relayed:
        return Relayed(answer.status, answer.reason, self._shown(headers), length)

    def _shown(self, headers: RawHeaders) -> RawHeaders:
        """Headers as the client may have them: addresses are the proxy's, cookies are for its host and scheme."""
        return [
            (name, self._cookie(value) if name.lower() == b"set-cookie" else self.to_client.header(name, value))
            for name, value in headers
        ]

    def _cookie(self, value: bytes) -> bytes:
        away = (b"domain=",) if self.recorder.tls else (b"domain=", b"secure", b"samesite=none")
        first, *rest = value.split(b";")
        return b";".join([first, *(part for part in rest if not part.strip().lower().startswith(away))])

    async def _stream(self, answer: Answer, stream: Relayed, rewrite: Rewriter | None) -> str | None:
        waiting = b""

        async def send(chunk: bytes) -> None:
            nonlocal waiting
            if rewrite is not None:
                chunk, waiting = rewrite.ready(waiting + chunk)
            if chunk:
                await self._write(stream.write(chunk))

        fault = await self._read(answer, send)
        if waiting and rewrite is not None:
            await self._write(stream.write(rewrite(waiting)))
        return fault

    async def _read(self, answer: Answer, send: Callable[[bytes], object]) -> str | None:
        """Read the body, hand each part on, and tell which fault ended it early."""
        try:
            async for chunk in answer.parts:
                if self.kept is not None:
                    self.kept += chunk
                    if len(self.kept) > MOST_RECORDED:
                        self.kept = None
                sending = send(chunk)
                if sending is not None:
                    await sending  # type: ignore[misc]
        except TimeoutError:
            return "timeout"
        except OSError:
            return "reset"
        except Cut:
            return "cut"
        return None

    async def _write(self, writing: object) -> None:
        """Write to the client; one that has gone is no reason not to record the answer."""
        try:
            await writing  # type: ignore[misc]
        except ConnectionError:
            self.gone = True

    async def _end(self, stream: Relayed, fault: str | None) -> web.StreamResponse:
        if fault is None:
            await self._write(stream.write_eof())
            return stream
        if fault in ("reset", "timeout"):
            await asyncio.sleep(0.05)  # let what was written leave before the reset throws it away
            return responses.abort(self.request, stream)
        stream.force_close()
        if self.request.transport is not None:
            self.request.transport.close()
        return stream


def _raw_path(request: web.BaseRequest) -> bytes:
    """What stands in the request line as a path with its query, byte for byte; a client may write a whole address."""
    line = getattr(request, "line", None)  # of listeners that read more than parsers do
    raw: bytes = getattr(line, "target", b"") or request.raw_path.encode("utf-8", "surrogateescape")
    if not raw.startswith(b"/") and b"://" in raw:
        raw = b"/" + raw.partition(b"://")[2].partition(b"/")[2]
    return raw


def _path(raw: str) -> str:
    """The same as text, as it is written down."""
    if not raw.startswith("/"):
        raw = "/" + raw.partition("://")[2].partition("/")[2]
    raw = raw.partition("#")[0]
    return raw if raw.isascii() else request_line.written(raw.encode("utf-8", "surrogateescape"))


def _with_own_codings(headers: RawHeaders) -> RawHeaders:
    """Headers that name a coding of the transfer, which ends here, as one of the content: the bytes stay coded."""
    lines = (_text(value) for name, value in headers if name.lower() == b"transfer-encoding")
    known = [each for line in lines for each in codings.named(line)]
    return [*headers, (b"Content-Encoding", ", ".join(known).encode())] if known else headers


def _nominated(headers: RawHeaders) -> frozenset[bytes]:
    """The headers that a header Connection says are of this connection alone."""
    words = (value.lower().split(b",") for name, value in headers if name.lower() == b"connection")
    return frozenset(word.strip() for each in words for word in each) - {b"host", b"authorization", b"content-type"}


def _text(raw: bytes) -> str:
    """A header as text; bytes that are no UTF-8 as lone surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def _plain(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"mockservers record: {text}\n", headers={"X-Mock-Recorder": "error"})


def _json(status: int, says: dict[str, object]) -> web.Response:
    return web.Response(status=status, text=json.dumps(says) + "\n", content_type="application/json")
