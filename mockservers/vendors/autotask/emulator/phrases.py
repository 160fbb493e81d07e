"""Words of which the demo data are made: plausible, without real people or companies. Pools, so that bulk is quick."""

from __future__ import annotations

FIRST_NAMES = (
    "Ada", "Ben", "Chloé", "Dmitri", "Emma", "Finn", "Grete", "Hana", "Ivo", "Jörg", "Kim", "Lars", "Mia", "Noor",
    "Olga",
    "Pál", "Quinn", "Rosa", "Sören", "Tess", "Uma", "Viktor", "Wei", "Xenia", "Yara", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brandt", "Çelik", "Dahl", "Estévez", "Fischer", "Grant", "Hughes", "Ito", "Jansen", "Kowalski",
    "Lindqvist",
    "Meyer", "Nowak", "O'Brien", "Petrov", "Quist", "Rossi", "Schäfer", "Tanaka", "Ueda", "Vogel", "Walsh", "Young",
    "Zimmermann", "김",
)  # fmt: skip
TRADES = (
    "Boring & Sons", "Fiber Co.", "Gas Works", "Excavation <Group>", "Utilities", "Telecom", 'Paving "Best"',
    "Water Board",
    "Électricité", "Landscaping", "Pipeline Services", "Bau GmbH", "Rail & Road", "Solar", "Drilling",
)  # fmt: skip
PLACES = (
    "Albany", "Brookfield", "Cedar Falls", "Düren", "Easton", "Fairview", "Greenville", "Hillside", "Innsbruck",
    "Juniper",
    "Kingston", "Lakewood", "Münster", "Norwood", "Oakdale", "Pine Ridge", "Quincy", "Riverside", "Springfield", "Troy",
    "Upton", "Västerås", "Westfield", "York", "Zürich",
)  # fmt: skip
STREETS = ("Main St", "Oak Ave", "2nd St", "Market Sq", "Station Rd", "Mill Lane", "Hauptstraße", "Quai d'Orléans")

SUBJECTS = (
    "Locate request at {place}", "Line cut near {place}", "VPN down in {place}", "Printer jams, {place} office",
    "New user for {place}", "Backup failed: {place}", "Slow network in {place}", "Password reset ({place})",
    "Mail bounces from {place}", "Disk > 90 % full on server {place}", "Screen flickers in {place}",
    "Meter reading {place} & around",
    "Re-mark {place}: marks washed out", "Emergency dig in {place}", "Licence renewal {place}",
)  # fmt: skip
TEXTS = (
    "The caller says it began this morning. Nothing was changed.",
    "Please look at it before noon; the crew waits on site.\r\nGate code is on file.",
    "White-lined area, 30 ft wide & 4 ft deep. Contact <site office> on arrival.",
    "Happens about twice a day. A restart helps for an hour.",
    "Kunde meldet: „Seit gestern geht nichts mehr.“ Rückruf erbeten.",
    "Same as last month, see the earlier ticket.",
    "Utility marks are no longer visible; renewal of the ticket is needed.",
    "Screenshots were sent by mail. Error code 0x80070005.",
    "Customer asks for a quote first.",
    "Alert raised by monitoring: threshold exceeded for 15 minutes.",
)  # fmt: skip
NOTES = (
    "Called back, left a message.",
    "Located and marked; photos are attached.",
    "Waiting for the part, two days.",
    "Remote session: cleared the cache & restarted the service.",
    "Asked the vendor for help (case open).",
    "Kunde informiert, wartet auf Termin.",
    "No access to the site; crew returns tomorrow.",
)  # fmt: skip
NOTE_TITLES = ("Called back", "Site visit", "Update", "Vendor contacted", "")
COSTS = ("Cable, 50 m", "Marking paint", "Network switch", "Express delivery", "Laptop battery")
STEPS = ("Call the customer", "Check the marks", "Take photos", "Close the site", "Send the report")
TASKS = ("Plan the route", "Order material", "Dig", "Lay fibre", "Test & hand over")
PROJECTS = ("Fibre to {place}", "Office move {place}", "Server renewal {place}", "Gas main {place}")
PRODUCTS = ("Router R1", "Laptop L14", "Locator wand", "Server rack", "Office 2 licence")
