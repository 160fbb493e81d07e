"""What our answers are measured against, each in a process of its own under waitress as it comes.

`python stock.py flask` reads canned answers (`canned.Answer`) from its input, as JSON, and gives each for its target.
`python stock.py spyne` reads a page of tickets of the Autotask emulator, and has stock Spyne serialise them for each answer.
Either prints the address at which it answers, and goes when it is terminated.
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request


def flask(answers: Mapping[str, Mapping[str, str]]) -> Flask:
    """A plain Flask application that answers each target with the bytes it is given."""
    application = Flask("canned")
    bodies = {target: base64.b64decode(answer["body"]) for target, answer in answers.items()}

    @application.get("/<path:path>")
    def canned(path: str) -> Response:
        target = request.full_path.removesuffix("?")
        return Response(bodies[target], content_type=answers[target]["content_type"])

    return application


def application(kind: str, given: bytes) -> Any:
    if kind == "flask":
        return flask(json.loads(given))
    from vendor_figures import benchmark  # now: Spyne and the emulator take a while

    return benchmark("autotask").stock(given)


def main() -> None:
    from waitress import create_server

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line for each request that waits costs it time
    server = create_server(application(sys.argv[1], sys.stdin.buffer.read()), host="127.0.0.1", port=0)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
