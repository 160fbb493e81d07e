"""The duties of a client of Track-It! about tokens, passwords and secrets."""

from __future__ import annotations

from itertools import zip_longest

from mockservers.harness.drivers import RESTART
from mockservers.harness.duties import Breach, Choice, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.vendors.trackit.contract import decoder as wire

MOST_LOGINS = 3
"""Logins of one task that nothing made necessary, beside the first."""


def _is_login(exchange: Exchanged) -> bool:
    return wire.asked(exchange).action == "token"


def _token_renewed(history: History) -> Judgement:
    """Two tasks after each other in which a token was refused, and no login came of it in either of them."""
    denied = [each for each in history.exchanges if wire.said(each).kind == "denied"]
    breaches: list[Breach] = []
    pending: Exchanged | None = None
    for task in history.tasks:
        within = history.within(task)
        first = next((each for each in within if wire.said(each).kind == "denied"), None)
        if first is None or any(_is_login(each) and each.n > first.n for each in within):
            pending = None if any(_is_login(each) for each in within) else pending
            continue
        if pending is not None and not any(_is_login(each) for each in within):
            breaches.append(
                Breach(
                    f"{shared.request(pending)} was refused for want of a good token; no login came after it, and "
                    f"{shared.request(first)} was refused alike"
                )
            )
        pending = first
    return judged(len(denied), breaches[:1] + shared.storms(history, denied, shared.MOST_REFUSALS, 60))


def _token_kept(history: History) -> Judgement:
    granted, breaches = 0, []
    for task in history.tasks:
        needless: list[Exchanged] = []
        last: tuple[int, int] | None = None  # when the last token was given, and until when it holds
        for exchange in history.within(task):
            if wire.said(exchange).kind == "denied":
                last = None
            elif _is_login(exchange) and wire.said(exchange).expires_in:
                granted += 1
                if last is not None and exchange.at < last[1]:
                    needless.append(exchange)
                last = (exchange.at, exchange.at + wire.said(exchange).expires_in * instants.SECOND)
        for first, third in zip(needless, needless[MOST_LOGINS:], strict=False):
            if third.at - first.at <= instants.MINUTE:
                breaches.append(
                    Breach(
                        f"in one {task.do} the client took {len(needless) + 1} tokens, though the one it had was good: "
                        f"{shared.request(first)} is the first that was not needed"
                    )
                )
                break
    return judged(granted, breaches)


def _refused_login(history: History) -> Judgement:
    refused = [each for each in history.exchanges if _is_login(each) and wire.said(each).kind == "refused"]
    passwords = [each for each in refused if wire.asked(each).grant != "refresh_token"]
    return shared.not_stormed(history, passwords)


def _refresh(history: History) -> Judgement:
    logins = [each for each in history.exchanges if _is_login(each)]
    exercised, breaches = 0, []
    for n, exchange in enumerate(logins):
        if wire.asked(exchange).grant != "refresh_token" or wire.said(exchange).kind != "refused":
            continue
        exercised += 1
        then = next((each for each in logins[n + 1 :] if wire.said(each).kind != "unusable"), None)
        later = [task for task in history.syncs if exchange.n <= task.first]
        if (then is None and later) or (then is not None and wire.asked(then).grant == "refresh_token"):
            after = "no login came after it" if then is None else f"{shared.request(then)} tried one again"
            breaches.append(Breach(f"{shared.request(exchange)} was refused for its refresh token, and {after}"))
    return judged(exercised, breaches)


def _refresh_intact(history: History) -> Judgement:
    """Refresh tokens that were refused though the newest one was good: it was not what the client sent."""
    exercised, breaches = 0, []
    given: Exchanged | None = None
    logins = [each for each in history.exchanges if _is_login(each) or _ends_session(each)]
    for exchange, then in zip_longest(logins, logins[1:]):
        told = wire.said(exchange)
        good = given is not None and _still_good(history, given, exchange)
        if wire.asked(exchange).grant == "refresh_token" and good and not exchange.faults:
            exercised += 1
            # A password that is refused as well may have been taken away, and all sessions with it.
            if told.kind == "refused" and then is not None and wire.said(then).expires_in:
                breaches.append(
                    Breach(
                        f"{shared.request(exchange)} sent a refresh token that was refused, and the one that "
                        f"{shared.request(given or exchange)} got was good: it was an older one, or was changed on its way "
                        "(its + and / are escaped in a form), or the form lacked its grant_type"
                    )
                )
        if told.refreshes:
            given = exchange
        elif told.kind == "unusable" or _ends_session(exchange):  # it may have been used, and another one given
            given = None
    return judged(exercised, breaches[:1])


