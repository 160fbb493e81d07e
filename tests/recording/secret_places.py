"""Places at which strangers put secrets: names of every family, in every joining, carrier and direction. Made from a seed."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape, quoteattr

from mockservers.recording.exchanges import Recorded

FORM, JSON, XML = "application/x-www-form-urlencoded", "application/json", "text/xml; charset=utf-8"
_FAMILIES = (
    "token", "secret", "password", "passwd", "pwd", "pass", "pass phrase", "key", "api key", "private key", "access key",
    "auth", "sig", "signature", "session", "session id", "cookie", "credential", "credentials", "csrf", "xsrf", "otp",
    "auth code", "verification code", "jwt",
)  # fmt: skip
_BEFORE = ("", "", "x", "new", "user", "client", "my", "db", "x app", "old", "proxy")
_AFTER = ("", "", "", "value", "2", "hash", "confirm")
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ0123456789"


def secret(rng: random.Random) -> str:
    """A secret that no other is: letters and digits, sometimes with a mark in it."""
    made = "".join(rng.choice(_LETTERS) for _ in range(rng.randint(9, 24)))
    mark = rng.choice(("", "", "", "-", "_", "!", "+", "/", "&", "%", '"', "<"))
    return f"q7{made[:5]}{mark}{made[5:]}Z9"


def name(rng: random.Random) -> str:
    words = f"{rng.choice(_BEFORE)} {rng.choice(_FAMILIES)} {rng.choice(_AFTER)}".split()
    joining = rng.randrange(6)
    if joining == 0:
        return words[0] + "".join(word.capitalize() for word in words[1:])
    if joining == 1:
        return "".join(word.capitalize() for word in words)
    if joining == 2:
        return "_".join(words).upper()
    return ("-", "_", ".")[joining - 3].join(word.capitalize() if joining == 3 else word for word in words)


def _plain(text: str) -> str:
    """A secret as it can stand unquoted in a text."""
    return "".join(letter if letter.isalnum() or letter in "-_!+/" else "." for letter in text)


Made = tuple[str, list[tuple[str, str]], str, str]
"""Target, headers, body and its type."""


def _carriers() -> dict[str, Callable[[str, str], Made]]:
    def body(write: Callable[[str, str], str], media: str) -> Callable[[str, str], Made]:
        return lambda name, value: ("/x", [], write(name, value), media)

    def parts(name: str, value: str) -> Made:
        text = f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--B--\r\n'
        return "/x", [], text, "multipart/form-data; boundary=B"

    return {
        "header": lambda name, value: ("/x", [(name.replace(".", "-"), value)], "", ""),
        "query": lambda name, value: (f"/x?a=1&{quote(name)}={quote(value, safe='')}", [], "", ""),
        "fragment": lambda name, value: (f"/x#{quote(name)}={quote(value, safe='')}", [], "", ""),
        "referer": lambda name, value: ("/x", [("Referer", f"http://a/?{quote(name)}={quote_plus(value)}")], "", ""),
        "cookie": lambda name, value: ("/x", [("Cookie", f"lang=en; {name}={quote(value, safe='')}")], "", ""),
        "set-cookie": lambda name, value: ("/x", [("Set-Cookie", f"{name}={quote(value, safe='')}; Path=/")], "", ""),
        "form": body(lambda name, value: urlencode({"user": "ida", name: value}), FORM),
        "multipart": parts,
        "json": body(lambda name, value: json.dumps({"user": {"n": 1, name: value}}), JSON),
        "json list": body(lambda name, value: json.dumps({name: [value]}), JSON),
        "json pair": body(lambda name, value: json.dumps([{"name": name, "value": value}, {"name": "a", "value": "b"}]), JSON),
        "json header": body(lambda name, value: json.dumps({"headers": [["Accept", "*/*"], [name, value]]}), JSON),
        "cut json": body(lambda name, value: json.dumps({"a": 1, name: value, "b": [1]})[:-3], JSON),
        "json in json": body(lambda name, value: json.dumps({"log": "sent " + json.dumps({name: value}) + " to it"}), JSON),
        "json in xml": body(lambda name, value: f"<a><j>{escape(json.dumps({name: value}))}</j></a>", XML),
        "element": body(lambda name, value: f"<r xmlns:a='u'><a:{name}>{escape(value)}</a:{name}></r>", XML),
        "attribute": body(lambda name, value: f"<r><login {name}={quoteattr(value)} a='1'/></r>", XML),
        "xml pair": body(lambda name, value: f"<r><add key={quoteattr(name)} value={quoteattr(value)}/></r>", XML),
        "xml pair below": body(lambda name, value: f"<r><Name>{name}</Name><Value>{escape(value)}</Value></r>", XML),
        "cut element": body(lambda name, value: f"<r><{name}>{escape(value)}</{name}><Na", XML),
        "input": body(
            lambda name, value: f"<p>hi<br><input type=hidden name='{name}' value={quoteattr(value)}>", "text/html"
        ),
        "text": body(lambda name, value: f"POST /x\nHost: a\n{name}: {_plain(value)}\nAccept: b\n", "text/plain"),
        "text, set": body(lambda name, value: f"failed at login: {name}={_plain(value)} for user ida", "text/plain"),
        "page": body(lambda name, value: f"<html><p>Error: {name}={_plain(value)} for ida</p></html>", "text/html"),
        "json, said": body(lambda name, value: json.dumps({"error": f"bad {name}={_plain(value)} for ida"}), JSON),
        "connection": body(lambda name, value: f"Server=a;{name}={_plain(value)};Database=b", "text/plain"),
    }  # fmt: skip


def _shapes() -> dict[str, Callable[[str], tuple[str, str]]]:
    """Secrets that are known by their look: how they stand in a text, and what must not be seen."""

    def token(text: str) -> str:
        return ".".join(
            base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
            for part in ('{"alg":"HS256"}', json.dumps({"sub": text}), text)
        )

    def pair(text: str) -> tuple[str, str]:
        coded = base64.b64encode(f"ida:{text}".encode()).decode()
        return f"tried Basic {coded} in vain", coded

    def plain(text: str) -> str:
        return _plain(text).replace("!", "1")

    return {
        "jwt": lambda text: (f"it was {token(text)}.", token(text)),
        "basic": pair,
        "bearer": lambda text: (f"curl -H 'Authorization: Bearer {plain(text)}'", plain(text)),
        "beside": lambda text: (f"your session token is {plain(text) * 2} ok", plain(text)),
    }


@dataclass(frozen=True)
class Place:
    """An exchange with one secret in it."""

    where: str
    secret: str
    exchange: Recorded


def places(count: int, seed: int) -> list[Place]:
    """So many places, each with a secret of its own."""
    rng, carriers, shapes, made = random.Random(seed), _carriers(), _shapes(), []
    names = [*carriers, *shapes]
    for n in range(count):
        where, value, field = names[n % len(names)], secret(rng), name(rng)
        if where in carriers:
            target, headers, text, media = carriers[where](field, value)
            value = _plain(value) if _plain(value) in text and value not in text else value
        else:
            text, value = shapes[where](value)
            target, headers, text, media = "/x", [], rng.choice((text, json.dumps({"says": text}))), "text/plain"
        back = where == "set-cookie" or (n // len(names)) % 2 == 1
        if media:
            headers = [*headers, ("Content-Type", media)]
        if back and target == "/x":
            exchange = Recorded(n + 1, 0, "GET", "/x", [], b"", 200, headers, text.encode())
        else:
            exchange = Recorded(n + 1, 0, "POST", target, headers, text.encode(), 200, [], b"")
        made.append(Place(f"{where}, {field!r}, {text or headers or target!r}", value, exchange))
    return made
