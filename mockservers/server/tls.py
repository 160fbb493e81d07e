"""TLS with a certificate authority made for one run: nothing to install, nothing secret left on disk.

Imported only when TLS is wanted, because the cryptography behind it is slow to load.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import trustme

NAMES = ("localhost", "*.localhost", "127.0.0.1", "::1")
_WORLD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.localhost")


def _context(authority: trustme.CA, names: Iterable[str]) -> ssl.SSLContext:
    certificate = authority.issue_cert(*names, organization_name="mockservers", common_name="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    return context


def server_context(ca_path: Path, extra_names: Iterable[str] = ()) -> ssl.SSLContext:
    """A server-side context for this machine's names, for every `<world>.localhost`, and for `extra_names`.

    The authority's certificate is written to `ca_path`, for clients to trust; its private key is never written.
    Raises OSError when the file cannot be written, ValueError for a name that no certificate can carry.
    """
    authority = trustme.CA(organization_name="mockservers", organization_unit_name="made for one run")
    context = _context(authority, dict.fromkeys((*NAMES, *extra_names)))

    @lru_cache(maxsize=64)
    def of_world(name: str) -> ssl.SSLContext:
        return _context(authority, (name,))

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        # OpenSSL does not accept `*.localhost` in a certificate, as it would not accept `*.com`.
        if name is not None and _WORLD.fullmatch(name.lower()):
            connection.context = of_world(name.lower())

    context.sni_callback = choose
    authority.cert_pem.write_to_path(str(ca_path))
    return context
