"""What SuperOffice's WebAPI does around tickets: one rule each, with its source and the statements it makes true.

Knows no table, no wire and no request; semantics and renderings cite these.
"""

from __future__ import annotations

from mockservers.kernel.rules import RuleBook
from mockservers.vendors.superoffice import VENDOR

PAGE = "SuperOffice reference, POST Agents/Ticket/GetTickets"
DOCS = "SuperOffice documentation, WebAPI"
SWAGGER = "SuperOffice documentation, description of the Ticket agent"
NPM = "npm @superoffice/webapi 12.4.1514"
FRAMEWORK = "Microsoft reference, ASP.NET Web API"

RULES = RuleBook(
    VENDOR.name,
    page=PAGE,
    checked="2026-11",
    unmapped={
        "superoffice-02": "Page furniture, without meaning for a server or a client.",
        "superoffice-91": "A finding about the page's sample, whose values do not fit together: no behaviour follows from it.",
    },
)
_rule = RULES.rule

# --- addresses --------------------------------------------------------------------------------------------------------

ADDRESS_AGENT = _rule(
    "address.agent",
    "An agent's method is a remote procedure, called by POST below /api/v1/Agents/ even where it only reads; paths are "
    "compared without case.",
    "lines 1, 5, 104", "certain", 1,
)  # fmt: skip
ADDRESS_ROOTS = _rule(
    "address.roots",
    "/api hangs below the root of the host, a folder of the installation, or the tenant's own id; a root that is a tenant's "
    "id takes calls of that tenant only.",
    "Overview", "documented", page=DOCS, switch="roots",
)  # fmt: skip
ADDRESS_VERBS = _rule(
    "address.verbs", "Any verb but POST and GET on an agent's method is answered 405 with a Message.", "HTTP verbs",
    "assumption", page=FRAMEWORK,
)  # fmt: skip
ADDRESS_OTHER = _rule(
    "address.other",
    "Other agents, entities and methods are known but not emulated: 501 with the REST error object; what nobody knows is "
    "404.",
    "Endpoints", "assumption", page=DOCS,
)  # fmt: skip
ADDRESS_VERSION = _rule(
    "address.version",
    "GET /api and /api/v1 need no login: a block of versions, as HTML unless JSON is asked for, and a list of addresses "
    "with their verbs.",
    "Version and endpoints", "documented", page=DOCS,
)  # fmt: skip
ADDRESS_STATE = _rule(
    "address.state",
    "GET /api/state/{tenant} needs no login and tells where the tenant is served, its state, and whether it is running, which "
    "it also is in online maintenance.",
    "Tenant status", "documented", page=DOCS,
)  # fmt: skip

# --- request ----------------------------------------------------------------------------------------------------------

REQUEST_BODY = _rule(
    "request.body",
    "The body is an object whose property names match without case: TicketIds is an array of int32, and several ids are "
    "read in one call.",
    "lines 6, 25-29, 109-114", "documented", 3, 25, 26,
)  # fmt: skip
REQUEST_NULL_BODY = _rule(
    "request.null_body", "A method whose parameters stand in the query takes an empty body or the JSON literal null.",
    "Agents", "captured", page=NPM,
)  # fmt: skip
REQUEST_MEDIA = _rule(
    "request.media",
    "Bodies come as JSON, XML or a form under seven media types; under any other the call is answered 415 and a Message "
    "that names the type.",
    "line 18", "documented", 14,
)  # fmt: skip
REQUEST_XML = _rule(
    "request.xml",
    "In XML the root is named as the request's carrier, properties are its children, and each id stands in an element int.",
    "line 18", "assumption", 14,
)  # fmt: skip
REQUEST_FORM = _rule(
    "request.form", "In a form the id's name is repeated, or carries an index in brackets.", "line 18", "assumption", 14
)
REQUEST_IDS = _rule(
    "request.ids",
    "An id is an int32; digits in text are taken for the number; what is no number or out of range is a bad request.",
    "Model binding", "assumption", 26, page=FRAMEWORK, switch="string_ids",
)  # fmt: skip
REQUEST_MISSING = _rule(
    "request.missing", "Without a body or without TicketIds the request is bad; an empty array is answered with one.",
    "lines 25-29", "assumption",
)  # fmt: skip
REQUEST_NPM_HEADERS = _rule(
    "request.npm_headers",
    "Headers that client libraries add are accepted: other letter case of SO-TimeZone, SO-Browser-TZ-Offset (ignored), an "
    "empty Accept-Language.",
    "WebApiBase", "captured", page=NPM,
)  # fmt: skip
REQUEST_GET_DESCRIBES = _rule(
    "request.get_describes", "GET on an agent's method runs nothing: it answers 200 with a description of the method.",
    "Agents WebAPI", "documented", page=DOCS,
)  # fmt: skip
REQUEST_SAMPLE = _rule(
    "request.sample", "The sample call works as printed: media types with charset, a two-letter language, ids in an array.",
    "lines 103-114", "certain", 83,
)  # fmt: skip

