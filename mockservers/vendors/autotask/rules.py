"""The rules of Autotask's SOAP service 1.6: what the server does, one each, with its source. Knows only the kernel.

A constant is named like its rule: `autotask.query.top_500` is `QUERY_TOP_500`. Ids the vendor's specification gives in
its tables keep them; the rest of this file names what stands there in prose.
"""

from __future__ import annotations

from mockservers.kernel.rules import Certainty, Rule, RuleBook, Source

VENDOR = "autotask"
PAGE = "Autotask developer help, SOAP API best practices"
HELP = "Autotask developer help"
WSDL = "Service description of release 1.6.9"
RECORDED = "Recorded answers and field info in published clients"
CLIENTS = "Published client libraries"
USERS = "Issue trackers of published clients"
FRAMEWORK = "Published source of System.Web.Services"
CHOICE = "Chosen by this project"
CHECKED = "2026-11-22"

_ALL: list[Rule] = []


def _rule(
    slug: str,
    says: str,
    certainty: Certainty,
    page: str,
    place: str,
    *statements: int,
    switch: str | None = None,
) -> Rule:
    ids = tuple(f"{VENDOR}-{number:02}" for number in statements)
    rule = Rule(f"{VENDOR}.{slug}", says, Source(page, place, certainty, CHECKED), switch, ids)
    _ALL.append(rule)
    return rule


# --- addresses and operations -----------------------------------------------------------------------------------------

ADDRESS_PATHS = _rule(
    "address.paths",
    "The service and its description answer at their paths in any letter case; other paths answer 404.",
    "captured", CLIENTS, "service and description addresses", 16, 20, 28,
)  # fmt: skip
ADDRESS_VERSION = _rule(
    "address.version",
    "Only version 1.6 is there: the path of another one is 404, as that of 1.6 will be once it is switched off.",
    "assumption", PAGE, "line 2", 2,
)  # fmt: skip
OPERATION_SPELLING = _rule(
    "operation.spelling",
    "Operations and elements are spelled as in the service description, whatever the help pages write: getUDFInfo, "
    "GetFieldInfo, and GetEntityInfo for the operation getEntityInfo.",
    "certain", WSDL, "operations", 29,
)  # fmt: skip
WSDL_TYPES = _rule(
    "wsdl.types",
    "The description declares 15 operations and 167 entity types, each with its fields as optional elements of any type.",
    "certain", WSDL, "types", 50,
)  # fmt: skip

# --- the wire ---------------------------------------------------------------------------------------------------------

WIRE_NET_STYLE = _rule(
    "wire.net_style",
    "Answers are written as .NET writes them: envelope prefix soap, xsi and xsd declared on the envelope, a default "
    "namespace on the body's element, no prefix below it and no white space.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_COLLECTIONS = _rule(
    "wire.collections", "EntityResults and Errors are present in a good answer even when they are empty.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_ORDER = _rule(
    "wire.order",
    "An answer holds ReturnCode, EntityResults, EntityResultType, Errors, EntityReturnInfoResults; an entity holds id, "
    "UserDefinedFields, then its fields in the order of the description.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_RETURN_CODE = _rule(
    "wire.return_code", "ReturnCode is 1 when all went well and -1 when it failed; both come with HTTP 200.",
    "certain", HELP, "API return values",
)  # fmt: skip
WIRE_RESULT_TYPE = _rule(
    "wire.result_type", "EntityResultType is the entity's name in lower case, and empty for the threshold call.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_TYPED_FIELDS = _rule(
    "wire.typed_fields", "Every field but id carries its XML Schema type; id carries none.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_LONG = _rule(
    "wire.long", "Fields declared long come typed as int, except values of more than 31 bits.",
    "certain", RECORDED, "answers", switch="long_as",
)  # fmt: skip
WIRE_DECIMAL = _rule(
    "wire.decimal",
    "Resource.InternalCost and ServiceCall.Duration come as decimals with four places; other whole doubles have none.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_NULLS = _rule(
    "wire.nulls", "A field without a value is left out, but a text is always there, as an empty element when null.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_FLAGS = _rule(
    "wire.flags",
    "Contact.Active and ServiceCall.Complete are numbers 0 and 1, Resource.Active is a boolean, and a password comes "
    "back as six asterisks.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_UDF = _rule(
    "wire.udf",
    "When any user-defined field of an entity has a value all of them are listed, those without one by name alone; "
    "else the list is empty. All values are texts.",
    "certain", RECORDED, "answers",
)  # fmt: skip
WIRE_DATETIME = _rule(
    "wire.datetime",
    "Times have no offset and a fraction of at most three digits without trailing zeros; a bare date is midnight.",
    "certain", RECORDED, "answers", 45,
)  # fmt: skip
WIRE_RETURN_INFO = _rule(
    "wire.return_info",
    "Each returned entity has one EntityReturnInfo with its id, a database action that says None, and a duplicate status.",
    "certain", RECORDED, "answers", switch="database_action",
)  # fmt: skip
WIRE_DELETE = _rule(
    "wire.delete", "A good delete answers with empty collections and the entity's type.", "certain", RECORDED, "answers"
)
WIRE_SOAP12 = _rule(
    "wire.soap12", "The description declares SOAP 1.1 alone, yet envelopes of SOAP 1.2 are answered too.",
    "reported", CLIENTS, "a raw-DOM Java client", switch="soap12",
)  # fmt: skip
WIRE_ADDRESSING = _rule(
    "wire.addressing", "Headers of WS-Addressing are refused as not understood.",
    "reported", USERS, "WS-Addressing", switch="ws_addressing",
)  # fmt: skip

