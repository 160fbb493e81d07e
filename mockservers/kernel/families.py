"""Families: names whose values are secrets by a word in them, and values that are secrets by their look.

No vendor's list is whole: gateways and proxies before it, and the programs around it, name their secrets themselves. So a
name is split into its words (`X-Auth-Token`, `newPassword`, `session_id`), and a family's word must be one of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Family(NamedTuple):
    """What a name says of its value: the `kind` of secret that it is, and whether it is one whatever it looks like.
    `aside`: the name may tell something of a secret instead, as `hasPassword` does and `lastPassword` does not."""

    kind: str
    sure: bool
    aside: bool = False


_WORD = re.compile("[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SURE = {
    "password": ("password", "passwords", "passwd", "pwd", "pword", "passphrase", "passcode", "otp", "totp", "otpcode"),
    "secret": ("secret", "secrets"),
    "token": ("token", "tokens", "jwt", "csrf", "xsrf", "samlresponse", "samlart", "assertion"),
    "credential": ("credential", "credentials", "creds", "cred"),
    "session": ("sessionid", "sessid", "phpsessid", "sessionkey"),
    "authorization": ("authorization", "authorisation"),
    "code": (
        "authcode", "authorizationcode", "devicecode", "usercode", "codeverifier", "verificationcode", "securitycode",
        "accesscode", "logincode", "onetimecode", "mfacode", "integrationcode",
    ),
    "key": (
        "apikey", "apikeys", "privatekey", "secretkey", "accesskey", "signingkey", "signkey", "encryptionkey", "authkey",
        "sharedkey", "masterkey", "subscriptionkey", "functionskey", "accountkey", "storagekey", "appkey",
        "applicationkey", "consumerkey", "servicekey", "integrationkey", "webhookkey", "securitykey",
    ),
}  # fmt: skip
"""Words, and pairs of words, that no ordinary value has."""
_SURE_KIND = {word: kind for kind, words in _SURE.items() for word in words}
_WEAK_KIND = {
    "pass": "password",
    "key": "key",
    "keys": "key",
    "auth": "authorization",
    "authentication": "authorization",
    "sig": "signature",
    "signature": "signature",
    "hmac": "signature",
    "session": "session",
    "sid": "session",
    "cookie": "cookie",
    "cookies": "cookie",
    "code": "code",
}
"""Words that ordinary values have as well: these must look like secrets."""
_ENDINGS = re.compile(
    "(?:password|passwd|passphrase|pwd|token|secret|credentials?|apikey|privatekey|secretkey|accesskey|sessionid|sessid)"
    "[0-9]*"
)
"""How a name in letters of one case ends that is joined of several words."""
_ABOUT = _words(
    "type types endpoint url uri href link expires expiry expiration expired expire exp policy policies timeout time at on "
    "date length size count name label title hint format mode method methods status enabled disabled required optional "
    "algorithm alg version lifetime ttl age supported changed change set reset updated created modified last next valid "
    "invalid attempts prompt field fields description info rules strength used left remaining limit max min present "
    "second seconds minute minutes hour hours day days error errors server service provider host domain path page form "
    "user username email challenge scheme schemes"
)
"""Last words of names that tell something of a secret, and not the secret."""
_BEFORE_ABOUT = _words("is has needs max min num number count last next show hide forgot forgotten must")
"""First words of such names, and of some of secrets: their values must look like secrets."""
_OTHER_KEYS = _words(
    "primary foreign sort asset partition row cache hot short public translation lookup ticket issue project record parent "
    "natural business registry resource group entity field map object message order index unique composite alternate "
    "candidate column table item product case task work lang language i18n idempotency surrogate"
)
"""What is before `key` where it is one of data."""


@lru_cache(maxsize=8192)
def family(name: str) -> Family | None:
    """The family of a name, in any case and joining, or None."""
    words = [word.lower() for word in _WORD.findall(name[:200])]
    while words and words[-1].isdecimal():
        words.pop()  # as in `password2`
    if not words or words[-1] in _ABOUT:
        return None
    if words[0] in _BEFORE_ABOUT:
        of = family("_".join(words[1:]))
        return None if of is None else Family(of.kind, False, aside=True)
    for n, word in enumerate(words):
        pair = word + words[n + 1] if n + 1 < len(words) else word
        kind = _SURE_KIND.get(pair) or _SURE_KIND.get(word)
        if kind is not None:
            return Family(kind, True)
    for word in words:
        ending = _ENDINGS.search(word) if len(word) > 6 else None
        if ending is not None and ending.end() == len(word):
            return family(ending[0])
    last = [word for word in words[-2:] if word in _WEAK_KIND]
    if not last:
        return None
    if last[-1] in ("key", "keys") and _OTHER_KEYS.intersection(words):
        return None
    # Codes are mostly those of countries, of errors or of activities.
    return Family(_WEAK_KIND[last[-1]], False) if last[-1] != "code" or words == ["code"] else None


_BY_LETTER = {
    "a": "ssertion|uth",
    "c": "srf|red|ookie|ode",
    "p": "ass|wd|word",
    "s": "ecret|aml|ess(?:ion|id)|ignature|i[gd]",
}
CORE = "|".join([*(f"{first}(?:{rest})" for first, rest in _BY_LETTER.items()), "token|jwt|xsrf|keys?|hmac|otp"])
"""A pattern that is found in every name of a family, in lower case: patterns for any case take twenty times as long."""
_WHOLE = frozenset(("key", "keys", "sig", "sid", "code"))


def lowered(text: str) -> str:
    """A text in lower case, each letter at its place."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(each.lower() if len(each.lower()) == 1 else each for each in text)


