"""Under which keys of a WSGI environ the front door hands a wire what it serves. Knows nothing else."""

from __future__ import annotations

WORLD = "mockservers.world"
"""Key under which a wire finds the `World` it serves."""
EXCHANGE = "mockservers.exchange"
"""Key under which a wire finds the `Exchange`, to hand it on in its `Call`."""
