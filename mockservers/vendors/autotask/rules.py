"""The rules of Autotask's SOAP service 1.6: what the server does, one each, with its source. Knows only the kernel.

A constant is named like its rule: `autotask.query.top_500` is `QUERY_TOP_500`. Ids the vendor's specification gives in
its tables keep them; the rest of this file names what stands there in prose.
"""

from __future__ import annotations

from mockservers.kernel.rules import Rule, RuleBook
from mockservers.vendors.autotask import VENDOR

PAGE = "Autotask developer help, SOAP API best practices"
HELP = "Autotask developer help"
WSDL = "Service description of release 1.6.9"
RECORDED = "Recorded answers and field info in published clients"
CLIENTS = "Published client libraries"
USERS = "Issue trackers of published clients"
FRAMEWORK = "Published source of System.Web.Services"
CHOICE = "Chosen by this project"

RULES = RuleBook(
    VENDOR.name,
    page=PAGE,
    checked="2026-11-22",
    unmapped={
        "autotask-01": "policy of the product; no behaviour to run",
        "autotask-05": "pointers to other articles; their content is in other rules",
        "autotask-73": "workflow rules run inside the user interface and are not part of the interface",
        "autotask-82": "freedom of programming language is not a behaviour",
    },
)
_rule = RULES.rule

# --- addresses and operations -----------------------------------------------------------------------------------------

ADDRESS_PATHS = _rule(
    "address.paths",
    "The service and its description answer at their paths in any letter case; other paths answer 404.",
    "service and description addresses", "captured", 16, 20, 28, page=CLIENTS,
)  # fmt: skip
ADDRESS_VERSION = _rule(
    "address.version",
    "Only version 1.6 is there: the path of another one is 404, as that of 1.6 will be once it is switched off.",
    "line 2", "assumption", 2,
)  # fmt: skip
OPERATION_SPELLING = _rule(
    "operation.spelling",
    "Operations and elements are spelled as in the service description, whatever the help pages write: getUDFInfo, "
    "GetFieldInfo, and GetEntityInfo for the operation getEntityInfo.",
    "operations", "certain", 29, page=WSDL,
)  # fmt: skip
WSDL_TYPES = _rule(
    "wsdl.types",
    "The description declares 15 operations and 167 entity types, each with its fields as optional elements of any type.",
    "types", "certain", 50, page=WSDL,
)  # fmt: skip

# --- the wire ---------------------------------------------------------------------------------------------------------