# --- carrier ----------------------------------------------------------------------------------------------------------

CARRIER_PROPERTIES = _rule(
    "carrier.properties", "A Ticket has 65 properties in the page's order; database names in its text mean these.",
    "lines 36-102", "certain", 29, 82,
)  # fmt: skip
CARRIER_VALUE_TYPES = _rule(
    "carrier.value_types", "Whole numbers, truth values and dates are value types: unset is a sentinel, never null.",
    "lines 120-190", "captured", 86,
)  # fmt: skip
CARRIER_UNSET_DATES = _rule(
    "carrier.unset_dates", "An unset date is the first instant of the year 1, in the form that the zone gives it.",
    "Samples", "captured", page=DOCS,
)  # fmt: skip
CARRIER_UNSET_STRINGS = _rule(
    "carrier.unset_strings", "An unset text is empty, not null.", "lines 149, 178-179", "captured", 86
)
CARRIER_NO_PERSON = _rule(
    "carrier.no_person", "Without a person CustId is -1; its description allows null as well, which is not sent.",
    "line 65", "documented", 52, 53,
)  # fmt: skip
CARRIER_NOT_MERGED = _rule(
    "carrier.not_merged", "ConnectId of a ticket that was not merged is 0 on the page and -1 in samples; else the survivor's.",
    "lines 71, 153", "captured", 56, switch="unset_connect",
)  # fmt: skip
CARRIER_NO_OWNER = _rule(
    "carrier.no_owner", "A ticket that nobody owns has OwnedBy 1, no OwnedByName and OwnedByAssociateId 0.",
    "line 53", "documented", 45,
)  # fmt: skip
CARRIER_CREATED_BY = _rule(
    "carrier.created_by", "CreatedBy is the user who made the ticket, and 1 when it came from outside.", "line 50",
    "documented", 42,
)  # fmt: skip
CARRIER_NO_COMPANY = _rule(
    "carrier.no_company", "ContactId and ContactName are the company of the person in CustId; 0 and empty without one.",
    "lines 88-89", "documented", 73,
)  # fmt: skip
CARRIER_TWO_USER_SPACES = _rule(
    "carrier.two_user_spaces",
    "OwnedBy and CreatedBy count Service users, OwnedByAssociateId counts associates: the numbers of one owner differ.",
    "line 90", "documented", 74,
)  # fmt: skip
CARRIER_LOGIN_NAMES = _rule(
    "carrier.login_names", "CreatedByName and OwnedByName are the user's initials, not the full name that the sample shows.",
    "lines 51, 54", "documented", 43, 90,
)  # fmt: skip
CARRIER_ENUMS = _rule(
    "carrier.enums_as_names",
    "BaseStatus, Slevel, Origin and ReadStatus travel as names with a capital; the published numbers stay inside.",
    "lines 58, 61, 64, 72", "documented", 47, 49, 51, 57, 89,
)  # fmt: skip
CARRIER_STATUS = _rule(
    "carrier.status",
    "TicketStatus is a row of the customer's own that maps to one BaseStatus, with free text as its name; several rows may "
    "map to the same.",
    "lines 61-63", "documented", 50,
)  # fmt: skip
CARRIER_PRIORITY = _rule(
    "carrier.priority",
    "Priority is a row of the priority table and PriorityName its name.",
    "lines 59-60",
    "documented",
    48,
)
CARRIER_CATEGORY = _rule(
    "carrier.category", "CategoryName is the last segment, CategoryFullname all names from the top, joined by slashes.",
    "lines 55-57", "documented", 46,
)  # fmt: skip
CARRIER_TYPE = _rule(
    "carrier.type", "TicketTypeId and TicketTypeName are a request type and its name.", "lines 99-100", "documented", 79
)
CARRIER_PERSON = _rule(
    "carrier.person", "Four names belong to the person in CustId, and the full name is put together from the others.",
    "lines 66-69", "documented", 54,
)  # fmt: skip
CARRIER_LINKS = _rule(
    "carrier.links", "Sale, project and form are ids with the titles of the first two; 0 and empty text where none is.",
    "lines 94-98", "documented", 77, 78,
)  # fmt: skip
CARRIER_UNITS = _rule(
    "carrier.units",
    "Times to reply and to close and TimeSpent are minutes, the six counters of time in a status are seconds.",
    "lines 73-83", "documented", 93,
)  # fmt: skip
CARRIER_SENTIMENT = _rule(
    "carrier.sentiment", "Sentiment runs from -100 to 100 with 0 for no idea, its confidence from 0 to 100.",
    "Ticket table", "documented", page=DOCS,
)  # fmt: skip
CARRIER_RIGHTS = _rule(
    "carrier.rights",
    "TableRight is a Mask of flag names, or one combined name, with a Reason that is empty or a resource id; without any "
    "restriction it is null, FULL or {}.",
    "lines 101, 183", "captured", 80, switch="rights_none",
)  # fmt: skip
CARRIER_FIELD_PROPERTIES = _rule(
    "carrier.field_properties",
    "FieldProperties maps each property's name to its right, .NET type and length: characters for text, 0 where computed, "
    "else bytes.",
    "lines 102, 184-190", "documented", 81, 95,
)  # fmt: skip
CARRIER_HIDDEN_FIELD = _rule(
    "carrier.hidden_field", "A field that the caller may not read comes with its unset value, and its Mask says None.",
    "line 102", "inferred",
)  # fmt: skip
CARRIER_GROWS = _rule(
    "carrier.grows",
    "Releases add properties and names of enumerations: older ones lack the request type, Spam, API and Flow, and later "
    "more.",
    "Ticket", "certain", page=NPM, switch="carrier_version",
)  # fmt: skip
CARRIER_EXTRA = _rule(
    "carrier.extra", "A property that no description names may come at any release; clients pass over it.", "Ticket",
    "inferred", page=NPM, switch="extra_property",
)  # fmt: skip
CARRIER_SECONDS = _rule("carrier.seconds", "Dates are whole seconds, without a fraction.", "lines 122-131", "captured")

