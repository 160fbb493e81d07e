"""TLS with a certificate authority made for one run: nothing to install, nothing secret left on disk.

Imported only when TLS is wanted, because the cryptography behind it is slow to load.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import trustme

NAMES = ("localhost", "*.localhost", "127.0.0.1", "::1")
_WORLD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.localhost")


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority as another process of the same server needs it, as PEM; the key is told to nobody else."""

    certificate: bytes
    key: bytes = field(repr=False)
    names: tuple[str, ...] = ()
    """Names in the server's certificate, beside those of this machine."""


def _context(authority: trustme.CA, names: Iterable[str]) -> ssl.SSLContext:
    certificate = authority.issue_cert(*names, organization_name="mockservers", common_name="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    return context


def authority(extra_names: Iterable[str] = ()) -> Authority:
    """A new authority."""
    made = trustme.CA(organization_name="mockservers", organization_unit_name="made for one run")
    return Authority(made.cert_pem.bytes(), made.private_key_pem.bytes(), tuple(extra_names))


def context_of(given: Authority) -> ssl.SSLContext:
    """A server-side context for this machine's names, for every `<world>.localhost`, and for the authority's `names`.

    Raises ValueError for a name that no certificate can carry.
    """
    signer = trustme.CA.from_pem(given.certificate, given.key)
    context = _context(signer, dict.fromkeys((*NAMES, *given.names)))

    @lru_cache(maxsize=64)
    def of_world(name: str) -> ssl.SSLContext:
        return _context(signer, (name,))

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        # OpenSSL does not accept `*.localhost` in a certificate, as it would not accept `*.com`.
        if name is not None and _WORLD.fullmatch(name.lower()):
            connection.context = of_world(name.lower())

    context.sni_callback = choose
    return context


def write(made: Authority, ca_path: Path) -> ssl.SSLContext:
    """The context of an authority whose certificate is written to `ca_path`, for clients to trust; its private key never is.

    Raises OSError when the file cannot be written, ValueError for a name that no certificate can carry.
    """
    context = context_of(made)
    ca_path.write_bytes(made.certificate)
    return context


def server_context(ca_path: Path, extra_names: Iterable[str] = ()) -> ssl.SSLContext:
    """The context of a new authority, made as `write` says."""
    return write(authority(extra_names), ca_path)
