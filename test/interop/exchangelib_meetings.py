#!/usr/bin/python3
"""Meetings of Exchange mailboxes through exchangelib, a client of its own, as a slave of the tests.

Arguments: URL USER PASSWORD COMMAND [VALUE]. `invite` makes a meeting with the attendees VALUE, divided by commas, and
sends it; `accept` says yes to what waits in the inbox, `move` lets it begin at hour VALUE and `cancel` calls it off, all
with messages to the others; `show` prints the calendar and how many messages there are as JSON.
"""
import json
import logging
import os
import sys
import warnings

os.environ["TZ"] = "UTC"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

try:
    from exchangelib import BASIC, DELEGATE, Account, CalendarItem, Configuration, Credentials, EWSTimeZone
    from exchangelib.ewsdatetime import EWSDateTime
    from exchangelib.items import MeetingRequest
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(2)

url, user, password, command, *rest = sys.argv[1:]
value = rest[0] if rest else ""
config = Configuration(
    service_endpoint=url, credentials=Credentials(user, password), auth_type=BASIC, max_connections=1
)
zone = EWSTimeZone("Europe/Berlin")
account = Account(
    primary_smtp_address=user, config=config, autodiscover=False, access_type=DELEGATE, default_timezone=zone
)


def at(hour):
    return EWSDateTime(2024, 6, 3, hour, 0, tzinfo=zone)


def meeting():
    return account.calendar.get(subject="Board")


def invite():
    CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Board",
        location="Room 1",
        start=at(9),
        end=at(10),
        required_attendees=value.split(","),
    ).save(send_meeting_invitations="SendToAllAndSaveCopy")


def accept():
    for message in account.inbox.all():
        if isinstance(message, MeetingRequest):
            message.accept()


def move():
    item = meeting()
    item.start, item.end = at(int(value)), at(int(value) + 1)
    item.save(update_fields=["start", "end"], send_meeting_invitations="SendToAllAndSaveCopy")


def cancel():
    meeting().cancel()


def show():
    view = account.calendar.view(start=at(0), end=at(23))
    return {
        "events": [
            {
                "subject": item.subject,
                "location": item.location,
                "start": str(item.start),
                "cancelled": bool(item.is_cancelled),
                "mine": item.my_response_type,
                "attendees": {
                    one.mailbox.email_address: one.response_type for one in item.required_attendees or []
                },
            }
            for item in view
        ],
        "inbox": account.inbox.total_count,
        "sent": account.sent.total_count,
    }


commands = {"invite": invite, "accept": accept, "move": move, "cancel": cancel, "show": show}
print(json.dumps(commands[command]()))
