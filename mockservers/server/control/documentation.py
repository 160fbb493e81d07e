"""Swagger UI for the control API at `/_mock/v1/docs`: its files come with a package, so nothing is loaded from elsewhere."""

from __future__ import annotations

from importlib import resources

import flask

from mockservers.server.control.context import Problem

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mockservers control API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'none',
  tryItOutEnabled: true,
  validatorUrl: null, // it would send the document to somebody else's machine
})
"""
_FILES = {
    "swagger-ui.css": ("css/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("js/swagger-ui-bundle.js", "text/javascript"),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""As that of the workbench: in a frame, a foreign page could have somebody click on what changes everything."""


def show() -> flask.Response:
    """The page. It reads openapi.json beside it, and tries calls out on this server alone."""
    answer = _answer(_PAGE, "text/html")
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def file(name: str) -> flask.Response:
    """What the page loads; raises Problem for any other name."""
    if name == "start.js":
        return _answer(_START, "text/javascript")
    if name not in _FILES:
        raise Problem(404, f"There is no file {name!r}; GET /_mock/v1/docs is the page.")
    path, media = _FILES[name]
    answer = _answer((resources.files("flask_openapi3_swagger") / "templates" / "swagger" / path).read_bytes(), media)
    answer.headers["Cache-Control"] = "max-age=3600"
    return answer


def _answer(body: str | bytes, media: str) -> flask.Response:
    answer = flask.Response(body, mimetype=media)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