WIRE_NET_STYLE = _rule(
    "wire.net_style",
    "Answers are written as .NET writes them: envelope prefix soap, xsi and xsd declared on the envelope, a default "
    "namespace on the body's element, no prefix below it and no white space.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_COLLECTIONS = _rule(
    "wire.collections", "EntityResults and Errors are present in a good answer even when they are empty.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_ORDER = _rule(
    "wire.order",
    "An answer holds ReturnCode, EntityResults, EntityResultType, Errors, EntityReturnInfoResults; an entity holds id, "
    "UserDefinedFields, then its fields in the order of the description.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_RETURN_CODE = _rule(
    "wire.return_code", "ReturnCode is 1 when all went well and -1 when it failed; both come with HTTP 200.",
    "API return values", "certain", page=HELP,
)  # fmt: skip
WIRE_RESULT_TYPE = _rule(
    "wire.result_type", "EntityResultType is the entity's name in lower case, and empty for the threshold call.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_TYPED_FIELDS = _rule(
    "wire.typed_fields", "Every field but id carries its XML Schema type; id carries none.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_LONG = _rule(
    "wire.long", "Fields declared long come typed as int, except values of more than 31 bits.",
    "answers", "certain", page=RECORDED, switch="long_as",
)  # fmt: skip
WIRE_DECIMAL = _rule(
    "wire.decimal",
    "Resource.InternalCost and ServiceCall.Duration come as decimals with four places; other whole doubles have none.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_NULLS = _rule(
    "wire.nulls", "A field without a value is left out, but a text is always there, as an empty element when null.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_FLAGS = _rule(
    "wire.flags",
    "Contact.Active and ServiceCall.Complete are numbers 0 and 1, Resource.Active is a boolean, and a password comes "
    "back as six asterisks.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_UDF = _rule(
    "wire.udf",
    "When any user-defined field of an entity has a value all of them are listed, those without one by name alone; "
    "else the list is empty. All values are texts.",
    "answers", "certain", page=RECORDED,
)  # fmt: skip
WIRE_DATETIME = _rule(
    "wire.datetime",
    "Times have no offset and a fraction of at most three digits without trailing zeros; a bare date is midnight.",
    "answers", "certain", 45, page=RECORDED,
)  # fmt: skip
WIRE_RETURN_INFO = _rule(
    "wire.return_info",
    "Each returned entity has one EntityReturnInfo with its id, a database action that says None, and a duplicate status.",
    "answers", "certain", page=RECORDED, switch="database_action",
)  # fmt: skip
WIRE_DELETE = _rule(
    "wire.delete",
    "A good delete answers with empty collections and the entity's type.",
    "answers",
    "certain",
    page=RECORDED,
)
WIRE_SOAP12 = _rule(
    "wire.soap12", "The description declares SOAP 1.1 alone, yet envelopes of SOAP 1.2 are answered too.",
    "a raw-DOM Java client", "reported", page=CLIENTS, switch="soap12",
)  # fmt: skip
WIRE_ADDRESSING = _rule(
    "wire.addressing", "Headers of WS-Addressing are refused as not understood.",
    "WS-Addressing", "reported", page=USERS, switch="ws_addressing",
)  # fmt: skip

# --- what clients may send --------------------------------------------------------------------------------------------

REQUEST_HEADER = _rule(
    "request.header",
    "The header AutotaskIntegrations is read with or without prefix, type, actor or attributes, and its members even "
    "in no namespace.",
    "headers sent", "captured", page=CLIENTS,
)  # fmt: skip
REQUEST_INFO_PARAMETER = _rule(
    "request.info_parameter", "The parameter of GetFieldInfo and getUDFInfo is read when it is nested in itself.",
    "PyPI atws", "captured", page=CLIENTS, switch="info_parameter",
)  # fmt: skip
REQUEST_TYPES = _rule(
    "request.types",
    "An entity's type may carry any prefix; values may carry a type or none; an id may be absent, zero or typed.",
    "entities sent", "captured", page=CLIENTS,
)  # fmt: skip
REQUEST_DATETIME = _rule(
    "request.datetime",
    "Times are read in all forms clients send: with a blank or a T, with or without time, fraction, Z or offset.",
    "times sent", "captured", 74, page=CLIENTS, switch="datetime_input",
)  # fmt: skip
REQUEST_QUERY_TEXT = _rule(
    "request.query_text", "The text of a query may be escaped or in CDATA, with white space around names.",
    "queries sent", "captured", page=CLIENTS,
)  # fmt: skip

# --- query ------------------------------------------------------------------------------------------------------------