# --- what clients may send --------------------------------------------------------------------------------------------

REQUEST_HEADER = _rule(
    "request.header",
    "The header AutotaskIntegrations is read with or without prefix, type, actor or attributes, and its members even "
    "in no namespace.",
    "captured", CLIENTS, "headers sent",
)  # fmt: skip
REQUEST_INFO_PARAMETER = _rule(
    "request.info_parameter", "The parameter of GetFieldInfo and getUDFInfo is read when it is nested in itself.",
    "captured", CLIENTS, "PyPI atws", switch="info_parameter",
)  # fmt: skip
REQUEST_TYPES = _rule(
    "request.types",
    "An entity's type may carry any prefix; values may carry a type or none; an id may be absent, zero or typed.",
    "captured", CLIENTS, "entities sent",
)  # fmt: skip
REQUEST_DATETIME = _rule(
    "request.datetime",
    "Times are read in all forms clients send: with a blank or a T, with or without time, fraction, Z or offset.",
    "captured", CLIENTS, "times sent", 74, switch="datetime_input",
)  # fmt: skip
REQUEST_QUERY_TEXT = _rule(
    "request.query_text", "The text of a query may be escaped or in CDATA, with white space around names.",
    "captured", CLIENTS, "queries sent",
)  # fmt: skip

# --- query ------------------------------------------------------------------------------------------------------------

