"""BMC Track-It!'s Web API of 2019 and later: tickets, notes and what hangs on them as JSON over HTTP, behind OWIN tokens."""

from __future__ import annotations

from mockservers.registry import Mount, Vendor

VENDOR = Vendor(
    name="trackit",
    title="BMC Track-It! Web API",
    mounts=(
        # The virtual directory is the installation's own; the wire compares it with the dialect, and double slashes too.
        Mount(r"(?:/+[^/]+)+/+WebApi(?:/.*)?", "/TrackIt/WebApi"),
        # The API of Track-It! 11 is another one; the wire says so.
        Mount(r"/TrackitWebAPI(?:/.*)?", "/TrackitWebAPI/api"),
    ),
    emulator=f"{__name__}.emulator",
    contract=f"{__name__}.contract",
    recording=f"{__name__}.recording",
)