def _ends_session(exchange: Exchanged) -> bool:
    return wire.asked(exchange).action == "technicians/logout"


def _still_good(history: History, given: Exchanged, exchange: Exchanged) -> bool:
    """Whether a refresh token is good at a request that left when it was known."""
    ended = any(
        given.n < change.n < exchange.n and change.request.get("action") in ("end sessions", "deactivate technician")
        for change in history.changes
    )
    return not ended and exchange.at - given.at < instants.DAY - instants.SECOND and exchange.after >= given.left


def _issues_refresh(dialect: Dialect) -> bool:
    return bool(dialect["refresh_token"] != "absent")  # noqa: S105


def _given_refresh(history: History) -> bool:
    return any(wire.said(each).refreshes for each in history.exchanges if _is_login(each))


def _used_refresh(history: History) -> bool:
    return any(wire.asked(each).grant == "refresh_token" for each in history.exchanges if _is_login(each))


REFRESHING = Choice(_given_refresh, _used_refresh, "the client was given a refresh token")
"""Who logs in by password whenever a token ends needs none."""


def _secret(history: History) -> Judgement:
    return shared.revealed(history, in_target=True, meant=("authorization",))


# --- all of them -------------------------------------------------------------------------------------------------------


ACCESS: tuple[Duty, ...] = (
    Duty(
        "trackit.token_renewed",
        "A token that is no longer valid is renewed, and not used again and again.",
        ("trackit.token.lifetime", "trackit.access.bearer", "trackit.token.control"),
        _token_renewed,
        "a token that ends, by itself or by others",
    ),
    Duty(
        "trackit.token_kept",
        "A token is used as long as it is valid, however short that is, without a login for every call.",
        ("trackit.token.lifetime", "trackit.token.licences", "trackit.token.answer"),
        _token_kept,
        "a login",
    ),
    Duty(
        "trackit.refused_login_not_stormed",
        "A password that is refused is not tried again and again within a minute.",
        ("trackit.token.failures_400", "trackit.token.user"),
        _refused_login,
        "a login that is refused",
    ),
    Duty(
        "trackit.refresh_falls_back",
        "A refresh token is valid once and for a day; where it is refused, the client logs in by password.",
        ("trackit.token.refresh",),
        _refresh,
        "a refresh token that is refused, for clients that use them",
        "should",
        _issues_refresh,
        choice=REFRESHING,
    ),
    Duty(
        "trackit.refresh_intact",
        "A refresh token is sent as it was given, escaped for a form, and the newest one: any other is refused.",
        ("trackit.token.refresh", "trackit.token.form"),
        _refresh_intact,
        "a refresh token that is used, for clients that use them",
        "should",
        _issues_refresh,
        choice=REFRESHING,
    ),
    Duty(
        "trackit.failures_not_stormed",
        "While the vendor fails, a client tries a request ten times within a minute at most; what is too often is our guess.",
        ("trackit.read.ticket", "trackit.write.no_idempotency"),
        shared.failures_not_stormed,
        "a server that fails for a while",
        "should",
    ),
    Duty(
        "trackit.secret_not_stored",
        "What a client keeps holds no credential as it is: it is given at every start, and files are copied and backed up.",
        ("trackit.token.form",),
        shared.not_stored,
        "a client that keeps something in its state folder",
        "should",
        needs=(RESTART,),
        choice=shared.KEEPING,
    ),
    Duty(
        "trackit.secret_kept",
        "Passwords are sent in a login's body and tokens in one header: never in an address, output, error or mirror.",
        ("trackit.token.form", "trackit.token.bearer_header"),
        _secret,
        "any request",
    ),
)