QUERY_TOP_500 = _rule(
    "query.top_500",
    "A query answers at most 500 entities by ascending id; the rest is asked for with an id above the highest received.",
    "certain", PAGE, "line 17", 33, 34, 35,
)  # fmt: skip
QUERY_LEFT_TO_RIGHT = _rule(
    "query.left_to_right",
    "Siblings are combined from left to right; a condition joins what precedes it by its own operator, a bare field by "
    "AND.",
    "reported", CLIENTS, "query builders", switch="condition_order",
)  # fmt: skip
QUERY_SEVERAL_EXPRESSIONS = _rule(
    "query.several_expressions", "Several expressions in one field must all hold.", "inferred", HELP, "QueryXML"
)
QUERY_OPERATORS = _rule(
    "query.operators", "There are fifteen operators, from Equals to SoundsLike.", "certain", HELP, "QueryXML"
)
QUERY_OPERATOR_TYPES = _rule(
    "query.operator_types", "Each operator accepts only certain data types, and another one is an error.",
    "documented", HELP, "QueryXML",
)  # fmt: skip
QUERY_UNKNOWN_OPERATOR = _rule(
    "query.unknown_operator", "An operator that is none is an error.",
    "assumption", CHOICE, "the REST service drops it", switch="unknown_operator",
)  # fmt: skip
QUERY_ANY_CASE = _rule(
    "query.any_case", "Operators, condition operators, entity and field names are read in any letter case.",
    "reported", CLIENTS, "queries sent",
)  # fmt: skip
QUERY_TEXT_COMPARE = _rule(
    "query.text_compare", "Texts are compared without letter case, except protected user-defined fields.",
    "documented", HELP, "QueryXML",
)  # fmt: skip
QUERY_NEEDS_EXPRESSION = _rule(
    "query.needs_expression", "A field without an expression, or an expression without an operator, is an error.",
    "documented", HELP, "QueryXML",
)  # fmt: skip
QUERY_NULL_TESTS = _rule(
    "query.null_tests", "IsNull and IsNotNull do not look at the expression's text.",
    "captured", CLIENTS, "queries sent",
)  # fmt: skip
QUERY_NOT_QUERYABLE = _rule(
    "query.not_queryable", "A field that is not marked queryable, or is not there at all, cannot stand in a query.",
    "documented", HELP, "QueryXML",
)  # fmt: skip
QUERY_ENTITY_NOT_QUERYABLE = _rule(
    "query.entity_not_queryable", "Three of the 167 entities cannot be queried at all.",
    "certain", RECORDED, "entity info",
)  # fmt: skip
QUERY_OR_LIMIT = _rule(
    "query.or_limit", "A query with more than 500 OR conditions is refused.", "documented", HELP, "QueryXML"
)
QUERY_SIZE = _rule(
    "query.size", "A query with more values or more nesting than a database takes is refused.",
    "assumption", CHOICE, "what SQLite takes",
)  # fmt: skip
QUERY_VALUE = _rule(
    "query.value", "A value that is not of its field's type, or longer than any text, is an error.",
    "assumption", CHOICE, "as in writes",
)  # fmt: skip
QUERY_UDF_LIMIT = _rule(
    "query.udf_limit", "A query may name one user-defined field; of newer entities, which are not named, five.",
    "documented", HELP, "QueryXML; user-defined fields", switch="udf_query_limit",
)  # fmt: skip
QUERY_HIDDEN_ROWS = _rule(
    "query.hidden_rows", "Entities out of the user's reach are left out of an answer, without an error.",
    "certain", PAGE, "line 6", 12,
)  # fmt: skip
QUERY_ATTACHMENTS = _rule(
    "query.attachments",
    "AttachmentInfo by TicketID also finds the attachments of the ticket's notes and time entries.",
    "documented", HELP, "attachments",
)  # fmt: skip
QUERY_LIKE = _rule(
    "query.like", "Like and NotLike know % for any text and _ for one letter.", "assumption", CHOICE, "as in SQL"
)
QUERY_THIS_DAY = _rule(
    "query.this_day", "IsThisDay compares the calendar day in the zone of the service.",
    "assumption", CHOICE, "zone of times",
)  # fmt: skip

# --- create, update, delete -------------------------------------------------------------------------------------------

