"""What the Track-It! Web API does: one rule each, with its source, and the inventory statements it makes true.

Knows no table, no wire and no request; semantics and renderings cite these.
"""

from __future__ import annotations

from mockservers.kernel.rules import RuleBook
from mockservers.vendors.trackit import VENDOR

PAGE = "BMC Track-It! documentation, Ticket Web APIs"
LOGIN = "BMC Track-It! documentation, Authenticating users with Web Services APIs"
PRODUCT = "BMC Track-It! documentation, other pages"
SWAGGER = "Swagger description of a live server, version 20.21.1.102"
FRAMEWORK = "GitHub aspnet/AspNetWebStack and aspnet/AspNetKatana"
CLIENTS = "published clients of Track-It!"

RULES = RuleBook(
    VENDOR.name,
    page=PAGE,
    checked="2026-11",
    unmapped={
        "trackit-02": "the overview contradicts the sections, which decide",
        "trackit-89": "a slip of the pen that changes nothing on the wire",
        "trackit-172": "page furniture",
    },
)
_rule = RULES.rule

# --- address ----------------------------------------------------------------------------------------------------------

ADDRESS_BASE = _rule(
    "address.base", "All calls lie below the virtual directory and WebApi, over HTTP and HTTPS alike.", "line 34",
    "documented", 3, switch="virtual_directory",
)  # fmt: skip
PATH_CASE = _rule(
    "wire.path_case", "Paths are compared without case: WebApi and WebAPI, Tickets and tickets.", "lines 34, 175",
    "certain", 7,
)  # fmt: skip
PATH_SLASHES = _rule(
    "wire.path_slashes", "A double slash in the path leads nowhere: 404.", "URLs of clients", "reported", page=CLIENTS,
)  # fmt: skip
ADDRESS_UNKNOWN = _rule(
    "address.unknown", "A path that no route takes gets 404 with the framework's message and the whole URL.",
    "HttpControllerDispatcher", "certain", page=FRAMEWORK,
)  # fmt: skip
POST_ONLY = _rule(
    "write.post_only",
    "There are six reads by GET and six changes by POST; PUT, PATCH, DELETE and other verbs get 405 and the list of "
    "what is allowed.",
    "lines 1-21", "certain", 1,
)  # fmt: skip
NOTES_URL = _rule(
    "address.notes_url", "The notes' URL in another order, as one example prints it, is 404; a finding tells.",
    "line 597", "documented", 65, switch="notes_url",
)  # fmt: skip
DOUBLED_PREFIX = _rule(
    "address.doubled_prefix", "The prefix printed twice in one example leads nowhere: 404; a finding tells.",
    "line 440", "documented", 33, switch="doubled_prefix",
)  # fmt: skip
ADDRESS_OLD = _rule(
    "address.track_it_11", "The API of Track-It! 11 below /TrackitWebAPI/api is not there: 404; a finding tells.",
    "Track-It! 11", "certain", page=PRODUCT,
)  # fmt: skip
NOT_EMULATED = _rule(
    "address.not_emulated",
    "Routes whose answers nobody published (assignments, solutions, one attachment) are refused with 501.",
    "paths", "assumption", page=SWAGGER,
)  # fmt: skip
DESCRIPTION = _rule(
    "address.description", "The base and swagger/ui/index show what can be called; swagger/docs/v2 describes it.",
    "swagger/ui", "reported", page=SWAGGER,
)  # fmt: skip

# --- the wire ---------------------------------------------------------------------------------------------------------

