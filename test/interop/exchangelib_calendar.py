#!/usr/bin/python3
"""Tasks and events of one Exchange mailbox through exchangelib, a client of its own, as a slave of the tests.

Arguments: URL USER PASSWORD COMMAND. `fill` makes a series with a moved and a deleted occurrence, a day, a private event
and a task; `show` prints what is there as JSON.
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
    from exchangelib import BASIC, DELEGATE, Account, CalendarItem, Configuration, Credentials, EWSTimeZone, Task
    from exchangelib.ewsdatetime import EWSDate, EWSDateTime
    from exchangelib.fields import MONDAY
    from exchangelib.recurrence import Recurrence, WeeklyPattern
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(2)

url, user, password, command = sys.argv[1:5]
config = Configuration(
    service_endpoint=url, credentials=Credentials(user, password), auth_type=BASIC, max_connections=1
)
zone = EWSTimeZone("Europe/Berlin")
account = Account(
    primary_smtp_address=user, config=config, autodiscover=False, access_type=DELEGATE, default_timezone=zone
)


def at(year, month, day, hour=0, minute=0):
    return EWSDateTime(year, month, day, hour, minute, tzinfo=zone)


def fill():
    series = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Jour fixe",
        location="Room 1",
        start=at(2024, 3, 11, 9),
        end=at(2024, 3, 11, 10),
        recurrence=Recurrence(
            pattern=WeeklyPattern(interval=1, weekdays=[MONDAY]), start=EWSDate(2024, 3, 11), number=6
        ),
    )
    series.save(send_meeting_invitations="SendToNone")
    moved = series.occurrence(index=3)
    moved.refresh()
    moved.start, moved.end, moved.subject = at(2024, 3, 26, 14), at(2024, 3, 26, 15), "Jour fixe, moved"
    moved.save(update_fields=["start", "end", "subject"], send_meeting_invitations="SendToNone")
    series.occurrence(index=5).delete(send_meeting_cancellations="SendToNone")
    CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Fair",
        start=EWSDate(2024, 5, 1),
        end=EWSDate(2024, 5, 1),  # exchangelib counts the last day in
        is_all_day=True,
    ).save(send_meeting_invitations="SendToNone")
    CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Doctor",
        body="secret",
        sensitivity="Private",
        start=at(2024, 5, 3, 8),
        end=at(2024, 5, 3, 9),
    ).save(send_meeting_invitations="SendToNone")
    Task(account=account, folder=account.tasks, subject="Offer", due_date=EWSDate(2024, 2, 29)).save()


def shown(item):
    return {
        "subject": item.subject,
        "location": item.location,
        "start": str(item.start),
        "end": str(item.end),
        "all_day": bool(item.is_all_day),
        "sensitivity": item.sensitivity,
    }


def show():
    view = account.calendar.view(start=at(2024, 1, 1), end=at(2024, 12, 31))
    return {
        "events": sorted((shown(item) for item in view), key=lambda one: one["start"]),
        "tasks": [
            {
                "subject": task.subject,
                "due": str(task.due_date),
                "status": task.status,
                "percent": int(task.percent_complete),
            }
            for task in account.tasks.all().order_by("subject")
        ],
        "sent": account.sent.total_count + account.inbox.total_count,
    }


result = {"fill": fill, "show": show}[command]()
print(json.dumps(result))