WRITE_MAX_200 = _rule(
    "write.max_200", "More than 200 entities in one call are refused and nothing changes.",
    "documented", HELP, "create, update, delete",
)  # fmt: skip
WRITE_ALL_OR_NOTHING = _rule(
    "write.all_or_nothing", "One bad record fails its whole call and nothing changes.", "reported", USERS, "batches"
)
WRITE_READ_ONLY = _rule(
    "write.read_only", "Values sent for read-only fields are ignored without an error.", "documented", HELP, "create"
)
WRITE_DUPLICATE = _rule(
    "write.duplicate", "Duplicates are reported by the duplicate status of an entity.",
    "certain", WSDL, "DuplicateStatus",
)  # fmt: skip
WRITE_CONVERT = _rule(
    "write.convert", "A value that is not of its field's type fails its record, which is named by number.",
    "reported", USERS, "error texts",
)  # fmt: skip
WRITE_STRUCTURED = _rule(
    "write.structured", "A value that holds elements where text belongs cannot be converted.",
    "reported", USERS, "error texts",
)  # fmt: skip
WRITE_LENGTH = _rule("write.length", "A text longer than its field fails its record.", "reported", USERS, "error texts")
WRITE_REFERENCE = _rule(
    "write.reference", "A reference must lead to an entity that exists and is in reach.",
    "reported", USERS, "error texts",
)  # fmt: skip
WRITE_UNKNOWN_ENTITY = _rule(
    "write.unknown_entity",
    "An entity that is none is an error: in queries and writes in the body, in information calls a fault.",
    "assumption", CHOICE, "no public text",
)  # fmt: skip
WRITE_NOT_ALLOWED = _rule(
    "write.not_allowed", "Of 167 entities 125 can be created and 114 updated; others are refused.",
    "certain", RECORDED, "entity info",
)  # fmt: skip
CREATE_REQUIRED = _rule(
    "create.required", "A create without a required field is refused; requirements may hang on the ticket's category.",
    "documented", HELP, "create",
)  # fmt: skip
CREATE_ONLY_ID = _rule(
    "create.only_id",
    "Of an entity that create or update hands back only the id can be relied on: other fields may be worked out later.",
    "certain", PAGE, "lines 15-16", 30, 31, 32, switch="create_answer",
)  # fmt: skip
CREATE_SOURCE = _rule(
    "create.source",
    "A ticket made without Source gets the customer's default, else Client Portal; customers may add sources.",
    "certain", PAGE, "lines 56-58", 66, 67, 68, 69, 70, 71, 72,
)  # fmt: skip
UPDATE_REPLACES = _rule(
    "update.replaces", "Update clears every writable field that is not sent.", "documented", HELP, "update"
)
UPDATE_UDF_KEPT = _rule(
    "update.udf_kept",
    "A user-defined field that is not sent keeps its value; a required one that has a value cannot be emptied.",
    "documented", HELP, "update",
)  # fmt: skip
UPDATE_MISSING = _rule(
    "update.missing", "An update or delete of an id that is unknown or out of reach finds no matching record.",
    "documented", HELP, "update",
)  # fmt: skip
DELETE_ALLOWED = _rule(
    "delete.allowed", "Only 66 entities can be deleted; tickets, tasks, projects, accounts and notes cannot.",
    "certain", RECORDED, "entity info", 84,
)  # fmt: skip
TICKET_ROLE = _rule(
    "ticket.role",
    "An assigned resource needs a role, the pair must be linked to a queue, and the primary resource cannot also be a "
    "secondary one.",
    "documented", HELP, "Ticket",
)  # fmt: skip
TICKET_NUMBER = _rule(
    "ticket.number", "A ticket's number is made of the day of its creation and a counter.",
    "certain", RECORDED, "tickets",
)  # fmt: skip
TICKET_DELETED_LOG = _rule(
    "ticket.deleted_log",
    "A ticket that people delete leaves an entry in DeletedTicketLog, which can be queried like any entity.",
    "inferred", WSDL, "DeletedTicketLog",
)  # fmt: skip
CONTRACT_DATES = _rule("contract.dates", "A contract ends after it starts.", "reported", USERS, "error texts")
PICKLIST_VALUE = _rule(
    "picklist.value",
    "A picklist field takes an active value of its list, never a label; a value of a child list must match its parent.",
    "reported", USERS, "error texts", 72,
)  # fmt: skip
EXTERNAL_RESERVED = _rule(
    "external.reserved",
    "Fields named External are stored as sent, but are meant for the vendor's own integrations: use differs by database.",
    "certain", PAGE, "lines 54-55", 61, 62, 63,
)  # fmt: skip
IMPERSONATE_CREATOR = _rule(
    "impersonate.creator",
    "Impersonation makes another resource the creator of notes and time entries and records who really was; where it is "
    "not allowed it is a permission error.",
    "documented", HELP, "impersonation",
)  # fmt: skip

# --- change tracking --------------------------------------------------------------------------------------------------

ACTIVITY_MOVES = _rule(
    "activity.moves",
    "LastActivityDate moves with the entity and with notes, time and other activity on it; LastModifiedDate only with "
    "the entity itself; StatusLastModifiedDate of a cost only with its status.",
    "certain", PAGE, "lines 20-22, 45", 38, 39, 40, 41, 48,
)  # fmt: skip
ACTIVITY_FIELDS = _rule(
    "activity.fields",
    "Changes are found by one field in four spellings, which only some entities have, always a time; Contact has two, "
    "and costs show nothing but changes of status.",
    "certain", PAGE, "lines 19, 23-50", 37, 42, 43, 44, 45, 46, 47, 49, 50,
)  # fmt: skip