QUERY_TOP_500 = _rule(
    "query.top_500",
    "A query answers at most 500 entities by ascending id; the rest is asked for with an id above the highest received.",
    "line 17", "certain", 33, 34, 35,
)  # fmt: skip
QUERY_LEFT_TO_RIGHT = _rule(
    "query.left_to_right",
    "Siblings are combined from left to right; a condition joins what precedes it by its own operator, a bare field by "
    "AND.",
    "query builders", "reported", page=CLIENTS, switch="condition_order",
)  # fmt: skip
QUERY_SEVERAL_EXPRESSIONS = _rule(
    "query.several_expressions", "Several expressions in one field must all hold.", "QueryXML", "inferred", page=HELP
)
QUERY_OPERATORS = _rule(
    "query.operators", "There are fifteen operators, from Equals to SoundsLike.", "QueryXML", "certain", page=HELP
)
QUERY_OPERATOR_TYPES = _rule(
    "query.operator_types", "Each operator accepts only certain data types, and another one is an error.",
    "QueryXML", "documented", page=HELP,
)  # fmt: skip
QUERY_UNKNOWN_OPERATOR = _rule(
    "query.unknown_operator", "An operator that is none is an error.",
    "the REST service drops it", "assumption", page=CHOICE, switch="unknown_operator",
)  # fmt: skip
QUERY_ANY_CASE = _rule(
    "query.any_case", "Operators, condition operators, entity and field names are read in any letter case.",
    "queries sent", "reported", page=CLIENTS,
)  # fmt: skip
QUERY_TEXT_COMPARE = _rule(
    "query.text_compare", "Texts are compared without letter case, except protected user-defined fields.",
    "QueryXML", "documented", page=HELP,
)  # fmt: skip
QUERY_NEEDS_EXPRESSION = _rule(
    "query.needs_expression", "A field without an expression, or an expression without an operator, is an error.",
    "QueryXML", "documented", page=HELP,
)  # fmt: skip
QUERY_NULL_TESTS = _rule(
    "query.null_tests", "IsNull and IsNotNull do not look at the expression's text.",
    "queries sent", "captured", page=CLIENTS,
)  # fmt: skip
QUERY_NOT_QUERYABLE = _rule(
    "query.not_queryable", "A field that is not marked queryable, or is not there at all, cannot stand in a query.",
    "QueryXML", "documented", page=HELP,
)  # fmt: skip
QUERY_ENTITY_NOT_QUERYABLE = _rule(
    "query.entity_not_queryable", "Three of the 167 entities cannot be queried at all.",
    "entity info", "certain", page=RECORDED,
)  # fmt: skip
QUERY_OR_LIMIT = _rule(
    "query.or_limit", "A query with more than 500 OR conditions is refused.", "QueryXML", "documented", page=HELP
)
QUERY_SIZE = _rule(
    "query.size", "A query with more values or more nesting than a database takes is refused.",
    "what SQLite takes", "assumption", page=CHOICE,
)  # fmt: skip
QUERY_VALUE = _rule(
    "query.value", "A value that is not of its field's type, or longer than any text, is an error.",
    "as in writes", "assumption", page=CHOICE,
)  # fmt: skip
QUERY_UDF_LIMIT = _rule(
    "query.udf_limit", "A query may name one user-defined field; of newer entities, which are not named, five.",
    "QueryXML; user-defined fields", "documented", page=HELP, switch="udf_query_limit",
)  # fmt: skip
QUERY_HIDDEN_ROWS = _rule(
    "query.hidden_rows", "Entities out of the user's reach are left out of an answer, without an error.",
    "line 6", "certain", 12,
)  # fmt: skip
QUERY_ATTACHMENTS = _rule(
    "query.attachments",
    "AttachmentInfo by TicketID also finds the attachments of the ticket's notes and time entries.",
    "attachments", "documented", page=HELP,
)  # fmt: skip
QUERY_LIKE = _rule(
    "query.like", "Like and NotLike know % for any text and _ for one letter.", "as in SQL", "assumption", page=CHOICE
)
QUERY_THIS_DAY = _rule(
    "query.this_day", "IsThisDay compares the calendar day in the zone of the service.",
    "zone of times", "assumption", page=CHOICE,
)  # fmt: skip

# --- create, update, delete -------------------------------------------------------------------------------------------