KEYED_BY_NUMBER = _rule(
    "wire.keyed_by_number",
    "A record is an object keyed by field number as text, in ascending numeric order; each value holds DisplayName and "
    "Value.",
    "lines 183-195", "documented", 8,
)  # fmt: skip
NULLS_OMITTED = _rule(
    "wire.nulls_omitted", "Fields without a value are left out of every answer.", "lines 171, 519, 588", "documented",
    19, 43, 60, 73, 82, 100, 117, 136, 151,
)  # fmt: skip
RENAMED_LABELS = _rule(
    "wire.renamed_labels", "DisplayName is the label an administrator gave; the number never changes.",
    "lines 170, 957, 1333, 1564", "documented", 18, 99, 135, 150,
)  # fmt: skip
VALUE_TYPES = _rule(
    "wire.value_types", "Values are JSON numbers, texts and booleans; zero and false are values.", "lines 478-547",
    "documented", 10,
)  # fmt: skip
TIMESTAMP = _rule(
    "wire.timestamp", "Times are UTC with Z and seven digits, on the grid of 1/300 s that SQL Server keeps.",
    "lines 189-192, 469-472", "documented", 9,
)  # fmt: skip
ENVELOPE = _rule(
    "wire.envelope",
    "Reading, creating and updating answer under Tickets, ChangeStatus, AddNote and Close under Ticket; a note stands "
    "under TicketNote, or Note after Close. Live servers say Ticket and Note throughout.",
    "lines 183, 463, 986, 1120, 1359, 1593", "documented", 20, 37, 76, 110, 139, switch="envelope_keys",
)  # fmt: skip
TWO_MEMBERS = _rule(
    "wire.two_members", "ChangeStatus, AddNote and Close answer one valid object with the ticket and the note in it.",
    "lines 986-1036, 1120-1172, 1593-1643", "documented", 109, 111, 124, 127, 155, 157,
)  # fmt: skip
SINGLE_NOTE = _rule(
    "wire.single_note", "The note that is read by its number comes as an array of one.", "lines 692-711",
    "documented", 75,
)  # fmt: skip
EMPTY_LISTS = _rule(
    "wire.empty_notes", "A list without entries is an empty array with Count 0, no error.", "lines 521, 592, 743",
    "documented", 46, 63, 84,
)  # fmt: skip
MEDIA = _rule(
    "wire.media",
    "Every answer is JSON, whole and valid, in UTF-8; an Accept that prefers XML is answered in JSON with a finding.",
    "lines 29, 203", "documented", 4, 22, 38, 67, 141,
)  # fmt: skip
BODY_MEDIA = _rule(
    "wire.body_media",
    "Bodies are application/json or text/json; JSON under a form type is read as JSON with a finding, a plain form as "
    "members; other types get 415.",
    "media type formatters", "assumption", page=FRAMEWORK,
)  # fmt: skip
MALFORMED = _rule(
    "wire.malformed", "A body that is no JSON is 400 with ModelState, non-breaking blanks between members included.",
    "lines 975-982", "assumption", 107,
)  # fmt: skip
EMPTY_BODY = _rule(
    "wire.empty_body", "Delete takes no body, an empty one, or the text null.", "recorded calls", "captured",
    page=CLIENTS,
)  # fmt: skip
BODY_IS_INPUT = _rule(
    "wire.body_is_input", "The body is the bare object; with updateInput or closeInput around or before it, 400.",
    "lines 448, 1579", "assumption", 34,
)  # fmt: skip
BODY_MEMBERS = _rule(
    "wire.body_members", "Names of a body's members have no case; what is not known is not looked at.",
    "Newtonsoft.Json", "certain", page=FRAMEWORK,
)  # fmt: skip
OPTIONAL_PARAMS = _rule(
    "wire.optional_params", "OptionalParams may be absent and has no effect.", "lines 220-227", "documented", 11,
)  # fmt: skip
TEXT_BOOLEANS = _rule(
    "wire.text_booleans", "The texts True and False are taken for booleans; a finding tells.", "C# client", "reported",
    page=CLIENTS,
)  # fmt: skip
DURATION = _rule(
    "wire.duration", "A duration is sent as hh:mm:ss and comes back as seconds.", "lines 1067, 1111, 1168",
    "documented", 121, 122,
)  # fmt: skip
DURATION_TWO_PARTS = _rule(
    "wire.duration_two_parts", "Two parts are hours and minutes.", "TimeSpan.Parse", "assumption",
    switch="duration_two_parts",
)  # fmt: skip
IDS = _rule(
    "wire.ids", "Numbers in the path are required and have 32 bits; anything else is 400.", "lines 39, 213",
    "certain", 12, switch="bad_id",
)  # fmt: skip
PROPERTY_KEY = _rule(
    "wire.property_key",
    "A property is named by number or label; labels are compared without case with the current ones first, then with "
    "the original ones, which is a finding.",
    "lines 219, 450-458", "assumption", 26, 27,
)  # fmt: skip
QUIRK_LEADING = _rule(
    "wire.leading_space", "One sample has a blank before the label Ticket ID; answers have none unless switched on.",
    "line 186", "documented", 21, switch="quirk_leading_space",
)  # fmt: skip
QUIRK_SWAP = _rule(
    "wire.close_swap", "The Close sample swaps label and value of note field 5; answers do not unless switched on.",
    "lines 1634-1637", "documented", 156, switch="quirk_close_swap",
)  # fmt: skip

