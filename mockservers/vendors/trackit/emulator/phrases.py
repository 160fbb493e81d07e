"""Words that made-up tickets and notes are put together from. Knows no table."""

from __future__ import annotations

SUMMARIES = (
    "Printer on floor {n} does not print",
    "Cannot log in to application {n}",
    "Screen {n} stays dark",
    "VPN drops after {n} minutes",
    "New laptop for room {n}",
    "Password of mailbox {n} expired",
    "Network share {n} is slow",
    "Telephone {n} has no dial tone",
    "Update {n} fails",
    "Scanner {n} makes stripes",
)
DETAILS = (
    "It began this morning.",
    "Nothing was changed before.",
    "The light is green.",
    "Somebody else has it too.",
    "Works after a restart, for a while.",
    "Error 0x80070005 is shown.",
    "Bitte zurückrufen, danke.",
)
NOTES = (
    "Called the requestor, no answer.",
    "Replaced the cable.",
    "Checked the event log: nothing.",
    "Waiting for a spare part.",
    "<p>Installed the <b>new</b> driver.</p>",
    "Asked for a time to visit.",
    "Works again; will look after it tomorrow.",
)