# --- time -------------------------------------------------------------------------------------------------------------

TIME_EASTERN = _rule(
    "time.eastern", "Times on the wire are US Eastern clock time with daylight saving.",
    "documented", HELP, "dates and times", 74, switch="time_zone",
)  # fmt: skip
TIME_GAP = _rule(
    "time.gap", "A time that clocks skip in spring cannot be converted and is an error.",
    "documented", HELP, "dates and times",
)  # fmt: skip
TIME_DATE_ONLY = _rule("time.date_only", "Dates without a time are not shifted.", "reported", USERS, "TimeEntry")
TIME_MARKED = _rule(
    "time.marked", "A time sent with Z or an offset is converted to the zone of the service.",
    "inferred", CLIENTS, "times sent",
)  # fmt: skip
TIME_RESOLUTION = _rule("time.resolution", "Times are kept to the millisecond.", "certain", RECORDED, "answers")
TIME_HOURS = _rule(
    "time.hours",
    "A time entry has more than no and at most 24 hours, and for a ticket a role and start and stop times.",
    "documented", HELP, "TimeEntry",
)  # fmt: skip

# --- information calls ------------------------------------------------------------------------------------------------

INFO_ENTITIES = _rule(
    "info.entities", "GetEntityInfo tells of every entity whether it can be created, updated, deleted and queried.",
    "certain", PAGE, "lines 66-67", 87,
)  # fmt: skip
INFO_FIELDS = _rule(
    "info.fields", "GetFieldInfo describes every field of an entity, with the values of picklists.",
    "certain", PAGE, "lines 66-68", 83, 88,
)  # fmt: skip
INFO_CONVENTIONS = _rule(
    "info.conventions",
    "In field info id is long, required and read-only; a length is zero where there is no text; no reference is an "
    "empty text.",
    "certain", RECORDED, "field info",
)  # fmt: skip
INFO_FIELD_FLAGS = _rule(
    "info.field_flags", "Thirteen fields had other flags two years before the recorded release.",
    "certain", RECORDED, "field info of 2019", switch="field_flags",
)  # fmt: skip
INFO_PICKLIST_LABELS = _rule(
    "info.picklist_labels", "Labels of picklist values differ by language; their numbers do not.",
    "certain", PAGE, "line 60", 75, 76,
)  # fmt: skip
INFO_WSDL_VERSION = _rule(
    "info.wsdl_version", "GetWsdlVersion answers the release of the zone.",
    "certain", WSDL, "operations", 17, switch="wsdl_version",
)  # fmt: skip
INFO_INVOICE = _rule(
    "info.invoice", "GetInvoiceMarkup answers an invoice as HTML or as XML.", "certain", WSDL, "operations"
)
INFO_INTEGRATION_CODE = _rule(
    "info.integration_code",
    "IntegrationCodeCheck tells of a user name whether it is an API user's and has the tracking identifier.",
    "certain", WSDL, "operations",
)  # fmt: skip
UDF_DISCOVERED = _rule(
    "udf.discovered",
    "getUDFInfo describes the user-defined fields of an entity, which are each customer's own.",
    "certain", PAGE, "lines 65-69", 85, 86, 89,
)  # fmt: skip
UDF_DEFINITIONS = _rule(
    "udf.definitions",
    "User-defined fields are made of the entities UserDefinedFieldDefinition and UserDefinedFieldListItem, and hold what "
    "has no field.",
    "certain", PAGE, "line 55", 64, 65,
)  # fmt: skip
UDF_CAPABLE = _rule(
    "udf.capable", "Only eleven entities can have user-defined fields.", "documented", HELP, "user-defined fields"
)
UDF_LIST_VALUE = _rule(
    "udf.list_value", "A user-defined list is written by its value for export.",
    "assumption", CHOICE, "not documented", switch="udf_list_value",
)  # fmt: skip
ATTACHMENT_CALLS = _rule(
    "attachment.calls", "Attachments are made, read and deleted by calls of their own; AttachmentInfo lists them.",
    "certain", WSDL, "operations",
)  # fmt: skip
ATTACHMENT_LIMIT = _rule(
    "attachment.limit",
    "An attachment has at most 7 MB, and after ten million bytes in five minutes no more are taken for five minutes.",
    "documented", HELP, "attachments",
)  # fmt: skip
EXECUTECOMMAND_OPENS = _rule(
    "executecommand.opens", "ExecuteCommand addresses lead to pages of the user interface, a ticket's by its number.",
    "certain", PAGE, "lines 61-62", 78, 79, 80,
)  # fmt: skip
CURRENCY_MODULE = _rule(
    "currency.module", "Where the multi-currency module is on there is more than one currency, and amounts have one.",
    "certain", PAGE, "line 63", 81,
)  # fmt: skip