# --- tokens -----------------------------------------------------------------------------------------------------------

TOKEN_FORM = _rule(
    "token.form", "A token is asked for at /token with the form fields grant_type, username, password and scope.",
    "Token API", "documented", page=LOGIN,
)  # fmt: skip
TOKEN_VERB_FREE = _rule(
    "token.verb_free",
    "The token endpoint takes any verb and any content type, and reads the raw body as a form: names have no case, and values "
    "of one name are joined by commas.",
    "OAuthAuthorizationServerHandler", "certain", page=FRAMEWORK,
)  # fmt: skip
TOKEN_NO_JSON = _rule(
    "token.no_json", "A JSON body holds no grant_type for it: unsupported_grant_type.",
    "OAuthAuthorizationServerHandler", "certain", page=FRAMEWORK,
)  # fmt: skip
TOKEN_USER = _rule(
    "token.user", "The user is GROUP\\LOGINID in capitals, compared with case; only active technicians are let in.",
    "Token API", "documented", page=LOGIN,
)  # fmt: skip
TOKEN_WINDOWS = _rule(
    "token.windows", "A Windows login has three parts, the group first.", "Windows authentication", "reported",
    page=LOGIN, switch="windows_user_order",
)  # fmt: skip
TOKEN_ANSWER = _rule(
    "token.answer", "The answer holds token, type, seconds, issue and expiry and who the technician is, uncached.",
    "Token API", "documented", page=LOGIN, switch="refresh_token",
)  # fmt: skip
TOKEN_LIFETIME = _rule(
    "token.lifetime", "Tokens live 30 minutes; expires_in is 1799, since the rest of the second is cut off.",
    "OAuthAuthorizationServerHandler", "certain", page=FRAMEWORK, switch="token_lifetime",
)  # fmt: skip
TOKEN_REFRESH = _rule(
    "token.refresh",
    "A refresh token is good for one new pair within 24 hours; the old access token keeps its own expiry.",
    "refresh_token", "assumption", page=CLIENTS, switch="refresh_token",
)  # fmt: skip
TOKEN_FAILURES = _rule(
    "token.failures_400", "Every failure is 400 with error: invalid_grant, or unsupported_grant_type.",
    "OAuthAuthorizationServerHandler", "certain", page=FRAMEWORK,
)  # fmt: skip
TOKEN_LICENCES = _rule(
    "token.licences",
    "Technicians without a named licence share a pool; when it is used up a login is refused until somebody logs out.",
    "licences", "documented", page=PRODUCT, switch="licence_pool",
)  # fmt: skip
TOKEN_LOGOUT = _rule(
    "token.logout", "technicians/logout ends the session: its access token and its refresh token.",
    "/technicians/logout", "certain", page=SWAGGER,
)  # fmt: skip
TOKEN_CONTROL = _rule(
    "token.control", "Sessions end early when an administrator ends them or the technician is revoked.",
    "concurrent sessions", "assumption", page=PRODUCT,
)  # fmt: skip
BEARER = _rule(
    "access.bearer", "Every call but the token's and the groups' needs a bearer token that is valid: else 401.",
    "lines 35, 209, 501", "documented", 5,
)  # fmt: skip
BEARER_HEADER = _rule(
    "token.bearer_header",
    "The header is Bearer and the token; the printed form with access_token: is refused, and is a finding.",
    "lines 177-179", "assumption", 6,
)  # fmt: skip

# --- reading ----------------------------------------------------------------------------------------------------------