WRITE_MAX_200 = _rule(
    "write.max_200", "More than 200 entities in one call are refused and nothing changes.",
    "create, update, delete", "documented", page=HELP,
)  # fmt: skip
WRITE_ALL_OR_NOTHING = _rule(
    "write.all_or_nothing",
    "One bad record fails its whole call and nothing changes.",
    "batches",
    "reported",
    page=USERS,
)
WRITE_READ_ONLY = _rule(
    "write.read_only",
    "Values sent for read-only fields are ignored without an error.",
    "create",
    "documented",
    page=HELP,
)
WRITE_DUPLICATE = _rule(
    "write.duplicate", "Duplicates are reported by the duplicate status of an entity.",
    "DuplicateStatus", "certain", page=WSDL,
)  # fmt: skip
WRITE_CONVERT = _rule(
    "write.convert", "A value that is not of its field's type fails its record, which is named by number.",
    "error texts", "reported", page=USERS,
)  # fmt: skip
WRITE_STRUCTURED = _rule(
    "write.structured", "A value that holds elements where text belongs cannot be converted.",
    "error texts", "reported", page=USERS,
)  # fmt: skip
WRITE_LENGTH = _rule(
    "write.length", "A text longer than its field fails its record.", "error texts", "reported", page=USERS
)
WRITE_REFERENCE = _rule(
    "write.reference", "A reference must lead to an entity that exists and is in reach.",
    "error texts", "reported", page=USERS,
)  # fmt: skip
WRITE_UNKNOWN_ENTITY = _rule(
    "write.unknown_entity",
    "An entity that is none is an error: in queries and writes in the body, in information calls a fault.",
    "no public text", "assumption", page=CHOICE,
)  # fmt: skip
WRITE_NOT_ALLOWED = _rule(
    "write.not_allowed", "Of 167 entities 125 can be created and 114 updated; others are refused.",
    "entity info", "certain", page=RECORDED,
)  # fmt: skip
CREATE_REQUIRED = _rule(
    "create.required", "A create without a required field is refused; requirements may hang on the ticket's category.",
    "create", "documented", page=HELP,
)  # fmt: skip
CREATE_ONLY_ID = _rule(
    "create.only_id",
    "Of an entity that create or update hands back only the id can be relied on: other fields may be worked out later.",
    "lines 15-16", "certain", 30, 31, 32, switch="create_answer",
)  # fmt: skip
CREATE_SOURCE = _rule(
    "create.source",
    "A ticket made without Source gets the customer's default, else Client Portal; customers may add sources.",
    "lines 56-58", "certain", 66, 67, 68, 69, 70, 71, 72,
)  # fmt: skip
UPDATE_REPLACES = _rule(
    "update.replaces", "Update clears every writable field that is not sent.", "update", "documented", page=HELP
)
UPDATE_UDF_KEPT = _rule(
    "update.udf_kept",
    "A user-defined field that is not sent keeps its value; a required one that has a value cannot be emptied.",
    "update", "documented", page=HELP,
)  # fmt: skip
UPDATE_MISSING = _rule(
    "update.missing", "An update or delete of an id that is unknown or out of reach finds no matching record.",
    "update", "documented", page=HELP,
)  # fmt: skip
DELETE_ALLOWED = _rule(
    "delete.allowed", "Only 66 entities can be deleted; tickets, tasks, projects, accounts and notes cannot.",
    "entity info", "certain", 84, page=RECORDED,
)  # fmt: skip
TICKET_ROLE = _rule(
    "ticket.role",
    "An assigned resource needs a role, the pair must be linked to a queue, and the primary resource cannot also be a "
    "secondary one.",
    "Ticket", "documented", page=HELP,
)  # fmt: skip
TICKET_NUMBER = _rule(
    "ticket.number", "A ticket's number is made of the day of its creation and a counter.",
    "tickets", "certain", page=RECORDED,
)  # fmt: skip
TICKET_DELETED_LOG = _rule(
    "ticket.deleted_log",
    "A ticket that people delete leaves an entry in DeletedTicketLog, which can be queried like any entity.",
    "DeletedTicketLog", "inferred", page=WSDL,
)  # fmt: skip
CONTRACT_DATES = _rule("contract.dates", "A contract ends after it starts.", "error texts", "reported", page=USERS)
PICKLIST_VALUE = _rule(
    "picklist.value",
    "A picklist field takes an active value of its list, never a label; a value of a child list must match its parent.",
    "error texts", "reported", 72, page=USERS,
)  # fmt: skip
EXTERNAL_RESERVED = _rule(
    "external.reserved",
    "Fields named External are stored as sent, but are meant for the vendor's own integrations: use differs by database.",
    "lines 54-55", "certain", 61, 62, 63,
)  # fmt: skip
IMPERSONATE_CREATOR = _rule(
    "impersonate.creator",
    "Impersonation makes another resource the creator of notes and time entries and records who really was; where it is "
    "not allowed it is a permission error.",
    "impersonation", "documented", page=HELP,
)  # fmt: skip