# --- users ------------------------------------------------------------------------------------------------------------

USER_LOGIN = _rule(
    "user.login",
    "Every call but getZoneInfo needs the name and password of an API user; else it is 401 with a challenge.",
    "certain", PAGE, "line 3", 3,
)  # fmt: skip
USER_INACTIVE = _rule("user.inactive", "An inactive user cannot log in.", "assumption", CHOICE, "as a wrong password")
USER_TWO_KINDS = _rule(
    "user.two_kinds", "Version 1.6 is for API-only users; other kinds of user are turned away.",
    "certain", PAGE, "line 3", 4,
)  # fmt: skip
USER_EXPIRY = _rule(
    "user.expiry",
    "Passwords expire, except on the API-only security level and on copies of it that keep the exemption.",
    "certain", PAGE, "line 4", 6, 7,
)  # fmt: skip
USER_EXPIRED = _rule(
    "user.expired", "Once a password has expired every call fails until an administrator renews it; no call can do that.",
    "certain", PAGE, "lines 4-5", 8, 9,
)  # fmt: skip
USER_API_ONLY = _rule("user.api_only", "The API-only security level reaches everything.", "certain", PAGE, "line 6", 10)
USER_RESTRICTED = _rule(
    "user.restricted", "Copies of the API-only level may lack entities, fields or records; the rest works.",
    "certain", PAGE, "line 6", 11,
)  # fmt: skip
USER_LINE_OF_BUSINESS = _rule(
    "user.line_of_business", "Records of a line of business are out of reach for users who do not belong to it.",
    "certain", PAGE, "line 7", 13,
)  # fmt: skip
USER_PERMISSION = _rule(
    "user.permission", "An entity that the security level does not allow is a permission error.",
    "reported", USERS, "error texts",
)  # fmt: skip
USER_LONG_PASSWORD = _rule(
    "user.long_password", "A password counts as a whole; for version 1.5 only 25 letters of it were said to.",
    "reported", CLIENTS, "a raw-DOM Java client", switch="long_password",
)  # fmt: skip
TRACKING_REQUIRED = _rule(
    "tracking.required", "Every call but getZoneInfo needs a tracking identifier that is known; else it is an error.",
    "documented", HELP, "requirements of 1.6", switch="tracking_id",
)  # fmt: skip

# --- zones ------------------------------------------------------------------------------------------------------------

ZONE_INFO = _rule(
    "zone.info",
    "getZoneInfo answers the address of the user's zone, its number inside the web address, and the customer's number.",
    "certain", PAGE, "lines 8-11", 15, 19, 21,
)  # fmt: skip
ZONE_NO_LOGIN = _rule(
    "zone.no_login", "getZoneInfo and the service description need neither login nor tracking identifier.",
    "certain", PAGE, "line 11", 20, 23, 24,
)  # fmt: skip
ZONE_USER_NAME = _rule(
    "zone.user_name", "getZoneInfo looks at the domain of the user name alone, so an answer proves no credentials.",
    "certain", PAGE, "line 14", 26, 27,
)  # fmt: skip
ZONE_UNKNOWN = _rule(
    "zone.unknown", "For a user of no zone the error code is negative and the address an empty element.",
    "captured", CLIENTS, "PyPI atws", switch="zone_unknown",
)  # fmt: skip
ZONE_WRONG = _rule(
    "zone.wrong",
    "A call to another zone's address is forwarded, though clients are told to use the address they were given.",
    "documented", HELP, "zones", 16, 22, switch="wrong_zone",
)  # fmt: skip
ZONE_DIFFERENCES = _rule(
    "zone.differences", "Zones are released at different times, so that releases and descriptions differ.",
    "certain", PAGE, "lines 8-12", 14, 17, 18, 25,
)  # fmt: skip
ZONE_LANGUAGE = _rule(
    "zone.language", "Databases of other languages carry other labels.", "certain", PAGE, "lines 9, 60", 18, 25, 77
)