READ_TICKET = _rule(
    "read.ticket", "A ticket is read by its number and comes with all its fields.", "lines 25-41", "documented", 13, 14,
)  # fmt: skip
FIELDS_RETURNED = _rule(
    "field.returned", "There are 120 ticket fields, numbered 1 to 186 with gaps, the same in all five answers.",
    "lines 44-166, 315-435, 829-951, 1207-1329, 1437-1559", "documented", 15, 30, 94, 132, 146,
)  # fmt: skip
FIELDS_NOTE = _rule(
    "field.note", "There are 24 note fields, numbered 1 to 32 with gaps.", "lines 631, 649-675", "documented", 69, 70,
)  # fmt: skip
FIELDS_PARTIAL = _rule(
    "field.partial", "Of attachments, assignments and templates only the sampled fields are known and returned.",
    "lines 533-554, 756-776, 1720-1742", "assumption", 48, 171,
)  # fmt: skip
PAGING = _rule(
    "read.paging", "Pages are counted from 1; zero as size or as number gives everything.", "lines 520, 589, 742",
    "documented", 39, 44, 45, 50, 61, 78, 83,
)  # fmt: skip
PAST_END = _rule(
    "read.past_end", "A page beyond the end is empty with the whole Count; negative numbers are 400.", "lines 507-510",
    "assumption",
)  # fmt: skip
COUNT = _rule(
    "read.count", "Count is the number of all linked records, whatever the page.", "lines 534, 606, 757", "assumption",
    49, switch="count_meaning",
)  # fmt: skip
NOTE_ORDER = _rule(
    "read.note_order", "Notes come newest first.", "lines 607-611", "inferred", switch="note_order",
)  # fmt: skip
NOTES = _rule(
    "read.notes", "The notes of a ticket, under TicketNotes beside Count.", "lines 560-625", "documented", 52, 66
)
NOTE_QUERY = _rule(
    "read.note_query", "maxContentLength and SystemNote may be left out, and their names have no case.",
    "lines 576-579", "certain", 51, 56,
)  # fmt: skip
SYSTEM_NOTES = _rule(
    "read.system_notes", "Only users' notes, unless SystemNote is true.", "lines 578-591", "documented", 55
)
MAX_LENGTH = _rule(
    "read.max_length", "maxContentLength cuts each note's text; -1, and anything below 1, leaves it whole.",
    "lines 576-577", "assumption", 53, 54,
)  # fmt: skip
PRIVATE = _rule("read.private", "Private notes are listed like others, with field 27.", "line 593", "documented", 64)
READ_NOTE = _rule(
    "read.note", "A note of any kind is read by its number below the fixed segment Note.", "lines 627-698",
    "documented", 68, 74,
)  # fmt: skip
ATTACHMENTS = _rule(
    "read.attachments", "The attachments of a ticket under TicketAttachments beside Count, with fields 1, 6, 7 and 14.",
    "lines 495-554", "documented", 40, 47,
)  # fmt: skip
ATTACHMENTS_OPEN = _rule(
    "read.attachments_open", "Attachments are not segregated: those of a hidden ticket are listed.", "line 518",
    "documented", 42,
)  # fmt: skip
ASSIGNMENTS = _rule(
    "read.assignments", "Open and closed assignments of a ticket, under Assignments beside Count.", "lines 717-776",
    "documented", 79, 85, 86,
)  # fmt: skip
TEMPLATES = _rule(
    "read.templates",
    "The active templates that the technician's group may use, without parameter, permission or Count.",
    "lines 1684-1742", "documented", 163, 164, 165, 166, 167, 168,
)  # fmt: skip
TEMPLATE_DATA = _rule(
    "read.template_data", "Template Data is XML with CR LF in a text; its row numbers are not ticket field numbers.",
    "lines 1734-1737", "documented", 169, 170,
)  # fmt: skip
MODULE_FIELDS = _rule(
    "read.module_fields", "module/24/fields gives the label of each ticket field by number, without a permission.",
    "Module Web API", "documented", page=PRODUCT,
)  # fmt: skip
GROUPS = _rule(
    "read.groups", "POST /groups lists all groups to whoever knows a user and a password; no token.", "Group Web API",
    "documented", page=PRODUCT, switch="groups_endpoint",
)  # fmt: skip
SEARCHES = _rule(
    "read.searches", "What /searches answers is not known: refused, or Count and Results when assumed.", "/searches",
    "assumption", page=SWAGGER, switch="searches",
)  # fmt: skip
PRIORITY_HIERARCHY = _rule(
    "read.priority_hierarchy",
    "What /priorityheirarchy answers is not known: refused, or the derived priority when assumed.",
    "/priorityheirarchy", "assumption", page=SWAGGER, switch="priority_hierarchy",
)  # fmt: skip
UNKNOWN = _rule(
    "read.unknown", "A number that no ticket or note has is 404.", "only >= 400 is known", "assumption",
    page=CLIENTS, switch="unknown_ticket",
)  # fmt: skip
LAST_USER = _rule(
    "read.last_user", "Last User is the login of who wrote last; a ticket and its notes have their own.",
    "lines 191-195", "documented",
)  # fmt: skip