# --- change tracking --------------------------------------------------------------------------------------------------

ACTIVITY_MOVES = _rule(
    "activity.moves",
    "LastActivityDate moves with the entity and with notes, time and other activity on it; LastModifiedDate only with "
    "the entity itself; StatusLastModifiedDate of a cost only with its status.",
    "lines 20-22, 45", "certain", 38, 39, 40, 41, 48,
)  # fmt: skip
ACTIVITY_FIELDS = _rule(
    "activity.fields",
    "Changes are found by one field in four spellings, which only some entities have, always a time; Contact has two, "
    "and costs show nothing but changes of status.",
    "lines 19, 23-50", "certain", 37, 42, 43, 44, 45, 46, 47, 49, 50,
)  # fmt: skip

# --- time -------------------------------------------------------------------------------------------------------------

TIME_EASTERN = _rule(
    "time.eastern", "Times on the wire are US Eastern clock time with daylight saving.",
    "dates and times", "documented", 74, page=HELP, switch="time_zone",
)  # fmt: skip
TIME_GAP = _rule(
    "time.gap", "A time that clocks skip in spring cannot be converted and is an error.",
    "dates and times", "documented", page=HELP,
)  # fmt: skip
TIME_DATE_ONLY = _rule("time.date_only", "Dates without a time are not shifted.", "TimeEntry", "reported", page=USERS)
TIME_MARKED = _rule(
    "time.marked", "A time sent with Z or an offset is converted to the zone of the service.",
    "times sent", "inferred", page=CLIENTS,
)  # fmt: skip
TIME_RESOLUTION = _rule("time.resolution", "Times are kept to the millisecond.", "answers", "certain", page=RECORDED)
TIME_HOURS = _rule(
    "time.hours",
    "A time entry has more than no and at most 24 hours, and for a ticket a role and start and stop times.",
    "TimeEntry", "documented", page=HELP,
)  # fmt: skip

# --- information calls ------------------------------------------------------------------------------------------------

