"""What ReadyDesk's get_tickets does: one rule each, with its source, and the inventory statements it makes true.

Knows no table, no wire and no request; semantics and renderings cite these.
"""

from __future__ import annotations

from mockservers.kernel.rules import RuleBook

PAGE = "ReadyDesk 9 API reference, gettickets.aspx"
REFERENCE = "ReadyDesk 9 API reference, other pages"
FRAMEWORK = "Microsoft reference source, System.Web"

RULES = RuleBook(
    "get_tickets",
    page=PAGE,
    checked="2026-11",
    unmapped={
        "get_tickets-01": "page furniture: a title and a menu, nothing a server does",
        "get_tickets-58": "slips of the pen on the page; they change nothing on the wire",
    },
)
_rule = RULES.rule

# --- address and variables --------------------------------------------------------------------------------------------

ADDRESS_URL = _rule(
    "address.url",
    "The call is a URL, /API/default.aspx or /API/ below the installation's folder, in any letter case, with key, action "
    "and the input variables in its query; form fields of a POST are read for variables the query lacks.",
    "lines 18, 83-84", "certain", 2, switch="folder",
)  # fmt: skip
ACTION = _rule(
    "address.action",
    "`action` names the method, exactly as documented; without it, or with an unknown name, the call is refused.",
    "lines 83-84", "assumption", 2,
)  # fmt: skip
OTHER_ACTION = _rule(
    "address.other_action",
    "The API's other documented actions are known but not emulated: `Action not available`, journalled as unsupported.",
    "apioverview", "assumption", page=REFERENCE,
)  # fmt: skip
VARIABLE_KNOWN = _rule(
    "variable.known", "There are 23 input variables; one without a value counts as not given.", "lines 19-42",
    "assumption", 5,
)  # fmt: skip
VARIABLE_UNKNOWN = _rule(
    "variable.unknown",
    "A variable of another name is never looked at and changes nothing; the journal lists it.",
    "HttpRequest.QueryString", "certain", page=FRAMEWORK,
)  # fmt: skip
VARIABLE_NAMES = _rule(
    "variable.names",
    "Four inputs are not named like the output they refer to (escalation, uid, group, start_date/end_date): an output's "
    "name that is no input has no effect.",
    "lines 27, 29-30, 36-37, 60, 66, 68", "certain", 23,
)  # fmt: skip

# --- selecting --------------------------------------------------------------------------------------------------------