# --- what moves a field -----------------------------------------------------------------------------------------------

FIELD_TICKET_ID = _rule(
    "field.ticket_id", "TicketId is counted up by the server: a newer ticket has the higher number.", "line 38",
    "documented", 31,
)  # fmt: skip
FIELD_CREATED_AT = _rule("field.created_at", "CreatedAt stays as it was at creation.", "line 40", "documented", 32)
FIELD_LAST_CHANGED = _rule(
    "field.last_changed",
    "LastChanged moves with every change, and is never before CreatedAt.",
    "line 41",
    "documented",
    33,
)
FIELD_READ_BY_OWNER = _rule(
    "field.read_by_owner",
    "ReadByOwner and ReadStatus follow the owner's reading: Red unread, Green read, Yellow when something came after.",
    "lines 42, 72", "documented", 34, 58,
)  # fmt: skip
FIELD_READ_BY_CUSTOMER = _rule(
    "field.read_by_customer", "ReadByCustomer is when the customer read the ticket.", "line 43", "documented", 35
)
FIELD_FIRST_READ = _rule(
    "field.first_read",
    "FirstReadByUser is set by the first reading of any user and stays.",
    "line 44",
    "documented",
    36,
)
FIELD_ACTIVATE = _rule(
    "field.activate",
    "Activate is when a postponed ticket wakes up; past it the ticket is active, and Activate keeps its value.",
    "lines 45, 127", "documented", 37, 94,
)  # fmt: skip
FIELD_CLOSED_AT = _rule("field.closed_at", "ClosedAt is set by closing, and unset by opening again.", "line 46",
                        "documented", 38)  # fmt: skip