INFO_ENTITIES = _rule(
    "info.entities", "GetEntityInfo tells of every entity whether it can be created, updated, deleted and queried.",
    "lines 66-67", "certain", 87,
)  # fmt: skip
INFO_FIELDS = _rule(
    "info.fields", "GetFieldInfo describes every field of an entity, with the values of picklists.",
    "lines 66-68", "certain", 83, 88,
)  # fmt: skip
INFO_CONVENTIONS = _rule(
    "info.conventions",
    "In field info id is long, required and read-only; a length is zero where there is no text; no reference is an "
    "empty text.",
    "field info", "certain", page=RECORDED,
)  # fmt: skip
INFO_FIELD_FLAGS = _rule(
    "info.field_flags", "Thirteen fields had other flags two years before the recorded release.",
    "field info of 2019", "certain", page=RECORDED, switch="field_flags",
)  # fmt: skip
INFO_PICKLIST_LABELS = _rule(
    "info.picklist_labels", "Labels of picklist values differ by language; their numbers do not.",
    "line 60", "certain", 75, 76,
)  # fmt: skip
INFO_WSDL_VERSION = _rule(
    "info.wsdl_version", "GetWsdlVersion answers the release of the zone.",
    "operations", "certain", 17, page=WSDL, switch="wsdl_version",
)  # fmt: skip
INFO_INVOICE = _rule(
    "info.invoice", "GetInvoiceMarkup answers an invoice as HTML or as XML.", "operations", "certain", page=WSDL
)
INFO_INTEGRATION_CODE = _rule(
    "info.integration_code",
    "IntegrationCodeCheck tells of a user name whether it is an API user's and has the tracking identifier.",
    "operations", "certain", page=WSDL,
)  # fmt: skip
UDF_DISCOVERED = _rule(
    "udf.discovered",
    "getUDFInfo describes the user-defined fields of an entity, which are each customer's own.",
    "lines 65-69", "certain", 85, 86, 89,
)  # fmt: skip
UDF_DEFINITIONS = _rule(
    "udf.definitions",
    "User-defined fields are made of the entities UserDefinedFieldDefinition and UserDefinedFieldListItem, and hold what "
    "has no field.",
    "line 55", "certain", 64, 65,
)  # fmt: skip
UDF_CAPABLE = _rule(
    "udf.capable", "Only eleven entities can have user-defined fields.", "user-defined fields", "documented", page=HELP
)
UDF_LIST_VALUE = _rule(
    "udf.list_value", "A user-defined list is written by its value for export.",
    "not documented", "assumption", page=CHOICE, switch="udf_list_value",
)  # fmt: skip
ATTACHMENT_CALLS = _rule(
    "attachment.calls", "Attachments are made, read and deleted by calls of their own; AttachmentInfo lists them.",
    "operations", "certain", page=WSDL,
)  # fmt: skip
ATTACHMENT_LIMIT = _rule(
    "attachment.limit",
    "An attachment has at most 7 MB, and after ten million bytes in five minutes no more are taken for five minutes.",
    "attachments", "documented", page=HELP,
)  # fmt: skip
EXECUTECOMMAND_OPENS = _rule(
    "executecommand.opens", "ExecuteCommand addresses lead to pages of the user interface, a ticket's by its number.",
    "lines 61-62", "certain", 78, 79, 80,
)  # fmt: skip
CURRENCY_MODULE = _rule(
    "currency.module", "Where the multi-currency module is on there is more than one currency, and amounts have one.",
    "line 63", "certain", 81,
)  # fmt: skip

# --- users ------------------------------------------------------------------------------------------------------------

USER_LOGIN = _rule(
    "user.login",
    "Every call but getZoneInfo needs the name and password of an API user; else it is 401 with a challenge.",
    "line 3", "certain", 3,
)  # fmt: skip
USER_INACTIVE = _rule(
    "user.inactive", "An inactive user cannot log in.", "as a wrong password", "assumption", page=CHOICE
)
USER_TWO_KINDS = _rule(
    "user.two_kinds", "Version 1.6 is for API-only users; other kinds of user are turned away.",
    "line 3", "certain", 4,
)  # fmt: skip
USER_EXPIRY = _rule(
    "user.expiry",
    "Passwords expire, except on the API-only security level and on copies of it that keep the exemption.",
    "line 4", "certain", 6, 7,
)  # fmt: skip
USER_EXPIRED = _rule(
    "user.expired", "Once a password has expired every call fails until an administrator renews it; no call can do that.",
    "lines 4-5", "certain", 8, 9,
)  # fmt: skip
USER_API_ONLY = _rule("user.api_only", "The API-only security level reaches everything.", "line 6", "certain", 10)
USER_RESTRICTED = _rule(
    "user.restricted", "Copies of the API-only level may lack entities, fields or records; the rest works.",
    "line 6", "certain", 11,
)  # fmt: skip
USER_LINE_OF_BUSINESS = _rule(
    "user.line_of_business", "Records of a line of business are out of reach for users who do not belong to it.",
    "line 7", "certain", 13,
)  # fmt: skip
USER_PERMISSION = _rule(
    "user.permission", "An entity that the security level does not allow is a permission error.",
    "error texts", "reported", page=USERS,
)  # fmt: skip
USER_LONG_PASSWORD = _rule(
    "user.long_password", "A password counts as a whole; for version 1.5 only 25 letters of it were said to.",
    "a raw-DOM Java client", "reported", page=CLIENTS, switch="long_password",
)  # fmt: skip
TRACKING_REQUIRED = _rule(
    "tracking.required", "Every call but getZoneInfo needs a tracking identifier that is known; else it is an error.",
    "requirements of 1.6", "documented", page=HELP, switch="tracking_id",
)  # fmt: skip