TID_EXACT_OR_STAR = _rule(
    "tid.exact_or_star", "tid is one exact number, or a bare * for every ticket; an unknown number finds nothing.",
    "lines 20, 84", "certain", 6, 7,
)  # fmt: skip
TID_NO_PATTERN = _rule("tid.no_pattern", "tid is no pattern: 3* is an error.", "line 20", "assumption", 6)
TID_NO_LIST = _rule(
    "tid.no_list", "tid is no list: numbers joined by commas are refused, though other actions take them.",
    "line 20", "assumption", 6, switch="tid_list",
)  # fmt: skip
TID_MISSING = _rule(
    "tid.missing",
    "Without tid but with a filter or range, every ticket is meant; with no selection at all the call is refused "
    "(count, page and order select nothing).",
    "lines 20, 32-37", "assumption",
)  # fmt: skip
FILTER_NARROWS = _rule(
    "filter.narrows",
    "status, source, category, sub_category, priority, escalation, due_date, uid, group, cid and keyword narrow the "
    "result; several hold at once.",
    "lines 21-31", "assumption", 10, 11, 12, 13, 14, 15, 18, 19, 20, 21,
)  # fmt: skip
FILTER_TEXT = _rule(
    "filter.text",
    "Text filters compare the whole value without case; a value the system does not know finds nothing.",
    "lines 22-31", "assumption", 22,
)  # fmt: skip
FILTER_KEYWORD = _rule(
    "filter.keyword",
    "keyword finds whole words and parts of words, without case, in subject, summary, contact and company_name.",
    "line 21", "assumption", 8, 9,
)  # fmt: skip
FILTER_DUE_DATE = _rule(
    "filter.due_date",
    "due_date keeps tickets due on that calendar day of the server; it is written like start_date, and a time in it "
    "does not count. Tickets that are never due are left out.",
    "line 28", "assumption", 16, 17, switch="due_date_match",
)  # fmt: skip
RANGE_TID = _rule(
    "range.tid",
    "start_tid and end_tid are inclusive and compare as numbers; end_tid alone begins at the lowest number there is.",
    "lines 32-33", "certain", 24, 25, 26, 36,
)  # fmt: skip
RANGE_COUNT_FIRST = _rule(
    "range.count_first", "count with a range keeps the first so many of it, never the last.", "line 33", "certain",
    25, 27,
)  # fmt: skip
RANGE_CID_PREFIX = _rule(
    "range.cid_prefix",
    "start_cid and end_cid are beginnings of customer ids, without case: from the first id that begins so or comes "
    "later, to the last that begins so or comes earlier.",
    "lines 34-35", "certain", 28, 29, 30, 31,
)  # fmt: skip
RANGE_OPENING_TIME = _rule(
    "range.opening_time", "start_date and end_date compare the time of opening, inclusive to the second.",
    "lines 36-37", "certain", 32, 33, 34, 68,
)  # fmt: skip
NO_CHANGED_SINCE = _rule(
    "date.no_changed_since", "No variable filters on last_updated: changes of older tickets are found by reading them "
    "again.", "lines 19-42, 63", "certain",
)  # fmt: skip

# --- counting, paging, order ------------------------------------------------------------------------------------------

COUNT_FIRST = _rule("count.first", "count says how many records come back at most.", "line 38", "certain", 38)
COUNT_NO_CAP = _rule(
    "count.no_cap", "Without count the list runs to the last record; there is no cap.", "lines 32-38", "inferred", 39
)
COUNT_ONLY = _rule(
    "count.only", "count_only is N, also when absent, or Y for the number alone; anything else is an error.",
    "line 39", "assumption", 40, 41, 42, switch="strictness",
)  # fmt: skip
COUNT_ALL_MATCHES = _rule(
    "count.all_matches", "count_only=Y counts all matches, whatever page and count say.", "line 39", "assumption", 43,
    switch="count_only_counts",
)  # fmt: skip
PAGE_NEEDS = _rule(
    "page.needs_star_and_count", "page works only with tid=*, written out, and with count.", "line 40", "certain", 46,
    switch="strictness",
)  # fmt: skip
PAGE_BASE = _rule("page.base", "Pages begin at 1 and hold count records each.", "line 40", "assumption", 45, 47)
PAGE_PAST_END = _rule("page.past_end", "A page past the last holds no records; that is no error.", "line 40",
                      "assumption", 47)  # fmt: skip
PAGE_BAD = _rule("page.bad", "page 0, a negative one or text is an error.", "line 40", "assumption",
                 switch="page_zero")  # fmt: skip
PAGE_UNSTABLE = _rule(
    "page.unstable",
    "Pages are cut from what there is at the time of each call: records that come, go or change between two calls "
    "shift the others.",
    "line 40", "inferred",
)  # fmt: skip
ORDER_COLUMN = _rule(
    "order.column",
    "order names a column, after a blank optionally ASC or DESC; order_direction gives the direction alone; ASC when "
    "nothing is said, an error when something else is.",
    "lines 41-42", "certain", 48, 51, 52, 53, 54,
)  # fmt: skip
ORDER_ALLOW_LIST = _rule(
    "order.allow_list",
    "The columns are the output names without case; everything else is an error. Text without case comes in order of "
    "code points, empty dates first. The value never becomes SQL text, and one that looks like SQL is journalled.",
    "line 41", "assumption", 48, 49, 50,
)  # fmt: skip
ORDER_BOTH = _rule(
    "order.both", "When the suffix of order and order_direction disagree: an error when strict, else the suffix wins.",
    "lines 41-42", "assumption", 55, switch="strictness",
)  # fmt: skip
ORDER_DEFAULT = _rule(
    "order.default", "Without order: ascending ticket numbers, with which all ties end too.", "lines 32-42",
    "assumption", 57, switch="default_order",
)  # fmt: skip
ORDER_SEQUENCE = _rule(
    "order.sequence", "First the filters, then the order, then page and count.", "lines 38-41", "assumption"
)

