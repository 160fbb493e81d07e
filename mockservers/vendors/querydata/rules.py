"""The rules of QueryData: what the server does, one sentence each, with its source. Knows nothing but the kernel.

The first block bears the ids of the vendor's specification; the blocks `address`, `payload.types`, `error`, `limit` and
`framework` name what that specification says in tables.
"""

from __future__ import annotations

from mockservers.kernel.rules import Rule, RuleBook
from mockservers.vendors.querydata import VENDOR

PAGE = "Utilisphere support, Ticket Synchronization: API Best Practices (SOAP)"
FRAMEWORK = "Published source of System.Web.Services"
HELP = "Irth help centre"
CHOICE = "Chosen by this project"

RULES = RuleBook(
    VENDOR.name,
    page=PAGE,
    checked="2026-11-22",
    unmapped={
        "querydata-09": "names the readers of the page; no behaviour",
        "querydata-10": "damage to the page's bullets; the method's name is clear from the rest",
        "querydata-21": "a misspelling in a heading; the method's name is clear from the rest",
        "querydata-57": "furniture of the page, not part of the interface",
    },
)
_rule = RULES.rule

# --- access and shape -------------------------------------------------------------------------------------------------

AUTH_EVERY_CALL = _rule(
    "auth.every_call", "Every call needs a valid AuthCode; without one nothing else of it is looked at.",
    "line 10", "certain", 6, 7,
)  # fmt: skip
METHOD_SINGLE = _rule(
    "method.single", "One address and one method serve both result types; the JSON text alone decides.",
    "lines 3-17", "certain", 2, 4, 11, 13,
)  # fmt: skip
ITEM_TICKET_ONLY = _rule(
    "item.ticket_only", "ItemType is always Ticket; anything else is refused.", "line 17", "certain", 12
)
RESULT_TWO_TYPES = _rule(
    "result.two_types", "ResultType is Summary or Details; anything else is refused.", "lines 14, 26-71", "certain", 13
)
FORMAT_KNOWN = _rule(
    "format.known", "ResultFormat is one of the names configured for the customer, each meaning JSON or XML.",
    "lines 36, 61", "assumption", 23, 24, switch="result_formats",
)  # fmt: skip
PAYLOAD_ROOT = _rule(
    "payload.root", "The text is a JSON object with the member QueryData_V1; text that is not JSON is refused as such.",
    "lines 31-46", "certain", 1, 22, 29, 39,
)  # fmt: skip
PAYLOAD_NULL_PARAMETER = _rule(
    "payload.null_parameter",
    "A parameter element of another name or namespace is ignored, the method sees null and answers the JSON error.",
    "parameter reading", "certain", 5, switch="payload_parameter", page=FRAMEWORK,
)  # fmt: skip
PAYLOAD_EXTRA_MEMBERS = _rule(
    "payload.extra_members", "Members that are not listed are ignored.", "lines 31-46", "assumption"
)

# --- windows ----------------------------------------------------------------------------------------------------------

WINDOW_LAST_ACTION = _rule(
    "window.last_action", "A filter on LastActionDateTime compares only the time of a ticket's latest action.",
    "lines 18, 29, 78-79, 94-95", "certain", 14,
)  # fmt: skip
WINDOW_MOVES_OUT = _rule(
    "window.moves_out", "A ticket acted on again after a window no longer matches that window.",
    "lines 19, 84, 94-95", "certain", 15,
)  # fmt: skip
WINDOW_HISTORICAL = _rule(
    "window.historical", "Windows in the past work, but hold only tickets whose latest action lies inside.",
    "lines 77-79", "certain", 45,
)  # fmt: skip
WINDOW_SHORT = _rule(
    "window.short", "Windows of about five minutes or less are advised; longer ones are answered all the same.",
    "lines 72-73, 96-97", "certain", 41, 56, switch="max_window",
)  # fmt: skip
WINDOW_OVERLAP = _rule(
    "window.overlap", "Windows should overlap a little, since actions are processed with a delay.",
    "lines 74, 82", "certain", 43, switch="processing_lag",
)  # fmt: skip
WINDOW_NEAR_PRESENT = _rule(
    "window.near_present", "Incremental windows end at or near the present.", "lines 80-81", "certain", 46
)
WINDOW_AFTER_GAP = _rule(
    "window.after_gap",
    "After a long gap a ticket shows up only in the window of its latest update, so queries are repeated or overlapped.",
    "lines 83-85", "certain", 47, 48,
)  # fmt: skip
WINDOW_MINUTE_NOTATION = _rule(
    "window.minute_notation",
    "A window is written YYYY/MM/DD HH:MM-YYYY/MM/DD HH:MM: minutes, no seconds, no zone, no blank round the hyphen.",
    "line 42, read from a garbled placeholder", "certain", 30, 31,
)  # fmt: skip
WINDOW_BOUNDS = _rule(
    "window.bounds", "Both ends of a window belong to it, and the end is the exact minute.",
    "line 42 is silent", "assumption", 32, switch="window_bounds",
)  # fmt: skip
WINDOW_REVERSED = _rule(
    "window.reversed",
    "A window that starts after its end is refused: one that does so on the wall, in no reading of a repeated hour.",
    "line 42 is silent",
    "assumption",
)
WINDOW_ZONE = _rule(
    "window.zone",
    "Windows are read in the customer's zone; in a repeated hour the start is the earlier instant and the end the later, "
    "in a skipped hour the reading moves forward.",
    "line 42 is silent", "assumption", 32, switch="time_zone",
)  # fmt: skip
WINDOW_ACTIONS_THAT_COUNT = _rule(
    "window.actions_that_count",
    "Every action moves LastActionDateTime, and so does the arrival of a new version, for the new ticket and the old.",
    "lines 18, 29", "assumption",
)  # fmt: skip

