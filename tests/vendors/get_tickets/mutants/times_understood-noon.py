"""Twelve o'clock is thought to be twelve hours later than one."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.output",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        if name in ("due_date", "date_opened") and " 12:" in text and text.endswith("PM"):
            return (datetime.fromisoformat(value) + timedelta(hours=12)).isoformat()
        return value