# --- writing ----------------------------------------------------------------------------------------------------------

UPDATE = _rule(
    "write.update", "An update changes what it names, and answers with the ticket as it is then.", "lines 199-215",
    "documented", 23, 24,
)  # fmt: skip
CREATE = _rule(
    "write.create", "A new ticket gets a number of its own, and is answered as it will be read.", "lines 1174-1188, 1361",
    "documented", 128, 129, 138, 140,
)  # fmt: skip
PROPERTIES = _rule(
    "write.properties", "Create and update need a body with Properties; without it 400.", "lines 217-228, 1190-1204",
    "documented", 25, 130,
)  # fmt: skip
UPDATABLE = _rule(
    "write.updatable", "78 of the 120 fields can be written.", "lines 230-313", "documented", 28, 31,
)  # fmt: skip
READ_ONLY_KEY = _rule(
    "write.read_only_key", "A property that cannot be written, or is unknown, is passed over, and is a finding.",
    "lines 230-435", "assumption", 29, switch="unwritable_property",
)  # fmt: skip
VALUE = _rule(
    "write.value", "A value must fit its field's type; numbers may come as text and texts as numbers, else 400.",
    "model binding", "assumption", page=FRAMEWORK,
)  # fmt: skip
VIRTUAL = _rule(
    "write.virtual", "Writing a display field links the record that has this value, and edits nobody.", "line 1335",
    "inferred",
)  # fmt: skip
VIRTUAL_UNKNOWN = _rule(
    "write.virtual_unknown", "A value that no record has links nothing: passed over like a property that cannot be written.",
    "line 1335", "assumption", switch="unwritable_property",
)  # fmt: skip
LAST_WINS = _rule(
    "write.last_wins", "Of several fields of one module the last in the list decides.", "line 1335", "documented", 137,
)  # fmt: skip
NULL = _rule(
    "write.null", "null clears a field, which then is left out.", "lines 171, 219", "assumption", switch="null_property",
)  # fmt: skip
STATUS_FIELDS = _rule(
    "write.status_fields", "A plain update of 95, 96 or 97 changes the status, without a note.", "lines 230-310",
    "documented", switch="closed_by_update",
)  # fmt: skip
ASSIGNEE = _rule(
    "write.assignee", "A new ticket is assigned to whoever makes it unless it says otherwise.", "Tickets", "documented",
    page=PRODUCT,
)  # fmt: skip
PRIORITY = _rule(
    "write.priority",
    "A new ticket's priority comes from its category, requestor, location or department in the group's order, unless "
    "one is chosen.",
    "Priority", "documented", page=PRODUCT,
)  # fmt: skip
NOTHING_REQUIRED = _rule(
    "write.nothing_required", "No particular field is needed to create a ticket.", "lines 1347-1350", "assumption",
    131, switch="summary_required",
)  # fmt: skip
NO_IDEMPOTENCY = _rule(
    "write.no_idempotency", "A create or AddNote that is sent again makes a second record.", "none is documented", "certain",
)  # fmt: skip
STAMP = _rule(
    "write.stamp", "A change sets Last Modified, and Last User to the caller's login.", "lines 469-476", "documented", 35,
)  # fmt: skip
TEXT_KEPT = _rule(
    "write.text_kept", "Texts of a ticket come back as they were sent, outer blanks too.", "lines 452-487", "documented", 36,
)  # fmt: skip
UPDATE_NOTE = _rule(
    "write.update_note", "OptionalParams.Note of an update adds no note unless switched on.", "POST /tickets/{id}",
    "assumption", page=SWAGGER, switch="update_note",
)  # fmt: skip
AUDIT = _rule(
    "audit.writes", "What is written over the API is told apart in the journal, as the audit trail does.",
    "Viewing the audit trail", "documented", page=PRODUCT,
)  # fmt: skip

