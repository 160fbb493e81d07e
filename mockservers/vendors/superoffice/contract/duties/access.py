"""The duties of a client of SuperOffice about sessions, limits and secrets."""

from __future__ import annotations

from mockservers.harness.drivers import RESTART
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.duties.visibility import READ, exchanges

MOST_THROTTLED = 10
MOST_CALLS = 10
"""In a second, as the vendor asks of applications."""
MOST_TOKENS = 2
"""In one task, beside those after a refusal: one before it begins, and one because it takes long."""
SLOW = 2000
"""Milliseconds from which a call of GetTickets counts as slow."""
HEADERS = ("authorization", "so-apptoken", "cookie", "x-xsrf-token")
"""Headers that are made for credentials."""


def _logins(history: History) -> list[Exchanged]:
    return [each for each in history.exchanges if wire.said(each).kind == "login"]


def _session_renewed(history: History) -> Judgement:
    refused = _logins(history)
    last = next((task for task in reversed(history.syncs) if task.settling and history.within(task)), None)
    breaches = []
    if refused and last is not None and all(wire.said(each).kind == "login" for each in history.within(last)):
        breaches.append(
            Breach(
                f"{shared.request(refused[0])} was refused for its login, and in the end the client has not got in again, "
                "though its credentials are valid"
            )
        )
    return judged(len(refused), breaches)


def _refused_login(history: History) -> Judgement:
    return shared.not_stormed(history, _logins(history))


def _throttling(history: History) -> Judgement:
    refused = [each for each in history.exchanges if wire.said(each).kind == "throttled"]
    return shared.not_stormed(history, refused, MOST_THROTTLED, 1)


def _secret_kept(history: History) -> Judgement:
    def token_endpoint(exchange: Exchanged) -> bool:
        return wire.asked(exchange).call == "tokens"

    return shared.revealed(history, in_target=True, meant=HEADERS, excused=token_endpoint)


def _tokens_kept(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in history.tasks:
        within = [each for each in history.within(task) if each.request_known]
        given = [each for each in within if wire.asked(each).call == "tokens" and wire.said(each).kind == "good"]
        ended = [each for each in within if wire.asked(each).call != "tokens" and wire.said(each).kind == "login"]
        exercised += len(given)
        if len(given) - len(ended) > MOST_TOKENS:
            breaches.append(
                Breach(
                    f"in one {task.do} the client asked for {len(given)} access tokens, the last by {shared.request(given[-1])}, "
                    f"and {len(ended)} of its calls had been refused for their login"
                )
            )
    return judged(exercised, breaches)


def _read_in_batches(history: History) -> Judgement:
    """A ticket that the client made itself may be read alone: whether an unanswered write was done, the entity alone tells."""
    exercised, breaches = 0, []
    own = {record.id for task in history.writes for record in history.made(task)}
    for task in history.syncs:
        within = [each for each in history.within(task) if each.request_known]
        reading = [
            each for each in within if wire.asked(each).call in READ and not own.issuperset(wire.asked(each).ids)
        ]
        asked = {ticket for each in reading for ticket in wire.asked(each).ids}
        if len(asked) <= MOST_CALLS:
            continue
        exercised += 1
        single = [each for each in reading if len(wire.asked(each).ids) == 1]
        crowd = zip(single, single[MOST_CALLS:], strict=False)
        if any(last.at - first.at < instants.SECOND for first, last in crowd):
            breaches.append(
                Breach(
                    f"in one sync {len(single)} calls read one ticket each, more than {MOST_CALLS} of them within a second "
                    f"from {shared.request(single[0])} on; GetTickets reads many in one call"
                )
            )
    return judged(exercised, breaches)


def _slow_calls(history: History) -> Judgement:
    each_takes = float(history.dialect["latency_per_id"])
    calls = [each for each in exchanges(history, frozenset({"gettickets"})) if each_takes and wire.asked(each).ids]
    breaches = [
        Breach(
            f"{shared.request(each)} asked for {len(wire.asked(each).ids)} tickets in one call, which took "
            f"{len(wire.asked(each).ids) * each_takes:.0f} ms; the vendor counts calls from {SLOW} ms on as slow"
        )
        for each in calls
        if len(wire.asked(each).ids) * each_takes > SLOW
    ]
    return judged(len(calls), breaches)


def _takes_time(dialect: Dialect) -> bool:
    return bool(dialect["latency_per_id"])


# --- all of them -------------------------------------------------------------------------------------------------------


ACCESS: tuple[Duty, ...] = (
    Duty(
        "superoffice.session_renewed",
        "A session that has ended is renewed, and the call repeated.",
        (
            "superoffice.auth.token_life",
            "superoffice.auth.ticket_life",
            "superoffice.auth.tokens",
            "superoffice.auth.refused",
        ),
        _session_renewed,
        "a call whose login is refused",
    ),
    Duty(
        "superoffice.refused_login_not_stormed",
        "A login that is refused is renewed once, not tried again and again within a minute.",
        ("superoffice.auth.refused", "superoffice.auth.revoked", "superoffice.auth.tokens"),
        _refused_login,
        "a call whose login is refused",
    ),
    Duty(
        "superoffice.failures_not_stormed",
        "While the vendor fails, a client tries a request ten times within a minute at most; what is too often is our guess.",
        ("superoffice.limit.rate",),
        shared.failures_not_stormed,
        "requests that fail in a row",
        "should",
    ),
    Duty(
        "superoffice.throttling_respected",
        "A client that is throttled waits before it calls again.",
        ("superoffice.limit.rate",),
        _throttling,
        "a call that is answered 429",
    ),
    Duty(
        "superoffice.secret_not_stored",
        "What a client keeps holds no application token: it is given at every start, and files are copied and backed up.",
        ("superoffice.auth.app_token",),
        shared.not_stored,
        "a client that keeps something in its state folder",
        "should",
        needs=(RESTART,),
        choice=shared.KEEPING,
    ),
    Duty(
        "superoffice.secret_kept",
        "Tokens and passwords reach no address, foreign header, output, error message or mirror.",
        ("superoffice.auth.schemes", "superoffice.auth.shapes", "superoffice.auth.app_token"),
        _secret_kept,
        "any request",
    ),
    Duty(
        "superoffice.tokens_kept",
        "An access token serves for as long as it lives: another one for each call doubles the calls.",
        ("superoffice.auth.token_life", "superoffice.auth.tokens", "superoffice.limit.rate"),
        _tokens_kept,
        "an access token that is handed out",
        "should",
    ),
    Duty(
        "superoffice.read_in_batches",
        "Many tickets are read in one call, not each in a call of its own: the vendor asks for at most ten calls a second.",
        ("superoffice.limit.rate", "superoffice.request.body"),
        _read_in_batches,
        "more than ten tickets to read in one sync",
        "should",
    ),
    Duty(
        "superoffice.slow_calls_avoided",
        "Lists of ids are short enough for an answer that does not count as slow.",
        ("superoffice.limit.slow", "superoffice.limit.ids"),
        _slow_calls,
        "calls of GetTickets where each id takes its time",
        "should",
        _takes_time,
    ),
)
