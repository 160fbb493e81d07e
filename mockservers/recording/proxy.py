"""The recording proxy: passes on what client and vendor say to each other, their faults included, and writes it down.

An exchange is written, without its secrets, before the end of its answer goes to the client: what a client got whole is
in the file. Knows no vendor.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDict
from yarl import URL

from mockservers.kernel import clock
from mockservers.kernel.journal import Headers
from mockservers.recording import addresses
from mockservers.recording.addresses import TEXTUAL, VIA, Rewriter, Upstream
from mockservers.recording.exchanges import BASE, MOST_RECORDED, Recorded, decoded, unpacked, value_of
from mockservers.recording.files import Writer
from mockservers.recording.redaction import Redactor
from mockservers.recording.upstream import UpstreamSession
from mockservers.server import responses
from mockservers.server.control import guard
from mockservers.server.listener import MOST_BODY, Listener, Unreadable

MOST_BUFFERED = 4 << 20
"""Bytes of a text whose length is known that are held to be sent with their right length; others stream."""
TIMEOUT = 100.0
"""Seconds without a byte from the upstream, after which an exchange counts as timed out."""
_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)
_OURS = frozenset({"host", "accept-encoding", "expect"})


class Recorder(Listener):
    """Passes requests to `upstreams` (the first, and further ones below `/_via/2` ...) and adds them to `writer`.

    `trust` is the TLS context for the upstream. `complain` is told of what only the user can put right.
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
        self._session = UpstreamSession(self.trust, self.timeout)

    async def _close(self) -> None:
        try:
            await super()._close()
        finally:
            if self._session is not None:
                await self._session.close()

    # --- one exchange -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = _path(request.raw_path)
        if request.method == hdrs.METH_CONNECT or not self._meant(request.raw_path):
            # Whatever a client has for others is not to reach this vendor, nor the file.
            return _plain(
                421, f"this is no proxy for other hosts; set none, and give the client {self.url} as its address"
            )
        # Who may come in: the rule of every listener that has data of a real system.
        denial = guard.check_data(request.headers, request.raw_path, self.host, self.allow_hosts)
        if denial is not None:
            return _plain(denial.status, f"{denial.error} {denial.do}")
        if path.startswith("/_mock/"):
            return await self._status(request, path)
        try:
            body = await self._body(request)
        except Unreadable as error:
            return _plain(error.status, str(error))
        chosen = self._chosen(path)
        if chosen is None:
            return _plain(404, f"there is no upstream {path}; --upstream was given {len(self.upstreams)} times")
        upstream, below = chosen
        return await _Passage(self, request, upstream, below, path, body).go()

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
        if not path.startswith(VIA):
            return self.upstreams[0], path
        number, _, below = path.removeprefix(VIA).partition("/")
        if not number.isdecimal() or not 2 <= int(number) <= len(self.upstreams):
            return None
        return self.upstreams[int(number) - 1], "/" + below

    async def _status(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Health, as the emulators tell it, and how far the recording is."""
        await self._body(request)
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
            self.writer.add(self.redactor.redact(addresses.placed(recorded, self._to_file, self.upstreams)))
        except Exception as error:
            self.failure = error
            self.complain(f"recording stops: {type(error).__name__}: {error}")
            self.stop()

    def session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session.client


class _Passage:
    """One request on its way to the upstream, and its answer on the way back."""

    def __init__(
        self, recorder: Recorder, request: web.BaseRequest, upstream: Upstream, below: str, path: str, body: bytes
    ) -> None:
        self.recorder = recorder
        self.request = request
        self.upstream = upstream
        authority = request.headers.get(hdrs.HOST, "") or f"{recorder.host}:{recorder.port}"
        proxied = f"{'https' if recorder.tls else 'http'}://{authority}"
        to_upstream = addresses.inward(authority, recorder.upstreams)
        self.to_client = addresses.outward(recorder.upstreams, proxied)
        self.url = URL(f"{upstream.origin}{below}", encoded=True)
        self.sent = to_upstream(body)
        self.headers: Headers = [
            (name, to_upstream.text(value))
            for name, value in request.headers.items()
            if name.lower() not in _HOP and name.lower() not in _OURS
        ]
        self.recorded = Recorded(
            n=recorder.number(),
            at=clock.wall(),
            method=request.method,
            target=path,
            headers=[(name, value) for name, value in self.headers],
            body=self.sent,
        )
        self.kept: bytearray | None = bytearray()
        self.gone = False

    async def go(self) -> web.StreamResponse:
        headers = CIMultiDict([*self.headers, ("Accept-Encoding", "identity")])
        session = self.recorder.session()
        try:
            async with session.request(
                self.request.method, self.url, headers=headers, data=self.sent or None, allow_redirects=False
            ) as answer:
                return await self._answer(answer)
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            says = (
                f"the certificate of {self.upstream.netloc} is not trusted: {error}. Give the authority's certificate with "
                "--upstream-ca FILE"
            )
            self.recorder.complain(says)
            return _plain(502, says)
        except (TimeoutError, aiohttp.ServerTimeoutError):
            return self._broken("timeout")
        except aiohttp.ClientConnectorError as error:
            self.recorder.complain(f"{self.upstream.netloc} takes no connection: {error}")
            return self._broken("refused")
        except (aiohttp.ClientError, OSError):
            return self._broken("reset")

    def _broken(self, fault: str) -> web.StreamResponse:
        """No answer began: the client's connection ends as ours did."""
        self._finish(fault)
        return responses.abort(self.request)

    def _finish(self, fault: str | None = None) -> None:
        recorded = self.recorded
        recorded.took = clock.wall() - recorded.at
        recorded.fault = fault
        recorded.body, recorded.headers, why = decoded(recorded.body, recorded.headers)
        if self.kept is None:
            recorded.reply_body, recorded.omitted = None, f"a body of over {MOST_RECORDED} bytes"
        else:
            body, headers = bytes(self.kept), recorded.reply_headers
            recorded.reply_body, recorded.reply_headers, recorded.omitted = decoded(body, headers)
        recorded.omitted = recorded.omitted or why
        self.recorder.keep(recorded)

    # --- the answer -------------------------------------------------------------------------------------------------

    async def _answer(self, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        recorded = self.recorded
        recorded.status = answer.status
        own: Headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
        recorded.reply_headers = own
        bare = self.request.method == "HEAD" or answer.status in (204, 304) or answer.status < 200
        length = answer.content_length
        textual = TEXTUAL.match(value_of(own, "content-type").lower()) is not None
        coded = bool(value_of(own, "content-encoding"))
        if bare or (length is not None and length <= MOST_BUFFERED and textual):
            return await self._whole(answer, bare)
        stream = self._begin(answer.status, own, keep_length=length if not textual or coded else None)
        await self._write(stream.prepare(self.request))
        fault = await self._stream(answer, stream, None if coded or not textual else self.to_client)
        self._finish(fault)
        return await self._end(stream, fault)

    async def _whole(self, answer: aiohttp.ClientResponse, bare: bool) -> web.StreamResponse:
        """Hold the body, so that it can be sent with its length."""
        assert self.kept is not None
        fault = await self._read(answer, lambda chunk: None)
        declared = answer.headers.get(hdrs.CONTENT_LENGTH, "")
        body, headers = bytes(self.kept), self.recorded.reply_headers
        self._finish(fault)
        coded = value_of(headers, "content-encoding")
        plain = unpacked(body, coded) if coded and not fault else None if coded else body
        if plain is not None:
            body = self.to_client(plain)
            headers = [each for each in headers if each[0].lower() != "content-encoding"]
        if fault is not None:
            stream = self._begin(answer.status, headers, keep_length=max(int(declared or 0), len(body) + 1))
            await self._write(stream.prepare(self.request))
            await self._write(stream.write(body))
            return await self._end(stream, fault)
        whole = web.Response(status=answer.status, body=None if bare else body)
        responses.fill(whole, self._shown(headers))
        if bare and declared.isdecimal() and self.request.method == "HEAD":
            whole.headers[hdrs.CONTENT_LENGTH] = declared
        return whole

    def _begin(self, status: int, headers: Headers, keep_length: int | None) -> web.StreamResponse:
        stream = web.StreamResponse(status=status)
        responses.fill(stream, self._shown(headers))
        if keep_length is not None:
            stream.content_length = keep_length
        elif self.request.version >= (1, 1):
            stream.enable_chunked_encoding()
        return stream

    def _shown(self, headers: Headers) -> Headers:
        """Headers as the client may have them: addresses are the proxy's, cookies are for its host and scheme."""
        return [
            (name, self._cookie(value) if name.lower() == "set-cookie" else self.to_client.text(value))
            for name, value in headers
        ]

    def _cookie(self, value: str) -> str:
        away = ("domain=",) if self.recorder.tls else ("domain=", "secure", "samesite=none")
        first, *rest = value.split(";")
        return ";".join([first, *(part for part in rest if not part.strip().lower().startswith(away))])

    async def _stream(
        self, answer: aiohttp.ClientResponse, stream: web.StreamResponse, rewrite: Rewriter | None
    ) -> str | None:
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

    async def _read(self, answer: aiohttp.ClientResponse, send: Callable[[bytes], object]) -> str | None:
        """Read the body, hand each part on, and tell which fault ended it early."""
        try:
            async for chunk in answer.content.iter_any():
                if self.kept is not None:
                    self.kept += chunk
                    if len(self.kept) > MOST_RECORDED:
                        self.kept = None
                sending = send(chunk)
                if sending is not None:
                    await sending  # type: ignore[misc]
        except (TimeoutError, aiohttp.ServerTimeoutError):
            return "timeout"
        except (aiohttp.ClientError, OSError) as error:
            # The client library tells what ended the connection in its message alone.
            return "reset" if isinstance(error, ConnectionResetError) or "ConnectionReset" in str(error) else "cut"
        return None

    async def _write(self, writing: object) -> None:
        """Write to the client; one that has gone is no reason not to record the answer."""
        try:
            await writing  # type: ignore[misc]
        except ConnectionError:
            self.gone = True

    async def _end(self, stream: web.StreamResponse, fault: str | None) -> web.StreamResponse:
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


def _path(raw: str) -> str:
    """What stands in the request line as a path with its query: a client may write a whole address."""
    if not raw.startswith("/"):
        raw = "/" + raw.partition("://")[2].partition("/")[2]
    raw = raw.partition("#")[0]
    return raw if raw.isascii() else quote(raw.encode("utf-8", "surrogateescape"), safe="!#$%&'()*+,/:;=?@[]~")


def _plain(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"mockservers record: {text}\n", headers={"X-Mock-Recorder": "error"})


def _json(status: int, says: dict[str, object]) -> web.Response:
    return web.Response(status=status, text=json.dumps(says) + "\n", content_type="application/json")