# --- notes, status, closing, deleting ---------------------------------------------------------------------------------

ADD_NOTE = _rule(
    "note.add", "AddNote adds a user's note and answers with the ticket and the note.", "lines 1038-1138",
    "documented", 112, 113, 114, 125,
)  # fmt: skip
NOTE_PAIR = _rule(
    "note.required_pair", "A note needs Note Type and Activity Code; empty texts are taken, and are a finding.",
    "lines 961, 1093", "documented", 103, 119,
)  # fmt: skip
NOTE_TYPE = _rule("note.type", "A Note Type must be one that tickets have; else 400.", "lines 1059-1060", "assumption")
ACTIVITY = _rule(
    "note.activity_for_tickets", "An Activity Code must be available for tickets; else 400.", "lines 963, 1094, 1567",
    "documented", 106, 120, 153,
)  # fmt: skip
NOTE_TEXT = _rule(
    "note.text", "Notes come back as plain text: markup is stripped and outer blanks are trimmed.",
    "lines 590, 960, 1092, 1566", "documented", 62, 77, 102, 108, 118, 152, switch="note_text",
)  # fmt: skip
NOTE_PRIVATE = _rule(
    "note.private", "Private says whether a note is private; without it a note is not.", "lines 808, 1069, 1417",
    "documented", 93,
)  # fmt: skip
NOTE_AUTHOR = _rule(
    "note.author", "A note tells its author, technician and ticket.", "lines 1148-1167", "documented", 123,
)  # fmt: skip
NOTE_DURATION = _rule(
    "note.duration_default", "Notes of ChangeStatus and Close take no Duration; it is 0.", "line 962", "documented", 105,
)  # fmt: skip
NOTE_TOUCHES = _rule(
    "note.touches", "AddNote leaves Last Modified and Last User of the ticket alone and moves Latest Note Date.",
    "lines 1126-1151", "documented", 126, switch="addnote_touches_ticket",
)  # fmt: skip
NOTE_CLOSED = _rule(
    "note.closed_ticket", "Notes can be added to a closed ticket.", "Managing assignments", "documented", page=PRODUCT,
)  # fmt: skip
TIME_SPENT = _rule(
    "note.time_spent", "Total Time Spent sums the durations of users' notes.", "Ticket notes", "documented", page=PRODUCT,
)  # fmt: skip
STATUS_NAME = _rule(
    "status.by_name", "StatusName is the status's name in any case, neither its description nor its number.",
    "lines 782-827", "documented", 87, 91,
)  # fmt: skip
STATUS_BODY = _rule(
    "status.body", "The body is StatusName beside an object Note with the parts of the note.", "lines 796-824",
    "documented", 88, 90,
)  # fmt: skip
STATUS_TYPES = _rule(
    "status.two_types", "A status is of type open or closed; each type has one default status, whatever its name.",
    "Ticket statuses", "documented", page=PRODUCT,
)  # fmt: skip
STATUS_NOTE = _rule(
    "status.note", "With Note the change also adds a user's note; without it the status changes alone.",
    "lines 806-827, 961", "documented", 92, 104, switch="status_note",
)  # fmt: skip
STATUS_STEPS = _rule(
    "status.two_steps", "The status is changed first and the note added second, so the second can fail alone.",
    "lines 986-1022", "inferred",
)  # fmt: skip
STATUS_CLOCK = _rule(
    "status.stop_clock",
    "A status that stops the clock sets Clock Stop Time; leaving it drops the time and moves due dates by the pause.",
    "line 959", "documented", 101,
)  # fmt: skip
STATUS_CLOSES = _rule(
    "status.closes", "A closed status sets close time and technician; an open one takes them away.", "Ticket fields",
    "assumption",
)  # fmt: skip
CLOSE_DEFAULT = _rule(
    "close.default_status", "Close sets the default status of type closed, whatever its name.", "lines 1391, 1435, 1611",
    "documented", 142, 144,
)  # fmt: skip
CLOSE_BODY = _rule(
    "close.body", "Close needs a JSON object, and {} is enough.", "lines 1405-1432", "documented", 143, switch="close_body",
)  # fmt: skip
CLOSE_NOTE = _rule(
    "close.note", "A note sent with Close follows the rules of ChangeStatus and is answered under Note.",
    "lines 1415-1435", "assumption", 145, 154,
)  # fmt: skip
CLOSE_ASSIGNMENTS = _rule(
    "close.open_assignments", "Open assignments do not hinder closing over the API unless switched on.",
    "Managing assignments", "assumption", page=PRODUCT, switch="block_close_with_open_assignments",
)  # fmt: skip
DELETE = _rule(
    "delete.answer", "Delete is a POST, answers success true in lower case, and the number is unknown from then on.",
    "lines 1645-1682", "documented", 158, 159, 162,
)  # fmt: skip