FIELD_REPLIED_AT = _rule(
    "field.replied_at", "RepliedAt is set by the first external message that answers, and no later one moves it.",
    "line 47", "documented", 39,
)  # fmt: skip
FIELD_ALERT = _rule(
    "field.alert", "Past AlertTimeout the ticket goes on to the next AlertLevel of the alert table, with a new timeout.",
    "lines 48, 70", "documented", 40, 55,
)  # fmt: skip
FIELD_DEADLINE = _rule("field.deadline", "Deadline is kept as it was given.", "line 49", "documented", 41)
FIELD_FIRST_MESSAGE = _rule(
    "field.first_message",
    "Author, FromAddress and Language are of the first message, the first with an address and the first external one; later "
    "ones do not change them.",
    "lines 52, 87, 91", "documented", 44, 72, 75,
)  # fmt: skip
FIELD_LAST_MESSAGE = _rule(
    "field.last_message",
    "Sentiment and its confidence are of the latest external message.",
    "lines 92-93",
    "documented",
    76,
)
FIELD_MESSAGES = _rule(
    "field.messages", "NumMessages counts all messages, NumReplies those to the customer; HasAttachment tells of any.",
    "lines 84-86", "documented", 69, 70, 71,
)  # fmt: skip
FIELD_TIMES = _rule(
    "field.times",
    "Times to reply and to close run from creation: within the hours of the priority, and round the clock for the Real "
    "ones, which are never shorter.",
    "lines 73-76", "documented", 59, 60, 61, 62, 92,
)  # fmt: skip
FIELD_COUNTERS = _rule(
    "field.counters",
    "Six counters add up the time in open, waiting and queue statuses when a ticket leaves one; the present status does not "
    "count yet.",
    "lines 77-82", "documented", 63, 64, 65, 66,
)  # fmt: skip
FIELD_TIME_SPENT = _rule(
    "field.time_spent", "TimeSpent is the sum of the messages' minutes; what a caller sends for it has no effect.",
    "line 83", "documented", 67, 68,
)  # fmt: skip

# --- result -----------------------------------------------------------------------------------------------------------

RESULT_ARRAY = _rule(
    "result.array",
    "Success is 200 with a bare array, also for one ticket and for none.",
    "lines 30-35, 118-192",
    "certain",
    27,
)
RESULT_ORDER = _rule(
    "result.request_order",
    "Tickets come in the order of the ids.",
    "getTicketsAsync",
    "documented",
    page=NPM,
    switch="order",
)
RESULT_UNKNOWN = _rule(
    "result.unknown_id",
    "An id that leads to no ticket is left out.",
    "lines 32-34",
    "assumption",
    28,
    switch="missing_id",
)
RESULT_DUPLICATES = _rule(
    "result.duplicates", "An id given twice is answered once, at its first place.", "lines 109-114", "assumption",
    switch="duplicate_id",
)  # fmt: skip
RESULT_NO_ACCESS = _rule(
    "result.no_access",
    "A ticket whose row the caller may not see is treated as unknown.",
    "Roles",
    "assumption",
    page=DOCS,
)
RESULT_DELETED = _rule(
    "result.deleted", "Deleting sets BaseStatus to Deleted; the row stays readable and is purged after some days.",
    "Recycle bin", "inferred", page=DOCS, switch="deleted_days",
)  # fmt: skip
RESULT_MERGED = _rule(
    "result.merged", "A merged ticket has BaseStatus Merged and the survivor's id in ConnectId; ResolveTicketId walks the chain.",
    "Merging requests", "documented", page=DOCS,
)  # fmt: skip
RESULT_SPAM = _rule("result.spam", "Spam is a BaseStatus; such tickets lie in the recycle bin and stay readable.",
                    "Spam", "documented", page=DOCS)  # fmt: skip
