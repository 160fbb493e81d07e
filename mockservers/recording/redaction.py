"""Redaction of recordings: secrets are found at their places in an exchange, and stand-ins written wherever they stood.

A secret is known by where it stands (a header, a variable, a field of that name or family) or by its look; from then on its
value is replaced in every text, in whatever encoding, by the kernel's one engine. Nothing here writes to a disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from mockservers.kernel.clues import SHORTEST
from mockservers.kernel.families import random_looking, secret_looking
from mockservers.kernel.journal import Headers
from mockservers.kernel.redaction import LEFT_OUT, SPEAKING
from mockservers.kernel.search import Budget, TooOdd, readings
from mockservers.recording import fields, leaves
from mockservers.recording.adapter import SECRETS, Adapter, adapter
from mockservers.recording.exchanges import Recorded, bytes_of, media_of, text_of
from mockservers.recording.fragments import Fragments, cuts, tagged
from mockservers.recording.pseudonyms import Pseudonyms
from mockservers.recording.secret_names import SecretNames
from mockservers.recording.shapes import PACKED, may_show, password_of, shapes, unpacked_text
from mockservers.recording.stand_ins import OTHER, PLACEHOLDER, StandIns

_ESCAPED_NAME = re.compile(r"\\u00(?:[4-7][0-9A-Fa-f]|2[dD])")
"""A letter of a name as JSON may write it, though hardly anybody does."""
_UNPLAIN = re.compile(
    _ESCAPED_NAME.pattern + r"|@|%(?:25)*40|(?<=[\"'=>])[A-Za-z0-9+/_-]{20,8192}+={0,2}(?=[\"'<&]|\Z)"
)
"""What may hold a secret though no name of one can be seen in it."""
_CODED = re.compile(r"%[0-9A-Fa-f]{2}|\\[ux][0-9A-Fa-f]{2}")
_ESCAPED_SIGN = re.compile(r"\\(?:u00[2-7][0-9A-Fa-f]|[nrt])|&[a-z#]")
"""What makes a value of a tree another text than the one that stands in it."""
_RUN = re.compile(r"[^\s\"'<>]++")
_AT = re.compile("@|%(?:25)*40")
_SETTING = re.compile(
    r"true|false|yes|no|on|off|none|null|light|dark|[a-z]{2}(?:[-_][A-Za-z]{2})?|[0-9]{1,3}", re.IGNORECASE
)
"""What a cookie holds that is no secret, such as a language: it is replaced in its header only."""
_COOKIE = re.compile(r"([^=;]*+)(=?+)((?<==)\s*+\"[^\"]*+\"\s*+(?=;|\Z)|[^;]*+)")
"""Name and value of a cookie, with the blanks around them (RFC 6265, section 5.2), or of a nameless one its value alone."""
_VARIABLE = re.compile(r"(?<=[?&;#])([^=&;#?\s\"'<>\\]{1,100}+)=([^&;#\s\"'<>\\]++)")
"""A variable in an address, in its path and fragment too."""
_OAUTH = frozenset({"state", "session_state", "scope", "grant_type", "redirect_uri", "code_verifier", "iss"})
"""Variables beside which a `code` is one of OAuth."""
_USER_INFO = re.compile(r"(?:(?<=://)|(?<=:\\/\\/))[^/?#@\s:\"'<>]*+:([^/?#@\s\"'<>]++)(?=@)")

_MEMBER_NUMBER = re.compile(rf"(:\s*+)({PLACEHOLDER.pattern})(?=\s*+[,}}\]])")
_NUMBER = re.compile(rf'"(?:[^"\\]|\\.)*+"?+|(?<![-+0-9.eE])[-+0-9.eE]*+({PLACEHOLDER.pattern})[-+0-9.eE]*+', re.DOTALL)
_INNER_NUMBER = re.compile(rf'(?<!\\)(\\++")(\s*+:\s*+)({PLACEHOLDER.pattern})(?=\s*+[,}}\]])')
"""Stand-ins for numbers: in a text with JSON in it, in JSON, and in JSON inside of JSON."""

_OTHERS = f"__secret.{OTHER}"

UNSEARCHED = "what could not be searched for secrets in the steps that a text of its length may take"
UNTAKEN = "a body from which a secret could not be taken"


class Redactor:
    """Takes the secrets out of the exchanges of one recording.

    With `keep_identity` each value has a stand-in of its own, `__secret.password.2__`; without it all of a kind look the
    same. `fields` are further names whose values are secrets, and the names of `kept` say of no value that it is one.
    `pseudonyms`, where given, replace names, e-mails and phones.
    """

    def __init__(
        self,
        known: Adapter,
        *,
        keep_identity: bool = False,
        fields: Iterable[str] = (),
        kept: Iterable[str] = (),
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        given = {**SECRETS, **known.secrets, **{_slug_name(each): _kind(each) for each in fields}}
        self.names = SecretNames(given, kept := frozenset(kept))
        self.in_query = SecretNames({**given, **known.query_secrets}, kept)
        self.keep_identity = keep_identity
        self.pseudonyms = pseudonyms
        self._stand_ins: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._everywhere = StandIns()
        self._news: list[tuple[str, str]] = []
        self._fragments = Fragments(self.names)

    @property
    def knowledge(self) -> int:
        """How much is known: it grows with every secret and everybody who is told."""
        return len(self._everywhere) + (0 if self.pseudonyms is None else self.pseudonyms.known)

    def news(self) -> list[tuple[str, str]]:
        """The secrets that were told since this was asked, each with what stands for it."""
        news, self._news = self._news, []
        return news

    def remember(self, value: str, stand_in: str) -> None:
        """Take note of a secret that another redactor was told of."""
        self._everywhere.add(value, stand_in)

    @classmethod
    def of(cls, vendor: str, options: Mapping[str, Any]) -> Redactor:
        """What redacts as the head of a recording says, in its `options`, that it was redacted."""
        return cls(
            adapter(vendor),
            keep_identity=options.get("keep_identity") is True,
            fields=_listed(options.get("secret_fields")),
            kept=_listed(options.get("keep_fields")),
        )

    @property
    def secrets(self) -> list[str]:
        """Every value that must stand nowhere."""
        return list(self._everywhere)

    def stand_in(self, kind: str, value: str, *, everywhere: bool = True) -> str:
        """What is written instead of a secret, from now on wherever it stands."""
        if PLACEHOLDER.fullmatch(value):
            return value
        known = self._everywhere.get(value) or self._stand_ins.get((kind, value))
        if known is None or (known.startswith(_OTHERS) and not kind.startswith(OTHER)):
            self._counts[kind] = number = self._counts.get(kind, 0) + 1
            known = f"__secret.{kind}.{number}__" if self.keep_identity else f"__secret.{kind}__"
            self._stand_ins[kind, value] = known
        if everywhere and len(value) >= SHORTEST:
            if self._everywhere.get(value) != known:
                self._news.append((value, known))
            self._everywhere.add(value, known)
        return known

    # --- an exchange ------------------------------------------------------------------------------------------------

    def redact(self, exchange: Recorded) -> Recorded:
        """The exchange as it may be kept. A body from which a secret cannot be taken is left out, and says so."""
        target = self._target(exchange.target)
        headers, reply_headers = self._headers(exchange.headers), self._headers(exchange.reply_headers)
        asked = self._learn(exchange.body, exchange.headers)
        told = self._learn(exchange.reply_body, exchange.reply_headers)
        body, why = self._body(exchange.body, exchange.headers, asked)
        reply_body, why_reply = self._body(exchange.reply_body, exchange.reply_headers, told)
        target, headers, reply_headers, why_rest = self._rest(target, headers, reply_headers)
        return replace(
            exchange,
            target=target,
            headers=headers,
            body=body,
            reply_headers=reply_headers,
            reply_body=reply_body,
            omitted=exchange.omitted or why or why_reply or why_rest,
        )

    def clean(self, text: str) -> str:
        """A text without any secret seen so far, and without people where they are replaced. Raises TooOdd."""
        text = self._everywhere.replace(text)
        return text if self.pseudonyms is None else self.pseudonyms.replace(text)

    def shown(self, text: str) -> str | None:
        """What stands for a secret that a text shows in any encoding. Raises TooOdd."""
        return self._everywhere.shown(text)

    def _rest(self, target: str, *both: Headers) -> tuple[str, Headers, Headers, str]:
        """Address and headers as they may be kept, and what was left out of them."""
        why = ""

        def clean(text: str, otherwise: str) -> str:
            nonlocal why
            try:
                return self.clean(text)
            except TooOdd:
                why = f"a header or an address: {UNSEARCHED}"
                return otherwise

        target = clean(target, "/" + quote(LEFT_OUT))
        headers, reply_headers = ([(name, clean(value, LEFT_OUT)) for name, value in each] for each in both)
        return target, headers, reply_headers, why

    # --- places -----------------------------------------------------------------------------------------------------

    def _target(self, target: str) -> str:
        path, mark, query = target.partition("?")
        self._learn_line(unquote(path, errors="surrogateescape"))
        for _, value in leaves.pairs(query):
            self._learn_line(value)
        return self._address(path + mark + self._variables(query, path))

    def _address(self, text: str) -> str:
        """A text in which addresses may stand, without the secrets among their variables."""

        def blot(found: re.Match[str]) -> str:
            value = _plain(found[2])
            kind = self.in_query(_unquoted(found[1]))
            return (
                found[0] if kind is None or not kind.takes(value) else f"{found[1]}={self.stand_in(kind.name, value)}"
            )

        def blot_password(found: re.Match[str]) -> str:
            return found[0][: -len(found[1])] + self.stand_in("password", unquote(found[1], errors="surrogateescape"))

        text = _VARIABLE.sub(blot, text) if "=" in text else text
        return _USER_INFO.sub(blot_password, text) if "@" in text else text

    def _variables(self, query: str, path: str = "") -> str:
        """A query or form whose secret variables are replaced, the rest of it as it was written."""
        parts = query.split("&")
        names = [_unquoted(part.partition("=")[0]) for part in parts]
        oauth = _OAUTH.intersection(names) or path.lower().endswith(("/callback", "/token", "/signin-oidc"))
        for n, part in enumerate(parts):
            name, equals, value = part.partition("=")
            if not equals or not value:
                continue
            kind, plain = self.in_query(names[n]), _plain(value)
            if kind is not None and (kind.takes(plain) or (oauth and kind.family == "code")):
                parts[n] = f"{name}={self.stand_in(kind.name, plain)}"
        return "&".join(parts)

    def _headers(self, headers: Headers) -> Headers:
        found = []
        for name, value in headers:
            low = name.lower()
            if low in ("cookie", "set-cookie"):
                value = self._cookies(value, first_only=low == "set-cookie")
            elif low in ("authorization", "proxy-authorization"):
                value = self._authorization(value)
            else:
                value = self._header(name, value)
            found.append((name, value))
        return found

    def _header(self, name: str, value: str) -> str:
        kind = self.names(name)
        if name.lower() in SPEAKING:
            return self.stand_in("key" if kind is None else kind.name, value) if value else value
        if kind is not None and kind.family == "authorization" and " " in value.strip():
            return self._authorization(value)
        if kind is not None and kind.takes(value):
            return self.stand_in(kind.name, value)
        self._learn_line(value)
        return self._address(value)

    def _cookies(self, value: str, *, first_only: bool) -> str:
        def blot(found: re.Match[str]) -> str:
            name, equals, said = found.groups() if found[2] else ("", "", found[1])
            text = said.strip('" \t')
            if not text:
                return found[0]
            stand_in = self._cookie(name.strip(), text)
            return f"{name}{equals}{said.replace(text, stand_in, 1)}"

        return _COOKIE.sub(blot, value, count=1 if first_only else 0)

    def _cookie(self, name: str, text: str) -> str:
        """What stands for the value of a cookie. One that looks like a setting goes from its header alone: it may be a word
        or a number that stands anywhere else."""
        plain = unquote(text)
        everywhere = _SETTING.fullmatch(text) is None and (
            (bool(name) and self.names(name) is not None) or secret_looking(plain) or random_looking(plain)
        )
        if everywhere and plain != text:
            self.stand_in("cookie", plain)
        return self.stand_in("cookie", text, everywhere=everywhere)

    def _authorization(self, value: str) -> str:
        scheme, blank, rest = value.partition(" ")
        rest = rest.strip()
        if not blank or not rest:
            return self.stand_in("authorization", value) if value else value
        if scheme.lower() == "basic":
            password = password_of(rest)
            if password:
                self.stand_in("password", password)
            return f"{scheme} {self.stand_in('basic', rest)}"
        return f"{scheme} {self.stand_in('soticket' if scheme.lower() == 'soticket' else 'token', rest)}"

    def _learn(self, body: bytes | None, headers: Headers) -> bool | None:
        """Take note of the secrets at their places in a body; tells whether there are any, None for far too many."""
        if not body:
            return False
        text, media = text_of(body, headers)[0], media_of(headers)
        work = Budget(len(text))
        try:
            if self.pseudonyms is not None:
                self.pseudonyms.learn(text, media)
            if not (self.names.may_stand_in(text) or may_show(text) or _UNPLAIN.search(text)):
                return False
            secrets, placed = self._in_text(text, media)
            for kind, value in dict.fromkeys(secrets):
                self.stand_in(kind, value)
                work.spend(100)
        except TooOdd:
            return None
        return bool(secrets) or placed

    def _learn_line(self, text: str) -> None:
        """Take note of the secrets in a short text, such as a header."""
        with suppress(TooOdd):
            for kind, value in self._in_values([text], Budget(len(text))):
                self.stand_in(kind, value)

    def _in_text(self, text: str, media: str) -> tuple[list[tuple[str, str]], bool]:
        """The secrets in a body, and whether others stand there that are to go from their places alone."""
        values: list[str] = []
        tree = self._in_tree(text, media, values)
        work = Budget(len(text))
        secrets, placed = self._in_fragments(text, inner=tree is not None)
        secrets += tree or ()
        if tree is None:
            secrets += [(kind.name, value) for kind, value in tagged(text, self.names)]
            values = [each for each in _RUN.findall(text) if "%" in each or "\\" in each] if _CODED.search(text) else []
        elif media != leaves.FORM and not _ESCAPED_SIGN.search(text):
            # The others stand in the text as they are, which is searched by itself.
            values = [each for each in values if _CODED.search(each) or PACKED.fullmatch(each)]
        return [*secrets, *self._in_addresses(text, work), *shapes(text, work), *self._in_values(values, work)], placed

    def _in_addresses(self, text: str, work: Budget) -> Iterator[tuple[str, str]]:
        """The secrets in addresses inside of a text."""
        for given in _VARIABLE.finditer(text) if "=" in text else ():
            work.spend(4)
            kind, value = self.names(_unquoted(given[1])), _plain(given[2])
            if kind is not None and kind.takes(value):
                yield kind.name, value
        for user in _USER_INFO.finditer(text) if "@" in text and "//" in text.replace("\\", "") else ():
            work.spend(4)
            yield f"{OTHER}password", unquote(user[1], errors="surrogateescape")

    def _in_values(self, values: Iterable[str], work: Budget) -> Iterator[tuple[str, str]]:
        """The secrets inside of values, in whatever they may mean to those who read them. Raises TooOdd."""
        for value in dict.fromkeys(values):
            for text in (value, unpacked_text(value)):
                if not text or not (self.names.may_stand_in(text) or may_show(text) or _AT.search(text)):
                    continue
                for reading in readings(text, work):
                    work.spend(20 + len(reading) // 20)
                    if reading[:1] in ("{", "[", "<"):
                        yield from self._in_tree(reading) or ()
                    yield from self._in_fragments(reading)[0]
                    yield from self._in_addresses(reading, work)
                    yield from shapes(reading, work)

    def _in_tree(self, text: str, media: str = "", values: list[str] | None = None) -> list[tuple[str, str]] | None:
        """The secrets in a text that is a tree, or None. Into `values` come the texts in it."""
        found = fields.secrets(text, self.names, media, values)
        return None if found is None else [(kind, value) for kind, value, _ in found]

    def _in_fragments(self, text: str, *, inner: bool = False) -> tuple[list[tuple[str, str]], bool]:
        """Secrets in a text that is no tree, such as a body that was cut off, or (`inner`) inside the values of one; and
        whether others stand there that are to go from their places alone."""
        secrets, placed = [], False
        for each in self._fragments.find(text, inner=inner):
            value = text[each.start : each.end]
            if PLACEHOLDER.search(value):
                continue
            if each.loose:
                placed = True
                continue
            # Nothing is parsed here, so what the value means is not known: it may be written in any way.
            for part in cuts(value) if each.inner else (value,):
                secrets += [(each.kind.name, reading) for reading in _meanings(part)]
        return secrets, placed

    def _body(self, body: bytes | None, headers: Headers, secret: bool | None) -> tuple[bytes | None, str]:
        if not body:
            return body, ""
        if secret is None:
            return None, f"a body: {UNSEARCHED}"
        text, codec = text_of(body, headers)
        media = media_of(headers)
        try:
            cleaned = self.clean(self._variables(text) if media == leaves.FORM else text)
            if cleaned != text:
                cleaned = _quoted(cleaned)
            if secret:
                cleaned = self._short_ones(cleaned)
                left = self._in_tree(cleaned, media)
                if left if left is not None else self._in_fragments(cleaned)[0]:
                    return None, UNTAKEN
            kept = body if cleaned == text else bytes_of(cleaned, codec)
            if codec != "utf-8":  # what looks like wide letters may be bytes of anything
                plain = kept.decode("utf-8", "surrogateescape")
                searched = self.clean(plain)
                kept = kept if searched == plain else searched.encode("utf-8", "surrogateescape")
        except TooOdd:
            return None, f"a body: {UNSEARCHED}"
        return kept, ""

    def _short_ones(self, text: str) -> str:
        """Replace, at their places only, secrets too short to be replaced everywhere; quote what was a number."""
        parts, done = [], 0
        for each in self._fragments.find(text):
            value = text[each.start : each.end]
            if PLACEHOLDER.search(value):
                continue
            stand_in = self.stand_in(each.kind.name, value, everywhere=not each.loose)
            parts += [text[done : each.start], f'"{stand_in}"' if each.number else stand_in]
            done = each.end
        return "".join([*parts, text[done:]])


def _quoted(text: str) -> str:
    """A text in which stand-ins for numbers of JSON are texts of JSON, in a text inside of a text as well."""

    def inside(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}{found[1]}{found[3]}{found[1]}"

    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return _MEMBER_NUMBER.sub(r'\1"\2"', text)
    return _NUMBER.sub(lambda found: f'"{found[1]}"' if found[1] else _INNER_NUMBER.sub(inside, found[0]), text)


def _listed(names: Any) -> list[str]:
    return [str(each) for each in names] if isinstance(names, list) else []


def _meanings(value: str) -> list[str]:
    try:
        return readings(value, Budget(len(value)))
    except TooOdd:
        return [value]


def _plain(value: str) -> str:
    """The value of a variable; bytes that are no UTF-8 stay told apart."""
    return unquote_plus(value, errors="surrogateescape")


def _unquoted(name: str) -> str:
    return unquote_plus(name) if "%" in name or "+" in name else name


def _slug_name(name: str) -> str:
    return name.strip().lower()


def _kind(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "secret"