def begins_a_name(text: str, low: str, found: re.Match[str]) -> bool:
    """Whether what was found of CORE may be a word of a name, and no part of an ordinary one such as `assigned`."""
    end = found.end()
    if found[0] in _WHOLE:
        return not text[end : end + 1].islower()
    return found[0] != "auth" or not low.startswith("or", end) or low.startswith(("oris", "oriz"), end)


# --- values -----------------------------------------------------------------------------------------------------------

_USUAL = re.compile(
    r"(?:true|false|yes|no|on|off|none|null|nil|undefined|string|number|integer|boolean|object|array|text|password|token|key"
    r"|secret|basic|bearer|digest|oauth2?|apikey|header|query|cookie|body|path|required|optional|default|expired|invalid"
    r"|missing|redacted|hidden|masked|empty|n/?a)",
    re.IGNORECASE,
)
"""What stands at places of secrets in schemas, settings and complaints."""
_BLOTTED = re.compile("[*\u2022\u25cf.xX#-]+")
"""What a vendor itself writes instead of a secret."""
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]*(?:Z|[+-][0-9:]+)?)?|/Date\([0-9+-]+\)/")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_NUMBERED = re.compile("[A-Za-z]{1,12}[-_]?[0-9]{1,6}")
"""What names the things of a tracker, such as T-123."""
_DIGIT, _LETTER, _BLANK = re.compile("[0-9]"), re.compile("[A-Za-z]"), re.compile(r"\s")
_RANDOM = re.compile(r"[A-Za-z0-9+/=_.~-]{16,4096}")
_OUTCOME = re.compile("pass(?:ed)?|fail(?:ed)?|[0-9]*", re.IGNORECASE)
"""What is said of a test that passed."""
_SHORTEST, _SHORTEST_LOOK = 4, 6
_LONG_LETTERS = 20


def usual(value: str) -> bool:
    """Whether a value is no secret wherever it stands: a word of schemas, a time, or what was blotted out already."""
    return _USUAL.fullmatch(value) is not None or _BLOTTED.fullmatch(value) is not None or bool(_TIME.fullmatch(value))


def secret_looking(value: str, kind: str = "") -> bool:
    """Whether a value under a weak name looks like a secret: no words, number, time, address or name of a record."""
    if kind == "password" and len(value) >= _SHORTEST and " " not in value and not usual(value):
        return _OUTCOME.fullmatch(value) is None
    if len(value) < _SHORTEST_LOOK or "://" in value or _BLANK.search(value) or usual(value):
        return False
    if _NUMBERED.fullmatch(value) or (kind in ("key", "code") and (_GUID.fullmatch(value) or "@" in value)):
        return False
    if _DIGIT.search(value) is None:
        return len(value) >= _LONG_LETTERS and value.lower() != value and value.upper() != value and value.isalpha()
    return _LETTER.search(value) is not None or (len(value) >= 16 and kind != "code")


def random_looking(value: str) -> bool:
    """Whether a value looks random: long, of letters and digits, and no time, address or path."""
    return (
        _RANDOM.fullmatch(value) is not None
        and not usual(value)
        and len(_DIGIT.findall(value)) >= 2
        and len(_LETTER.findall(value)) >= 4
        and value.count("/") <= 1 + len(value) // 12
        and value.count(".") <= 2
        and value.count("-") + value.count("_") <= len(value) // 6
    )