# --- fields -----------------------------------------------------------------------------------------------------------

FIELD_ALL = _rule(
    "field.all", "Every ticket has all 38 outputs, in the page's order, present even when empty; tid is unique.",
    "lines 44-82", "certain", 59, 64,
)  # fmt: skip
FIELD_CUSTOMER = _rule(
    "field.customer",
    "cid, contact, phone and email are the customer's; one company_id always has one company_name, one group id one "
    "name.",
    "lines 46-51, 69-70", "certain", 65, 66, 77,
)  # fmt: skip
FIELD_CC = _rule(
    "field.cc_addresses", "cc_addresses holds the copied addresses, separated by commas, as one value.", "line 52",
    "assumption", 67,
)  # fmt: skip
FIELD_CLOSED = _rule("field.date_closed", "date_closed is empty while the ticket is open.", "line 54", "certain", 69)
FIELD_UPDATED = _rule(
    "field.last_updated", "last_updated, updated_by and updater_type move with every change.", "lines 63-65",
    "certain", 73,
)  # fmt: skip
FIELD_UPDATER_TYPE = _rule(
    "field.updater_type", "updater_type is CUSTOMER, TECH or ADMIN; locked and merged are N or Y.",
    "lines 65, 71, 76", "certain", 74, 79, 82,
)  # fmt: skip
FIELD_LISTS = _rule(
    "field.lists", "linked_asset, linked_calls, linked_devices and children_tickets are lists with commas.",
    "lines 73-75, 79", "certain", 81,
)  # fmt: skip
FIELD_TECH_ENCODING = _rule(
    "field.tech_encoding",
    "A technician's id is encoded in updated_by, and raw in opened_by, assigned_tech and locked_by.",
    "lines 62-66, 72", "certain", 63,
)  # fmt: skip
FIELD_OPENED_BY = _rule(
    "field.opened_by", "opened_by is a technician's id, a customer's id, or the word of a channel such as WEBSITE.",
    "lines 62, 107", "certain", 71, 72,
)  # fmt: skip
FIELD_ASSIGNED = _rule(
    "field.assigned",
    "assigned_tech is a technician's id, empty when nobody is; assigned_group_id and _name belong together.",
    "lines 66-68", "certain", 75, 76,
)  # fmt: skip
FIELD_LOCK = _rule("field.lock", "locked_by is the technician who holds the lock, empty when nobody does.", "line 72",
                   "certain", 80)  # fmt: skip
FIELD_MERGE = _rule("field.merge", "merged_to is the number of the ticket that a merged one went into.", "line 77",
                    "certain", 84)  # fmt: skip
FIELD_FAMILY = _rule(
    "field.family", "parent_ticket and children_tickets mirror each other.", "lines 78-79", "certain", 85
)
FIELD_SENTINELS = _rule(
    "field.sentinels",
    "None is 0 in parent_ticket and group ids, N in locked, and empty elsewhere, in merged too.",
    "lines 54, 78, 112-123", "certain", 78, 83, switch="merged_none",
)  # fmt: skip
FIELD_CUSTOM = _rule(
    "field.custom",
    "Every custom field the installation defines appears in every ticket, in its order, also when empty. Blanks in "
    "names become underscores; a name that is taken by a variable, or that XML cannot carry, cannot be defined.",
    "lines 80, 125-130", "assumption", 86, 90,
)  # fmt: skip