# --- two-step read ----------------------------------------------------------------------------------------------------

SUMMARY_IDS_ONLY = _rule(
    "summary.ids_only", "Summary answers with ids and nothing else, as JSON integers under UtilisphereIDs.",
    "lines 29, 47", "certain", 16, 17, 20, 33, switch="empty_summary",
)  # fmt: skip
DETAILS_ONE_ID = _rule(
    "details.one_id", "A Details call takes one id as text with EQUALS; a list of ids is refused.",
    "lines 49-71", "certain", 35, 36,
)  # fmt: skip
DETAILS_CURRENT_STATE = _rule(
    "details.current_state",
    "Details returns the whole ticket as it is when asked, which may be newer than the window that named its id.",
    "lines 18-19, 54", "inferred", 37,
)  # fmt: skip
REPEAT_IS_NORMAL = _rule(
    "repeat.is_normal", "The same ticket may be delivered any number of times.", "line 75", "certain", 44
)
ID_TEXT_IN_FILTER = _rule(
    "id.text_in_filter", "Ids are numbers in answers but text in a filter.", "lines 47, 67", "certain", 40
)
ID_VERSION = _rule(
    "id.version", "Each version of a ticket has its own UtilisphereID under one TicketNumber.",
    "display of versions", "assumption", page=HELP,
)  # fmt: skip
SUMMARY_ORDER = _rule(
    "summary.order", "Ids come ascending, as in the sample; nothing promises it.",
    "line 47", "assumption", 33, switch="id_order",
)  # fmt: skip

# --- filters ----------------------------------------------------------------------------------------------------------

FILTER_OPERATIONS = _rule(
    "filter.operations", "The only operations are TIME_BETWEEN and EQUALS.", "lines 41, 66", "certain", 28
)
FILTER_COMBINED = _rule("filter.combined", "Several filters must all hold.", "lines 38-44 show one", "assumption", 27)
FILTER_NEVER_EMPTY = _rule(
    "filter.never_empty", "An empty or missing list of filters is refused, so that nobody dumps everything by accident.",
    "lines 38-44", "assumption", 19,
)  # fmt: skip
FILTER_PAIRING = _rule(
    "filter.pairing",
    "LastActionDateTime goes with live Summary, UtilisphereID with live Details, CreateDate with the warehouse.",
    "lines 26-28, 51-53, 88-90", "certain", 19, 36, 50, 51, switch="strictness",
)  # fmt: skip

# --- warehouse and visibility -----------------------------------------------------------------------------------------

WAREHOUSE_BULK = _rule(
    "warehouse.bulk",
    "Bulk reads set UseWarehouse and filter on CreateDate; answers are bigger and slower, not for near-real-time use.",
    "lines 23, 86-91, 98-99", "certain", 18, 48, 50, 52, 53, 54, switch="latency_per_id",
)  # fmt: skip
WAREHOUSE_LAG = _rule(
    "warehouse.lag", "The warehouse shows what the live store showed some time ago.",
    "lines 86-88", "assumption", 49, switch="warehouse_lag",
)  # fmt: skip
WAREHOUSE_AGREED = _rule(
    "warehouse.agreed", "Large loads are agreed with the vendor first.", "line 92", "certain", 55, switch="bulk_notice"
)
VISIBILITY_LAG = _rule(
    "visibility.lag",
    "An action becomes visible some time after it happened; until then the ticket answers with its older state.",
    "line 74", "certain", 42, switch="processing_lag",
)  # fmt: skip
VISIBILITY_TENANT = _rule(
    "visibility.tenant", "Tickets of other customers are never visible; their ids behave as unknown ones.",
    "line 10", "assumption", switch="unknown_id",
)  # fmt: skip
VISIBILITY_RETENTION = _rule(
    "visibility.retention", "Tickets older than the retention are gone from the live store, not from the warehouse.",
    "ticket summary keeps 60 days", "assumption", switch="retention_days", page=HELP,
)  # fmt: skip