# --- limits -----------------------------------------------------------------------------------------------------------

THRESHOLD_COUNTED = _rule(
    "threshold.counted",
    "Calls are counted by customer database over the last hour, all users and integrations together; users say the "
    "threshold call too, and we say not getZoneInfo.",
    "certain", PAGE, "line 51", 51, 52, 53, switch="threshold",
)  # fmt: skip
THRESHOLD_ANSWER = _rule(
    "threshold.answer", "getThresholdAndUsageInfo answers limit, time frame and present usage in one line of text.",
    "certain", RECORDED, "answers", 59, 60, switch="threshold_spelling",
)  # fmt: skip
THRESHOLD_LATENCY = _rule(
    "threshold.latency",
    "From half of the limit each call takes longer, from three quarters longer still; users report half a second and a "
    "second.",
    "reported", PAGE, "line 52", 36, 55, 56, 58, switch="latency",
)  # fmt: skip
THRESHOLD_NOTICE = _rule(
    "threshold.notice", "The customer is notified when usage nears the limit.", "certain", PAGE, "line 52", 57
)
THRESHOLD_REFUSED = _rule(
    "threshold.refused", "At the limit calls are refused until usage has fallen below it.",
    "certain", PAGE, "lines 51-52", 54, switch="limit_reply",
)  # fmt: skip
THREAD_LIMIT = _rule(
    "thread.limit", "Three calls at once are served for each tracking identifier and object; zone look-ups do not count.",
    "reported", HELP, "thread limiting", switch="thread_limit",
)  # fmt: skip

# --- what the framework does by itself --------------------------------------------------------------------------------


def _framework(slug: str, says: str, place: str, switch: str | None = None) -> Rule:
    return _rule(f"framework.{slug}", says, "inferred", FRAMEWORK, place, switch=switch)


FRAMEWORK_ACTION = _framework(
    "action", "An unknown SOAPAction is a fault; without one the body's element decides.", "routing"
)
FRAMEWORK_MALFORMED = _framework(
    "malformed", "Malformed XML, or a document type declaration, gets status 400 and no body.", "reading"
)
FRAMEWORK_MEDIA_TYPE = _framework(
    "media_type", "A media type that is not of SOAP gets status 415 and no body.", "reading"
)
FRAMEWORK_VERSION = _framework("version", "An unknown envelope namespace is a VersionMismatch fault.", "reading")
FRAMEWORK_ENVELOPE = _framework("envelope", "A missing Envelope or Body is a fault of the client.", "reading")
FRAMEWORK_MUST_UNDERSTAND = _framework(
    "must_understand", "A header that must be understood and is not known is a MustUnderstand fault.", "headers"
)
FRAMEWORK_PARAMETER_TYPE = _framework(
    "parameter_type", "A parameter whose content is not of its simple type is a fault of the client.", "reading"
)
FRAMEWORK_VERB = _framework("verb", "Verbs other than GET and POST get status 405.", "protocol selection")
FRAMEWORK_FORM_POST = _framework(
    "form_post", "Form posts are for local callers, and their failures are plain text.", "protocol selection"
)
FRAMEWORK_TOO_LARGE = _framework("too_large", "A request over the service's size is a fault of the client.", "limits")
FRAMEWORK_FAILURE = _framework("failure", "An exception inside an operation is a fault of the server.", "invocation")

RULES = RuleBook(
    VENDOR,
    _ALL,
    unmapped={
        "autotask-01": "policy of the product; no behaviour to run",
        "autotask-05": "pointers to other articles; their content is in other rules",
        "autotask-73": "workflow rules run inside the user interface and are not part of the interface",
        "autotask-82": "freedom of programming language is not a behaviour",
    },
)