# --- wire -------------------------------------------------------------------------------------------------------------

WIRE_FORMAT_CHOICE = _rule(
    "wire.format_choice",
    "The server's setting chooses XML, JSON or delimited text; the variable `output`, which only the emulator has, "
    "wins over it.",
    "lines 85-187", "assumption", 95, switch="output_format",
)  # fmt: skip
WIRE_XML = _rule(
    "wire.xml", "XML: a declaration without encoding, root tickets, a ticket each, one child for each output in order.",
    "lines 86-134", "certain", 59, 89,
)  # fmt: skip
WIRE_JSON = _rule(
    "wire.json",
    "JSON: one key tickets with a list of objects, also for one ticket; every value is text, and custom_fields a list "
    "of one object.",
    "lines 135-186", "certain", 91, 92, 93,
)  # fmt: skip
WIRE_DELIMITED = _rule(
    "wire.delimited",
    "Delimited: name=value joined by &, one ticket a line, lines parted by CR LF; blanks and colons of dates stay raw.",
    "lines 187-197", "assumption", 94, 96, 100,
)  # fmt: skip
WIRE_CUSTOM_DELIMITED = _rule(
    "wire.custom_delimited",
    "Delimited: each custom field is a variable of its own, before custom_fields, which lists the names with raw "
    "commas.",
    "lines 80, 195-196", "certain", 87, 88, 98, 99,
)  # fmt: skip
WIRE_ENCODED_EVERYWHERE = _rule(
    "wire.encoded_everywhere", "18 outputs are URL-encoded in all three formats, the other 20 in none.",
    "lines 44-82", "certain", 60, 61,
)  # fmt: skip
WIRE_URLENCODE = _rule(
    "wire.urlencode",
    "Encoding is that of forms: a blank is +, letters, digits and - _ . ! * ( ) stay, all else is the percent code of "
    "its UTF-8 bytes in lower case.",
    "lines 93-100; HttpEncoder.UrlEncode", "inferred", 62, page=f"{PAGE}; {FRAMEWORK}", switch="hex_case",
)  # fmt: skip
WIRE_RAW_FIELDS = _rule(
    "wire.raw_fields",
    "Raw values are escaped as XML and JSON demand; in delimited text they stay as they are, and an & in one breaks "
    "it.",
    "lines 187-197", "assumption", 61,
)  # fmt: skip
WIRE_ONE_DATA_SET = _rule(
    "wire.one_data_set", "One ticket is the same in all three formats, though the page's samples differ.",
    "lines 96-197", "inferred", 102,
)  # fmt: skip
WIRE_MEDIA = _rule(
    "wire.media", "text/xml, application/json or text/plain, in UTF-8.", "lines 85-197", "assumption",
    switch="content_type",
)  # fmt: skip
WIRE_JSON_SPACING = _rule(
    "wire.json_spacing", "JSON is compact; the page's sample has a blank on both sides of the colon.", "lines 139-183",
    "certain", switch="json_spacing",
)  # fmt: skip
WIRE_JSON_ESCAPING = _rule(
    "wire.json_escaping", "JSON is valid; a hand-made writer may leave quotes in raw values unescaped.",
    "getattachments", "assumption", page=REFERENCE, switch="json_escaping",
)  # fmt: skip
WIRE_CC_COLUMN = _rule(
    "wire.cc_column",
    "In JSON and delimited text a second cid stands where cc_addresses belongs: the customer id again in JSON, the "
    "copied addresses in delimited text.",
    "lines 52, 146, 189", "inferred", 97, switch="cc_column",
)  # fmt: skip
WIRE_UPDATER_TYPE = _rule(
    "wire.updater_type", "Delimited text has one of the three words in updater_type; the page's sample has a user's "
    "name.", "lines 65, 192", "assumption", 101, switch="updater_type_delimited",
)  # fmt: skip

# --- dates ------------------------------------------------------------------------------------------------------------

