"""A pytest plugin that bends one module of the emulators: `MOCKSERVERS_BENT='{"module": ..., "old": ..., "new": ...}'`.

Load it with `-p tests.mutation.bent`, before anything imports the module.
"""

from __future__ import annotations

import json
import os
import sys

from tests.mutation.altered import Finder

_finder = Finder(**json.loads(os.environ["MOCKSERVERS_BENT"]))
assert _finder.module not in sys.modules, f"{_finder.module} is loaded already"
sys.meta_path.insert(0, _finder)