RESULT_NOT_IN_LOG = _rule(
    "result.not_in_log", "Soft deletions and merges stand in no log of changes: only the ticket's BaseStatus tells.",
    "Transaction log", "documented", page=DOCS,
)  # fmt: skip
RESULT_FILLER = _rule(
    "result.sample_is_filler", "The tickets asked for come back; the page's sample shows another one, which says nothing.",
    "lines 109-120", "certain", 87,
)  # fmt: skip
RESULT_NULL = _rule(
    "result.null", "A single object that an agent does not find is the JSON literal null with 200, never a 404.",
    "Agents WebAPI", "documented", page=DOCS,
)  # fmt: skip

# --- $select ----------------------------------------------------------------------------------------------------------

SELECT_NULLS = _rule(
    "select.nulls",
    "$select is a list of properties with commas; all others are emptied to null, numbers and dates too. Without it "
    "everything comes.",
    "lines 8-11", "documented", 5, 6, 7, switch="select_mode",
)  # fmt: skip
SELECT_CASE = _rule("select.case", "Names match without case.", "lines 11-12", "inferred", 8)
SELECT_PATH = _rule("select.path", "A path selects by its first segment.", "line 12", "assumption", 9)
SELECT_UNKNOWN = _rule("select.unknown", "Names that are no property are ignored.", "lines 11-12", "assumption", 8)
SELECT_KEY = _rule(
    "select.key", "TicketId is emptied too unless it is selected.", "line 11", "assumption", switch="select_keeps_key"
)
SELECT_SAMPLE = _rule(
    "select.generic_sample", "The page's sample list, taken literally, leaves one property of this carrier filled.",
    "line 12", "certain", 8,
)  # fmt: skip
SELECT_NOT_ODATA = _rule(
    "select.not_odata", "Names of archive columns, as OData lists take them, are unknown names to an agent.", "Archive columns",
    "documented", page=DOCS,
)  # fmt: skip

# --- time -------------------------------------------------------------------------------------------------------------

TIME_OFFSET = _rule(
    "time.offset",
    "The ten dates carry the offset of the base zone as on the page, or none unless includeTZOffset asks for it.",
    "lines 40-49, 122-131", "documented", 30, switch="dates",
)  # fmt: skip
TIME_HEADER = _rule(
    "time.header",
    "SO-TimeZone converts all dates: a zone's code or number and the flag includeTZOffset, with a comma, without case.",
    "line 23", "documented", 21,
)  # fmt: skip
TIME_COLON = _rule("time.offset_colon", "An offset is written with a colon, and UTC as Z.", "Time zones", "captured",
                   page=DOCS)  # fmt: skip
TIME_BASE = _rule("time.base_zone", "Without the header dates are in the installation's base zone.", "Time zones",
                  "documented", page=DOCS, switch="base_zone")  # fmt: skip
TIME_DATETIME_COLUMNS = _rule(
    "time.utc_columns", "The ticket's dates follow the header, unlike columns that are kept in UTC.", "Time zones", "inferred",
    page=DOCS,
)  # fmt: skip
TIME_UNKNOWN = _rule(
    "time.unknown_zone", "A zone that is not known is ignored.", "line 23", "assumption", switch="unknown_zone"
)
TIME_BACK = _rule(
    "time.header_back", "The answer names the zone that was used, in SO-TimeZone.", "WebApiBase", "documented", page=NPM
)

# --- language ---------------------------------------------------------------------------------------------------------

