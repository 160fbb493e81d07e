"""TLS with a certificate authority made for one run: nothing to install, nothing secret left on disk.

Imported only when TLS is wanted, because the cryptography behind it is slow to load.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme

NAMES = ("localhost", "*.localhost", "127.0.0.1", "::1")


def server_context(ca_path: Path, extra_names: Iterable[str] = ()) -> ssl.SSLContext:
    """A server-side context for this machine's names and `extra_names` (host names or addresses).

    The authority's certificate is written to `ca_path`, for clients to trust; its private key is never written.
    Raises OSError when the file cannot be written, ValueError for a name that no certificate can carry.
    """
    authority = trustme.CA(organization_name="mockservers", organization_unit_name="made for one run")
    names = list(dict.fromkeys((*NAMES, *extra_names)))
    certificate = authority.issue_cert(*names, organization_name="mockservers", common_name="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    authority.cert_pem.write_to_path(str(ca_path))
    return context