DATE_INPUT = _rule(
    "date.input",
    "Dates come as M/D/YYYY, optionally with H:MM or H:MM:SS in 24 hours or with AM or PM, with or without leading "
    "zeros; no time means the start of the day. ISO notation is an error when strict.",
    "lines 36-37", "assumption", 35, 37, switch="strictness",
)  # fmt: skip
DATE_OUTPUT = _rule(
    "date.output", "Dates go out as M/D/YYYY h:mm:ss AM or PM without leading zeros; midnight is 12:00:00 AM.",
    "lines 53-54, 98, 108", "certain", 70, switch="date_culture",
)  # fmt: skip
DATE_ZONE = _rule(
    "date.zone",
    "Times are the server's local time without a zone, to the second. In an hour that clocks repeat, start_date means "
    "the earlier reading and end_date the later.",
    "lines 36, 53", "assumption", 37, switch="time_zone",
)  # fmt: skip

# --- access -----------------------------------------------------------------------------------------------------------

KEY_EVERY_CALL = _rule("key.every_call", "Every call needs a valid key.", "line 84; manual", "documented", 3)
KEY_SECRET = _rule(
    "key.secret", "The key stands in the URL: it is masked in every record, and one found in a Referer is journalled.",
    "line 84", "assumption", 3,
)  # fmt: skip
IP_ALLOW_LIST = _rule(
    "ip.allow_list", "When addresses are listed, callers from others are refused; an empty list lets everybody in.",
    "manual, API settings", "documented", page=REFERENCE, switch="allowed_ips",
)  # fmt: skip
RATE_LIMIT = _rule(
    "limit.rate", "No limit of calls is documented; one can be set, in calls of a minute, refused ones too.",
    "apioverview", "assumption", page=REFERENCE, switch="rate_limit",
)  # fmt: skip

# --- errors -----------------------------------------------------------------------------------------------------------

ERROR_FORM = _rule(
    "error.form",
    "Errors, and the number of count_only, come in the wrapper of the vendor's write replies; errors with status 200.",
    "lines 39, 18-197; addbilling", "assumption", 44, 103, page=f"{PAGE}; {REFERENCE}", switch="error_status",
)  # fmt: skip
NUMBER_BAD = _rule(
    "error.number",
    "A number that is none, or that no column could hold, is an error; count 0 or less too, when strict.",
    "lines 20, 32-33, 38", "assumption", 36, switch="strictness",
)  # fmt: skip

# --- what ASP.NET does ------------------------------------------------------------------------------------------------

FRAMEWORK_BLANK = _rule(
    "framework.blank", "+ and %20 are both a blank; percent codes that are no UTF-8 become U+FFFD.",
    "HttpUtility.UrlDecode", "certain", 4, 56, page=FRAMEWORK,
)  # fmt: skip
FRAMEWORK_NAMES = _rule(
    "framework.names", "Names of variables have no case; values of a repeated name are joined by commas.",
    "NameValueCollection", "certain", page=FRAMEWORK,
)  # fmt: skip
FRAMEWORK_QUERY_LIMIT = _rule(
    "framework.query_limit", "A query string of more than 2,048 characters gets the web server's 400 page.",
    "HttpRuntimeSection.MaxQueryStringLength", "certain", page=FRAMEWORK, switch="query_limit",
)  # fmt: skip
FRAMEWORK_DANGEROUS = _rule(
    "framework.dangerous_values",
    "A value with < before a letter, !, / or ?, or with &#, is taken for an attack and gets a 500 page.",
    "CrossSiteScriptingValidation", "certain", page=FRAMEWORK, switch="dangerous_values",
)  # fmt: skip
FRAMEWORK_MOST_VARIABLES = _rule(
    "framework.most_variables", "More than 1,000 variables in a query or form get a 500 page.",
    "AppSettings.MaxHttpCollectionKeys", "certain", page=FRAMEWORK,
)  # fmt: skip