LANGUAGE_RAW = _rule(
    "language.raw", "Without a language header multi-language strings and resource ids come raw.", "Headers", "documented",
    page=DOCS, switch="trailing_semicolon",
)  # fmt: skip
LANGUAGE_CHOOSE = _rule(
    "language.choose", "Accept-Language chooses the language, SO-Language wins over it, * or x switches translation off.",
    "lines 20-21", "documented", 16, 17, 88,
)  # fmt: skip
LANGUAGE_CULTURE = _rule(
    "language.culture",
    "SO-Culture shapes only the numbers and dates inside strings; it follows the language when absent and is ignored "
    "without one.",
    "line 22", "documented", 18, 19, 20,
)  # fmt: skip
LANGUAGE_CODES = _rule(
    "language.codes", "Strings carry the codes US, NO, SW, GE and FR; headers carry two-letter codes, which are mapped.",
    "lines 20-22", "captured", 24,
)  # fmt: skip
LANGUAGE_FALLBACK = _rule(
    "language.fallback", "The wanted language, else US, else the first part.", "line 20", "assumption", 24,
    switch="language_fallback",
)  # fmt: skip
LANGUAGE_FIELDS = _rule(
    "language.fields", "Names of status, priority, category and type and the Reasons of rights are translated.", "line 20",
    "assumption", 16,
)  # fmt: skip
LANGUAGE_LIST = _rule(
    "language.list", "Accept-Language may be a list, with commas or semicolons; the first known one counts.", "Headers",
    "documented", page=DOCS,
)  # fmt: skip

# --- media ------------------------------------------------------------------------------------------------------------

MEDIA_ACCEPT = _rule(
    "media.accept", "Accept decides between JSON and XML; six types are answered, the two patch types in JSON.", "line 19",
    "documented", 15,
)  # fmt: skip
MEDIA_JSON = _rule(
    "media.json", "JSON answers carry application/json and charset utf-8.", "lines 115-117", "certain", 85
)
MEDIA_UNKNOWN = _rule(
    "media.unknown", "An Accept that fits nothing is answered in JSON.", "Content negotiation", "inferred", page=FRAMEWORK,
    switch="accept_unknown",
)  # fmt: skip
MEDIA_XML = _rule(
    "media.xml",
    "XML has plain names, the carrier's as the root, an empty element for empty text; null is left out. The framework's writer "
    "would add a namespace and nil.",
    "Samples", "assumption", page=DOCS, switch="xml_namespaces",
)  # fmt: skip

# --- login ------------------------------------------------------------------------------------------------------------

AUTH_SCHEMES = _rule(
    "auth.schemes",
    "Basic, SOTicket, Bearer or none (a session) let a call in, by the kind of installation: hosted ones take no Basic.",
    "lines 15-16", "documented", 10, 11, switch="deployment",
)  # fmt: skip
AUTH_SETTINGS = _rule(
    "auth.settings", "Each way to log in is a setting of the server, and refused where it is off.", "NetServer WebApi element",
    "documented", 11, page=DOCS, switch="authorize_with",
)  # fmt: skip
AUTH_NEGOTIATE = _rule(
    "auth.negotiate", "On site Negotiate is taken too; it is not emulated, and hosted ones refuse it.", "Authorization",
    "documented", page=DOCS,
)  # fmt: skip
AUTH_BASIC = _rule("auth.basic", "Basic carries user name, colon and password in base64.", "line 105", "certain", 84)
AUTH_CASE = _rule("auth.scheme_case", "The scheme's word is compared without case.", "line 16", "inferred", 10)
AUTH_TICKET_PLAIN = _rule(
    "auth.ticket_plain", "A ticket follows its scheme after one blank, not encoded again.", "Authorization", "documented",
    page=DOCS,
)  # fmt: skip
AUTH_SHAPES = _rule(
    "auth.shapes",
    "Tickets begin with 7T:, access tokens with 8A: and the tenant's id; sent to another tenant's path they are refused.",
    "Samples", "captured", page=DOCS,
)  # fmt: skip
AUTH_APP_TOKEN = _rule(
    "auth.app_token",
    "Hosted, a SOTicket must come with SO-AppToken, the secret of the partner's application; a Bearer and an installation on "
    "site need none.",
    "line 24", "documented", 22, 23,
)  # fmt: skip
AUTH_TICKET_LIFE = _rule(
    "auth.ticket_life", "A ticket lives six hours from its latest use; one that has expired cannot be renewed.",
    "Authorization", "documented", page=DOCS, switch="ticket_hours",
)  # fmt: skip
AUTH_TOKEN_LIFE = _rule(
    "auth.token_life", "An access token lives a fixed time; a refresh token gets another at the token endpoint.",
    "Authorization", "documented", page=DOCS, switch="token_seconds",
)  # fmt: skip
AUTH_TOKENS = _rule(
    "auth.tokens",
    "The token endpoint takes grant_type=refresh_token in a form or in the query, without any other login, and answers two "
    "tokens and the lifetime.",
    "Refresh tokens", "documented", page=DOCS,
)  # fmt: skip
AUTH_REVOKED = _rule(
    "auth.revoked", "With its user a ticket, token or session ends as well.", "Authorization", "inferred", page=DOCS
)
AUTH_XSRF = _rule(
    "auth.xsrf",
    "Without Authorization the session's cookie counts, and X-XSRF-TOKEN must repeat the session's value, from the cookie or "
    "the hidden field; missing or old, the call is refused.",
    "line 17", "documented", 12, 13,
)  # fmt: skip
AUTH_COOKIE = _rule("auth.session_cookie", "The session's cookie is called SoSession here: its real name is not public.",
                    "line 17", "assumption")  # fmt: skip