# --- zones ------------------------------------------------------------------------------------------------------------

ZONE_INFO = _rule(
    "zone.info",
    "getZoneInfo answers the address of the user's zone, its number inside the web address, and the customer's number.",
    "lines 8-11", "certain", 15, 19, 21,
)  # fmt: skip
ZONE_NO_LOGIN = _rule(
    "zone.no_login", "getZoneInfo and the service description need neither login nor tracking identifier.",
    "line 11", "certain", 20, 23, 24,
)  # fmt: skip
ZONE_USER_NAME = _rule(
    "zone.user_name", "getZoneInfo looks at the domain of the user name alone, so an answer proves no credentials.",
    "line 14", "certain", 26, 27,
)  # fmt: skip
ZONE_UNKNOWN = _rule(
    "zone.unknown", "For a user of no zone the error code is negative and the address an empty element.",
    "PyPI atws", "captured", page=CLIENTS, switch="zone_unknown",
)  # fmt: skip
ZONE_WRONG = _rule(
    "zone.wrong",
    "A call to another zone's address is forwarded, though clients are told to use the address they were given.",
    "zones", "documented", 16, 22, page=HELP, switch="wrong_zone",
)  # fmt: skip
ZONE_DIFFERENCES = _rule(
    "zone.differences", "Zones are released at different times, so that releases and descriptions differ.",
    "lines 8-12", "certain", 14, 17, 18, 25,
)  # fmt: skip
ZONE_LANGUAGE = _rule(
    "zone.language", "Databases of other languages carry other labels.", "lines 9, 60", "certain", 18, 25, 77
)

# --- limits -----------------------------------------------------------------------------------------------------------

THRESHOLD_COUNTED = _rule(
    "threshold.counted",
    "Calls are counted by customer database over the last hour, all users and integrations together; users say the "
    "threshold call too, and we say not getZoneInfo.",
    "line 51", "certain", 51, 52, 53, switch="threshold",
)  # fmt: skip
THRESHOLD_ANSWER = _rule(
    "threshold.answer", "getThresholdAndUsageInfo answers limit, time frame and present usage in one line of text.",
    "answers", "certain", 59, 60, page=RECORDED, switch="threshold_spelling",
)  # fmt: skip
THRESHOLD_LATENCY = _rule(
    "threshold.latency",
    "From half of the limit each call takes longer, from three quarters longer still; users report half a second and a "
    "second.",
    "line 52", "reported", 36, 55, 56, 58, switch="latency",
)  # fmt: skip
THRESHOLD_NOTICE = _rule(
    "threshold.notice", "The customer is notified when usage nears the limit.", "line 52", "certain", 57
)
THRESHOLD_REFUSED = _rule(
    "threshold.refused", "At the limit calls are refused until usage has fallen below it.",
    "lines 51-52", "certain", 54, switch="limit_reply",
)  # fmt: skip
THREAD_LIMIT = _rule(
    "thread.limit", "Three calls at once are served for each tracking identifier and object; zone look-ups do not count.",
    "thread limiting", "reported", page=HELP, switch="thread_limit",
)  # fmt: skip

# --- what the framework does by itself --------------------------------------------------------------------------------


def _framework(slug: str, says: str, place: str, switch: str | None = None) -> Rule:
    return _rule(f"framework.{slug}", says, place, "inferred", page=FRAMEWORK, switch=switch)


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