# --- who may, who sees ------------------------------------------------------------------------------------------------

MAY_VIEW = _rule("permission.view_ticket", "Reading a ticket needs View Ticket.", "line 168", "documented", 16)
MAY_EDIT = _rule(
    "permission.edit_ticket", "ChangeStatus, Close and, as we assume, update need Edit Ticket.", "lines 436, 953, 1561",
    "documented", 32, 95,
)  # fmt: skip
MAY_CLOSE = _rule(
    "permission.close_ticket", "Close, and ChangeStatus to a closed status, need Close Ticket too.", "lines 954, 1561",
    "documented", 96, 147,
)  # fmt: skip
MAY_NOTE = _rule(
    "permission.create_note", "Adding a note by any call needs Create Ticket Note.", "lines 955, 1089, 1562", "documented",
    97, 115, 148,
)  # fmt: skip
MAY_CREATE = _rule("permission.create_ticket", "Creating needs Create Ticket.", "line 1331", "documented", 133)
MAY_DELETE = _rule("permission.delete_ticket", "Deleting needs Delete Ticket.", "line 1667", "documented", 160)
MAY_VIEW_NOTES = _rule(
    "permission.view_notes", "Listing and reading notes needs View Ticket Notes.", "lines 586, 677", "documented", 57, 71,
)  # fmt: skip
MAY_VIEW_ATTACHMENT = _rule(
    "permission.view_attachment", "Listing attachments needs View Attachment.", "line 517", "documented", 41,
)  # fmt: skip
MAY_VIEW_ASSIGNMENT = _rule(
    "permission.view_assignment", "Listing assignments needs View Assignment.", "line 739", "documented", 80,
)  # fmt: skip
PERMISSION_NAMES = _rule(
    "permission.names",
    "Names that the page spells in two ways are one permission each, and the one for assignment notes is a slip; "
    "switched on, the page counts word by word.",
    "lines 586, 677, 954, 1561", "assumption", 58, switch="literal_permissions",
)  # fmt: skip
DENIED = _rule(
    "permission.denied", "A missing permission is 403 with a message.", "AuthorizeAttribute", "assumption",
    page=FRAMEWORK, switch="permission_status",
)  # fmt: skip
OPEN_BY_DEFAULT = _rule(
    "segregation.default_open", "By default every group sees everything; modules can be segregated each.",
    "Segregating data visible to groups", "documented", page=PRODUCT,
)  # fmt: skip
SEGREGATED = _rule(
    "segregation.applies", "Tickets, notes and assignments of groups that the caller's group may not see are withheld.",
    "lines 169, 587, 678, 740, 956, 1090, 1332, 1563, 1668", "documented", 17, 59, 72, 81, 98, 116, 149, 161,
)  # fmt: skip
HIDDEN = _rule(
    "segregation.hidden", "A hidden ticket is answered like one that does not exist.", "lines 169, 518", "assumption",
    switch="hidden_ticket",
)  # fmt: skip
OWN_GROUPS = _rule(
    "segregation.own_groups", "Nobody can put a ticket into a group that he may not see: refused as a missing permission.",
    "line 1332", "assumption", 134,
)  # fmt: skip