AUTH_REFUSED = _rule(
    "auth.refused", "Without valid credentials a call is answered 401, whatever is wrong with them.", "Authorization",
    "documented", page=DOCS, switch="auth_error_body",
)  # fmt: skip
AUTH_FORBIDDEN = _rule(
    "auth.forbidden",
    "A caller who is let in but may not use a function is answered 403.",
    "Roles",
    "assumption",
    page=DOCS,
)
AUTH_MISDIRECTED = _rule(
    "auth.misdirected", "Hosted, a tenant answers at its own host; a call to another is answered 421 and a text.",
    "Tenant status", "documented", page=DOCS,
)  # fmt: skip

# --- errors and limits ------------------------------------------------------------------------------------------------

ERROR_REST = _rule(
    "error.rest", "REST addresses answer 404 with Error, ErrorType, ErrorMessage and ErrorSource.", "REST WebAPI", "documented",
    page=DOCS,
)  # fmt: skip
ERROR_BAD = _rule(
    "error.bad_request", "A bad call to an agent is answered with Message and MessageDetail, under 400.", "Agents WebAPI",
    "documented", page=DOCS, switch="bad_request",
)  # fmt: skip
LIMIT_SLOW = _rule(
    "limit.slow",
    "A call that takes longer than its published threshold counts as slow in the vendor's usage log: no error and no time-out.",
    "line 7", "documented", 4,
)  # fmt: skip
LIMIT_IDS = _rule(
    "limit.ids", "No length of a list of ids is too long; time grows with it.", "lines 25-29", "assumption",
    switch="latency_per_id",
)  # fmt: skip
LIMIT_RATE = _rule(
    "limit.rate", "More than ten calls a second are not wanted; when throttling is on they are answered 429.",
    "Best practices", "documented", page=DOCS, switch="rate_limit",
)  # fmt: skip
LIMIT_MAINTENANCE = _rule(
    "limit.maintenance", "A tenant in offline maintenance is answered 503 without a body.", "Tenant status", "assumption",
    page=DOCS,
)  # fmt: skip

# --- calls around it --------------------------------------------------------------------------------------------------

