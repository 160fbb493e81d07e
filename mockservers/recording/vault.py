"""What must not be kept: secrets are found at their places in an exchange, and stand-ins written wherever they stood.

A secret is known by where it stands (a header, a variable, a field of that name); from then on its value is replaced in
every text, in whatever spelling. Nothing here writes to a disk.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

from mockservers.kernel.journal import Headers
from mockservers.kernel.secrets import SPEAKING
from mockservers.recording import trees
from mockservers.recording.adapter import SECRETS, Adapter
from mockservers.recording.exchanges import Recorded, bytes_of, text_of
from mockservers.recording.people import People
from mockservers.recording.spellings import PLACEHOLDER, SHORTEST, Spellings, decoded

_GIVEN = re.compile(r"\s*[=\"'\\&%]|\r?\n")
_ESCAPED_NAME = re.compile(r"\\u00(?:[4-7][0-9A-Fa-f]|2[dD])")
"""A letter of a name as JSON may write it, though hardly anybody does."""
_OPENED, _CLOSED = re.compile(r"(?:<|&lt;)(?:[\w.-]+:)?\Z"), re.compile(r"[\s/>&]|\Z")
"""What stands around a name where it names a member, a variable or an attribute, or else an element."""
_SETTING = re.compile(
    r"true|false|yes|no|on|off|none|null|light|dark|[a-z]{2}(?:[-_][A-Za-z]{2})?|[0-9]{1,3}", re.IGNORECASE
)
"""What a cookie holds that is no secret, such as a language: it is replaced in its header only."""
_COOKIE_SECRET = re.compile(r"([^=;,\s]+)=(\"[^\"]*\"|[^;]*)")
_BLOTTED = re.compile("[*\u2022\u25cf]+")
"""What a vendor itself writes instead of a password."""
_BARE_COOKIE = re.compile(r"(?:\A|(?<=;))\s*([^=;\"\s][^=;\"]*?)\s*(?=;|\Z)")
"""A cookie of which only the value is said."""
_USER_INFO = re.compile(r"(?<=://)[^/?#@\s:\"'<>]*:([^/?#@\s\"'<>]+)(?=@)")


class Vault:
    """The secrets of one recording.

    With `keep_identity` each value has a stand-in of its own, `__secret.password.2__`; without it all of a kind look the
    same. `fields` are further names whose values are secrets. `people`, where given, replaces names, e-mails and phones.
    """

    def __init__(
        self, adapter: Adapter, *, keep_identity: bool = False, fields: Iterable[str] = (), people: People | None = None
    ) -> None:
        self.names: dict[str, str] = {
            **SECRETS,
            **adapter.secrets,
            **{_slug_name(each): _kind(each) for each in fields},
        }
        self.in_query: Mapping[str, str] = {**self.names, **adapter.query_secrets}
        self.keep_identity = keep_identity
        self.people = people
        self._stand_ins: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._everywhere = Spellings()
        self._loose = _loose(frozenset(self.names))
        self._below = _below(frozenset(self.names))
        self._given = _given(frozenset(self.in_query))

    @property
    def secrets(self) -> list[str]:
        """Every value that must stand nowhere."""
        return list(self._everywhere)

    def stand_in(self, kind: str, value: str, *, everywhere: bool = True) -> str:
        """What is written instead of a secret, from now on wherever it stands."""
        if PLACEHOLDER.fullmatch(value):
            return value
        known = self._everywhere.get(value) or self._stand_ins.get((kind, value))
        if known is None:
            self._counts[kind] = number = self._counts.get(kind, 0) + 1
            known = f"__secret.{kind}.{number}__" if self.keep_identity else f"__secret.{kind}__"
            self._stand_ins[kind, value] = known
        if everywhere and len(value) >= SHORTEST:
            self._everywhere.add(value, known)
        return known

    # --- an exchange ------------------------------------------------------------------------------------------------

    def mask(self, exchange: Recorded) -> Recorded:
        """The exchange as it may be kept. A body from which a secret cannot be taken is left out, and says so."""
        target = self._target(exchange.target)
        headers, reply_headers = self._headers(exchange.headers), self._headers(exchange.reply_headers)
        asked = self._learn(exchange.body, exchange.headers)
        told = self._learn(exchange.reply_body, exchange.reply_headers)
        body, why = self._body(exchange.body, exchange.headers, asked)
        reply_body, why_reply = self._body(exchange.reply_body, exchange.reply_headers, told)
        return replace(
            exchange,
            target=self.clean(target),
            headers=[(name, self.clean(value)) for name, value in headers],
            body=body,
            reply_headers=[(name, self.clean(value)) for name, value in reply_headers],
            reply_body=reply_body,
            omitted=exchange.omitted or why or why_reply,
        )

    def clean(self, text: str) -> str:
        """A text without any secret seen so far, and without people where they are replaced."""
        text = self._everywhere.replace(text)
        return text if self.people is None else self.people.replace(text)

    def shown(self, text: str) -> str | None:
        """What stands for a secret that a text shows in any spelling."""
        return self._everywhere.shown(text)

    # --- places -----------------------------------------------------------------------------------------------------

    def _target(self, target: str) -> str:
        path, mark, query = target.partition("?")
        for _, value in trees.pairs(query):
            found = trees.leaves(value) if value[:1] in ("{", "[", "<") else None
            for kind, secret in self._in_tree(found or ()):
                self.stand_in(kind, secret)
        return self._address(path + mark + self._variables(query))

    def _address(self, text: str) -> str:
        """A text in which addresses may stand, without the secrets among their variables."""

        def blot(found: re.Match[str]) -> str:
            return f"{found[1]}={self.stand_in(self.in_query[found[1].lower()], _plain(found[2]))}"

        def blot_password(found: re.Match[str]) -> str:
            return found[0][: -len(found[1])] + self.stand_in("password", unquote(found[1], errors="surrogateescape"))

        text = self._given.sub(blot, text) if "=" in text else text
        return _USER_INFO.sub(blot_password, text) if "@" in text else text

    def _variables(self, query: str) -> str:
        """A query or form whose secret variables are replaced, the rest of it as it was written."""
        parts = query.split("&")
        for n, part in enumerate(parts):
            name, equals, value = part.partition("=")
            kind = self.in_query.get(unquote_plus(name).lower())
            if kind is not None and equals and value:
                parts[n] = f"{name}={self.stand_in(kind, _plain(value))}"
        return "&".join(parts)

    def _headers(self, headers: Headers) -> Headers:
        found = []
        for name, value in headers:
            low = name.lower()
            if low in ("cookie", "set-cookie"):
                value = self._cookies(value, first_only=low == "set-cookie")
            elif low in ("authorization", "proxy-authorization"):
                value = self._authorization(value)
            elif low in SPEAKING or low in self.names:
                value = self.stand_in(self.names.get(low, "key"), value) if value else value
            else:
                value = self._address(value)
            found.append((name, value))
        return found

    def _cookies(self, value: str, *, first_only: bool) -> str:
        def blot(found: re.Match[str]) -> str:
            text = found[2].strip('" ')
            if not text:
                return found[0]
            everywhere = _SETTING.fullmatch(text) is None
            if everywhere and unquote(text) != text:
                self.stand_in("cookie", unquote(text))
            return f"{found[1]}={self.stand_in('cookie', text, everywhere=everywhere)}"

        def blot_bare(found: re.Match[str]) -> str:
            stand_in = self.stand_in("cookie", found[1], everywhere=_SETTING.fullmatch(found[1]) is None)
            return found[0].replace(found[1], stand_in, 1)

        if first_only and _BARE_COOKIE.match(value):
            return _BARE_COOKIE.sub(blot_bare, value, count=1)
        value = _COOKIE_SECRET.sub(blot, value, count=1 if first_only else 0)
        return value if first_only else _BARE_COOKIE.sub(blot_bare, value)

    def _authorization(self, value: str) -> str:
        scheme, blank, rest = value.partition(" ")
        rest = rest.strip()
        if not blank or not rest:
            return self.stand_in("authorization", value) if value else value
        if scheme.lower() == "basic":
            try:
                plain = base64.b64decode(rest, validate=True).decode("utf-8", "surrogateescape")
            except (binascii.Error, ValueError):
                plain = ""
            password = plain.partition(":")[2]
            if password:
                self.stand_in("password", password)
            return f"{scheme} {self.stand_in('basic', rest)}"
        return f"{scheme} {self.stand_in('soticket' if scheme.lower() == 'soticket' else 'token', rest)}"

    def _learn(self, body: bytes | None, headers: Headers) -> bool:
        """Take note of the secrets at their places in a body; tells whether there are any."""
        if not body:
            return False
        text = text_of(body, headers)[0]
        if self.people is None and not self._names_a_secret(text):
            return False
        found = trees.leaves(text, _media(headers))
        if self.people is not None and found is not None:
            self.people.learn(found)
        secrets = self._in_tree(found) if found is not None else self._in_wreck(text)
        for kind, value in secrets:
            self.stand_in(kind, value)
        for given in self._given.finditer(text):
            if given[1].lower() in self.names:  # an address inside of a text
                self.stand_in(self.names[given[1].lower()], _plain(given[2]))
        return bool(secrets)

    def _names_a_secret(self, text: str) -> bool:
        """Whether one of the names stands where a name can stand; most texts need no closer look."""
        if "\\u00" in text and _ESCAPED_NAME.search(text):
            return True
        low = text.lower()
        for name in self.names:
            at = low.find(name)
            while at >= 0:
                after = low[at + len(name) : at + len(name) + 20]
                if _GIVEN.match(after) or (_CLOSED.match(after) and _OPENED.search(low[max(0, at - 80) : at])):
                    return True
                at = low.find(name, at + 1)
        return False

    def _in_tree(self, leaves: Iterable[trees.Leaf]) -> list[tuple[str, str]]:
        secrets = []
        for leaf in leaves:
            kind = self.names.get(leaf.name.lower())
            if kind is None and leaf.kind == "text":  # an element with attributes, an object, a list
                above = self._below.search(leaf.path)
                kind = self.names[above[1].lower()] if above is not None else None
            told = leaf.value.strip() if leaf.kind in ("text", "number") else ""
            if kind is not None and told and not PLACEHOLDER.fullmatch(told) and not _BLOTTED.fullmatch(told):
                secrets.append((kind, leaf.value))
        return secrets

    def _in_wreck(self, text: str) -> list[tuple[str, str]]:
        """Secrets in a text that is no tree, such as a body that was cut off."""
        secrets = []
        for found in self._loose.finditer(text):
            value = next((each for each in found.group("a", "b", "c", "d", "e") if each), "")
            if value and not PLACEHOLDER.search(value):
                # Nothing is parsed here, so what the value means is not known: it may be written in any way.
                secrets += [(self.names[found["name"].lower()], each) for each in decoded(value)]
        return secrets

    def _body(self, body: bytes | None, headers: Headers, secret: bool) -> tuple[bytes | None, str]:
        if not body:
            return body, ""
        text, codec = text_of(body, headers)
        media = _media(headers)
        cleaned = self._variables(text) if media == trees.FORM else text
        cleaned = self.clean(cleaned)
        if secret:
            cleaned = self._short_ones(cleaned, media)
            found = trees.leaves(cleaned, media)
            if self._in_tree(found) if found is not None else self._in_wreck(cleaned):
                return None, "a body from which a secret could not be taken"
        kept = body if cleaned == text else bytes_of(cleaned, codec)
        if codec != "utf-8":  # what looks like wide letters may be bytes of anything
            plain = kept.decode("utf-8", "surrogateescape")
            searched = self.clean(plain)
            kept = kept if searched == plain else searched.encode("utf-8", "surrogateescape")
        return kept, ""

    def _short_ones(self, text: str, media: str) -> str:
        """Replace, at their places only, secrets too short to be replaced everywhere; quote what was a number."""
        text = re.sub(rf"(:\s*)({PLACEHOLDER.pattern})(?=\s*[,}}\]])", r'\1"\2"', text)

        def blot(found: re.Match[str]) -> str:
            value = next((each for each in found.group("a", "b", "c", "d", "e") if each), "")
            if not value or PLACEHOLDER.search(value):
                return found[0]
            kind = self.names[found["name"].lower()]
            stand_in = self.stand_in(kind, value)
            head, _, tail = found[0].rpartition(value)
            return f'{head}"{stand_in}"{tail}' if found["b"] else head + stand_in + tail

        return self._loose.sub(blot, text)


@lru_cache(maxsize=64)
def _loose(names: frozenset[str]) -> re.Pattern[str]:
    """Where a secret of one of these names stands in broken JSON, XML, attributes, forms or parts of a form."""
    words = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    quote = r"(?:\\*[\"']|&quot;|&#34;|&apos;|&#39;)"
    return re.compile(
        rf"(?P<part>name=[\"']?)?(?<![\w-])(?P<name>{words})(?:"
        rf"(?P<q>{quote})\s*:\s*(?P=q)(?P<a>(?:\\.|(?!(?P=q))[^\\])*)"
        rf"|{quote}\s*:\s*(?P<b>-?[0-9][0-9.eE+-]*)"
        rf"|(?:\s[^<>]*)?>(?P<c>[^<]+)"
        rf"|(?(part)[\"']?(?:;[^\r\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n(?P<e>(?s:.+?))(?=\r?\n--|\Z)|(?!))"
        rf"|\s*=\s*[\"']?(?P<d>[^&\"'<>\s]+))",
        re.IGNORECASE,
    )


@lru_cache(maxsize=64)
def _below(names: frozenset[str]) -> re.Pattern[str]:
    """Paths of leaves below one of these names; attributes of its element tell about the secret, they are none."""
    words = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:\A|[/:])({words})(?:\[[0-9]+\])*(?:[/:\[][^@]*)?\Z", re.IGNORECASE)


@lru_cache(maxsize=64)
def _given(names: frozenset[str]) -> re.Pattern[str]:
    """A variable of one of these names in an address, in its path and fragment too."""
    words = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<=[?&;#])({words})=([^&;#\s\"'<>\\]+)", re.IGNORECASE)


def _plain(value: str) -> str:
    """The value of a variable; bytes that are no UTF-8 stay told apart."""
    return unquote_plus(value, errors="surrogateescape")


def _media(headers: Headers) -> str:
    found = next((value for name, value in headers if name.lower() == "content-type"), "")
    return found.partition(";")[0].strip().lower()


def _slug_name(name: str) -> str:
    return name.strip().lower()


def _kind(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "secret"