# --- what the specification says in tables ----------------------------------------------------------------------------

ADDRESS_HOSTS = _rule(
    "address.hosts", "Two hosts lead to the service; whether they share data is not said.",
    "lines 5-7", "assumption", 3, switch="hosts",
)  # fmt: skip
PAYLOAD_TYPES = _rule(
    "payload.types", "A listed member that is missing or of the wrong JSON type is refused.",
    "lines 31-46", "assumption", 22, 25, 26, switch="strictness",
)  # fmt: skip
PAYLOAD_NAMES = _rule(
    "payload.names", "Names are compared with their letter case.", "lines 31-46", "assumption", switch="strictness"
)
WIRE_NAMES = _rule(
    "wire.names", "Namespace, parameter and result are named as the framework would name them by default.",
    "lines 5-15 show none", "assumption", 5, switch="soap_namespace",
)  # fmt: skip
DETAILS_CONTENT = _rule(
    "details.content", "Details answers a list of tickets with the members of public one-call formats.",
    "line 54 shows none", "assumption", 38, switch="details_root",
)  # fmt: skip
DETAILS_TIMES = _rule(
    "details.times", "Times inside Details are written as those of a filter are, without a zone.",
    "line 54 shows none", "assumption", switch="details_time_format",
)  # fmt: skip
SUMMARY_SHAPE = _rule(
    "summary.shape", "The Summary answer is a complete JSON object, though the printed one lacks its opening brace.",
    "lines 47-48", "certain", 34, switch="summary_shape",
)  # fmt: skip
ERROR_FORM = _rule(
    "error.form", "Refusals have one form, either a result with Code and Message or a fault.",
    "line 10 is silent", "assumption", 8, switch="errors",
)  # fmt: skip
LIMIT_IDS = _rule(
    "limit.ids",
    "There is no maximum of ids in an answer, unless one is set.",
    "lines 86-90",
    "assumption",
    switch="max_ids",
)
LIMIT_RATE = _rule(
    "limit.rate", "There is no limit on the number of calls, unless one is set; refused ones count.",
    "lines 96-97", "assumption", switch="rate_limit",
)  # fmt: skip

# --- what the framework does by itself --------------------------------------------------------------------------------


def _framework(slug: str, says: str, place: str, *statements: int, switch: str | None = None) -> Rule:
    return _rule(f"framework.{slug}", says, place, "certain", *statements, switch=switch, page=FRAMEWORK)


FRAMEWORK_ACTION = _framework(
    "action", "An unknown SOAPAction is a fault; without one the body's element decides.", "routing", 4
)
FRAMEWORK_MALFORMED = _framework(
    "malformed", "Malformed XML, or a document type declaration, gets status 400 and no body once the action is known.",
    "reading",
)  # fmt: skip
FRAMEWORK_MEDIA_TYPE = _framework(
    "media_type", "A media type that is not of SOAP gets status 415 and no body.", "reading", 1, switch="soap12"
)
FRAMEWORK_VERSION = _framework(
    "version", "An unknown envelope namespace is a VersionMismatch fault.", "reading", switch="soap12"
)
FRAMEWORK_ENVELOPE = _framework("envelope", "A missing Envelope or Body is a fault of the client.", "reading", 1)
FRAMEWORK_MUST_UNDERSTAND = _framework(
    "must_understand", "A header that must be understood and is not known is a MustUnderstand fault.", "headers"
)
FRAMEWORK_PARAMETER_TYPE = _framework(
    "parameter_type", "A parameter whose content is not of its simple type is a fault of the client.", "reading"
)
FRAMEWORK_VERB = _framework("verb", "Verbs other than GET and POST get status 405.", "protocol selection")
FRAMEWORK_FORM_POST = _framework(
    "form_post", "Form posts are for local callers, and their failures are plain text.", "protocol selection",
    switch="form_post",
)  # fmt: skip
FRAMEWORK_TOO_LARGE = _framework(
    "too_large", "A request over four megabytes is a fault of the client.", "configuration"
)
FRAMEWORK_ESCAPED_ONCE = _framework(
    "escaped_once",
    "The answer is text inside an XML element, so & < > are escaped once on top of the JSON or XML it holds.",
    "writing of text",
)
FRAMEWORK_FAILURE = _framework(
    "failure", "An exception inside the method is a fault of the server.", "invocation", switch="custom_errors"
)