CALL_SUMMARIES = _rule(
    "call.summaries", "GetTicketSummaries answers id, status, title, registration and icon of each ticket, for cheap checks.",
    "GetTicketSummaries", "documented", page=SWAGGER,
)  # fmt: skip
CALL_ENTITY = _rule(
    "call.entity", "A TicketEntity nests what the Ticket holds flat: users, category, priority, status, person and more.",
    "GetTicketEntity", "documented", page=SWAGGER,
)  # fmt: skip
CALL_RESOLVE = _rule(
    "call.resolve", "ResolveTicketId answers the ticket that survives all mergers, and 0 when there is none.",
    "ResolveTicketId", "documented", page=SWAGGER,
)  # fmt: skip
CALL_DELETE = _rule(
    "call.delete", "SetDeletedStatusByIds deletes softly and answers the ids it deleted; UndeleteByIds opens them again.",
    "SetDeletedStatusByIds", "documented", page=SWAGGER,
)  # fmt: skip
CALL_PURGE = _rule(
    "call.purge", "DeleteTicketEntity and DELETE take a ticket away for good, with 204 and no body.", "DeleteTicketEntity",
    "documented", page=SWAGGER,
)  # fmt: skip
CALL_DEFAULT = _rule(
    "call.default", "A default entity has the values of a new ticket and is kept nowhere.", "CreateDefaultTicketEntity",
    "documented", page=SWAGGER,
)  # fmt: skip
CALL_SAVE = _rule(
    "call.save",
    "Saving replaces the whole entity: what is not sent gets the value of a new one. TicketId 0 makes a ticket; counters, "
    "dates and merger stay the server's.",
    "SaveTicketEntity", "documented", page=SWAGGER,
)  # fmt: skip
CALL_SAVE_CHECKS = _rule(
    "call.save_checks", "A text that is too long and an id that leads nowhere are bad requests, and nothing is saved.",
    "SaveTicketEntity", "assumption", page=SWAGGER,
)  # fmt: skip
CALL_SAVE_OWNER = _rule(
    "call.save_owner",
    "Owner 0 unassigns, 2147483647 lets the server choose one.",
    "TicketEntity",
    "documented",
    page=SWAGGER,
)
CALL_SAVE_RIGHTS = _rule(
    "call.save_rights", "Saving needs the right to update the row, and leaves fields alone that the caller may not write.",
    "Roles", "assumption", page=DOCS,
)  # fmt: skip
CALL_READ_STATUS = _rule(
    "call.read_status", "UpdateTicketsReadStatus sets the owner's light and answers the ids it changed.",
    "UpdateTicketsReadStatus", "documented", page=SWAGGER,
)  # fmt: skip
CALL_MERGE = _rule(
    "call.merge",
    "MergeTickets merges others into one ticket, which it answers.",
    "MergeTickets",
    "documented",
    page=SWAGGER,
)
CALL_MESSAGES = _rule(
    "call.messages", "Messages are read and saved as entities of their own; one that is saved counts at its ticket.",
    "GetTicketMessageEntities", "documented", page=SWAGGER,
)  # fmt: skip
REST_ENTITY = _rule(
    "rest.entity", "GET Ticket/{id} answers the entity with _Links; PUT without a body is bad, and replaces with one.",
    "REST WebAPI", "documented", page=DOCS,
)  # fmt: skip
REST_CONDITIONS = _rule(
    "rest.conditions", "REST entities know If-Modified-Since (304) and If-Unmodified-Since (412); agents do not.",
    "REST WebAPI", "documented", page=DOCS,
)  # fmt: skip
ODATA_LIST = _rule(
    "odata.list",
    "GET Ticket lists rows by archive columns in camelCase with PrimaryKey as text and EntityName; 1,000 unless $top says "
    "otherwise, and odata.nextLink is null.",
    "OData", "documented", page=DOCS,
)  # fmt: skip
ODATA_FILTER = _rule(
    "odata.filter",
    "$filter compares columns with words such as afterTime, before, between, contains; times without an offset are in the "
    "zone of the call.",
    "OData operators", "documented", page=DOCS,
)  # fmt: skip
ODATA_ORDER = _rule("odata.order", "$orderBy sorts by a column, and then by the key.", "OData", "documented", page=DOCS)
ODATA_BAD = _rule(
    "odata.bad", "A column, operator or value that does not fit is a bad request.", "OData", "assumption", page=DOCS
)
ZONE_LIST = _rule(
    "zone.list", "TimeZone lists the codes that SO-TimeZone takes, and TimeZone/base names the installation's.",
    "Time zones", "documented", page=DOCS,
)  # fmt: skip
PRINCIPAL = _rule(
    "user.principal", "User/currentPrincipal tells who is logged in, with both numbers of the user.", "REST WebAPI", "documented",
    page=DOCS,
)  # fmt: skip
