#!/usr/bin/python3
"""Contacts of one Exchange mailbox through exchangelib, a client of its own, as a slave of the tests.

Reads one JSON command a line from stdin, writes one JSON answer a line to stdout: {"ok": result} or {"error": text}.
Commands: connect, create, list, edit, photo, delete, trashFolder, move. A folder is one below the contacts, or with a / before its name
one below the root. Names of fields are exchangelib's.
"""
import base64
import json
import logging
import os
import sys
import warnings

os.environ["TZ"] = "UTC"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

try:
    from exchangelib import BASIC, DELEGATE, NTLM, Account, Body, Configuration, Contact, Credentials, EWSTimeZone, ExtendedProperty
    from exchangelib import FileAttachment
    from exchangelib.ewsdatetime import EWSDate
    from exchangelib.folders import Contacts
    from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
    from exchangelib.protocol import close_connections
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(2)


class NamePrefix(ExtendedProperty):
    """The title before a name has no element that may be written."""

    property_tag = 0x3A45
    property_type = "String"


Contact.register("name_prefix", NamePrefix)

TEXTS = [
    "name_prefix",
    "given_name",
    "middle_name",
    "surname",
    "generation",
    "nickname",
    "company_name",
    "job_title",
    "department",
    "business_homepage",
    "display_name",
    "file_as",
]
ADDRESS = ["street", "city", "state", "country", "zipcode"]
state = {}


def values_of(given, present=None):
    """exchangelib's attributes for what a command says. Of keyed values only those named change."""
    values = {}
    for name, value in given.items():
        if name == "email_addresses":
            kept = {e.label: e.email for e in (present.email_addresses or [])} if present else {}
            kept.update(value)
            values[name] = [EmailAddress(label=k, email=v) for k, v in kept.items() if v]
        elif name == "phone_numbers":
            kept = {p.label: p.phone_number for p in (present.phone_numbers or [])} if present else {}
            kept.update(value)
            values[name] = [PhoneNumber(label=k, phone_number=v) for k, v in kept.items() if v]
        elif name == "physical_addresses":
            kept = {}
            if present:
                for one in present.physical_addresses or []:
                    kept[one.label] = {part: getattr(one, part) for part in ADDRESS if getattr(one, part)}
            for label, parts in value.items():
                kept[label] = {**kept.get(label, {}), **parts}
            values[name] = [PhysicalAddress(label=k, **v) for k, v in kept.items()]
        elif name == "birthday":
            values[name] = EWSDate.from_string(value) if value else None
        elif name == "body":
            values[name] = Body(value) if value else None
        else:
            values[name] = value
    return values


def with_lf(text):
    """Exchange keeps line ends as they come, and Outlook wants both characters."""
    return text.replace("\r\n", "\n")


def shown(contact):
    """The filled fields of a contact, as plain values."""
    found = {name: getattr(contact, name) for name in TEXTS}
    found["email_addresses"] = {e.label: e.email for e in contact.email_addresses or [] if e.email}
    found["phone_numbers"] = {p.label: p.phone_number for p in contact.phone_numbers or [] if p.phone_number}
    found["physical_addresses"] = {
        one.label: {part: with_lf(getattr(one, part)) for part in ADDRESS if getattr(one, part)}
        for one in contact.physical_addresses or []
    }
    found["birthday"] = contact.birthday.isoformat() if contact.birthday else None
    found["body"] = with_lf(str(contact.body)) if contact.body else None
    found["categories"] = list(contact.categories or [])
    pictures = [a for a in contact.attachments or [] if isinstance(a, FileAttachment) and a.is_contact_photo]
    found["photo"] = [base64.b64encode(picture.content).decode() for picture in pictures]
    found["has_picture"] = bool(contact.has_picture)
    return {name: value for name, value in found.items() if value}


def folder_named(name):
    if not name:
        return state["account"].contacts
    if name.startswith("/"):
        return next(one for one in state["account"].msg_folder_root.children if one.name == name[1:])
    for folder in state["account"].contacts.children:
        if folder.name == name:
            return folder
    folder = Contacts(parent=state["account"].contacts, name=name)
    folder.save()
    return folder


def contacts_in(folder):
    return [one for one in folder.all() if isinstance(one, Contact)]


def find(email, folder=None):
    """The one contact with this address; by its id where it was seen before."""
    home = folder_named(folder)
    if email not in state["ids"]:
        for one in contacts_in(home):
            for address in one.email_addresses or []:
                state["ids"][address.email] = one.id
    return home.get(id=state["ids"][email])


def connect(url, user, password, auth):
    state["ids"] = {}
    # What exchangelib remembers of a server by its address would be taken for another one that got the same port.
    close_connections()
    config = Configuration(
        service_endpoint=url,
        credentials=Credentials(user, password),
        auth_type={"basic": BASIC, "ntlm": NTLM}[auth],
        max_connections=1,
    )
    state["account"] = Account(
        primary_smtp_address=user,
        config=config,
        autodiscover=False,
        access_type=DELEGATE,
        default_timezone=EWSTimeZone("UTC"),
    )
    return state["account"].version.api_version


def name_of(given):
    """exchangelib wants a display name."""
    return "%s %s" % (given["given_name"], given["surname"])


def create(contacts, folder=None):
    account, home = state["account"], folder_named(folder)
    items = [Contact(account=account, folder=home, display_name=name_of(one), **values_of(one)) for one in contacts]
    for given, made in zip(contacts, account.bulk_create(folder=home, items=items)):
        if isinstance(made, Exception):
            raise made
        for email in given.get("email_addresses", {}).values():
            state["ids"][email] = made.id


def listed(folder=None):
    return [shown(one) for one in contacts_in(folder_named(folder))]


def edit(email, set):
    contact = find(email)
    changes = values_of(set, contact)
    for name, value in changes.items():
        setattr(contact, name, value)
    contact.save(update_fields=list(changes))


def photo(email, content):
    contact = find(email)
    for attachment in list(contact.attachments or []):
        contact.detach(attachment)
    if content:
        picture = FileAttachment(
            name="ContactPicture.jpg",
            content_type="image/jpeg",
            content=base64.b64decode(content),
            is_contact_photo=True,
        )
        contact.attach(picture)


def delete(email, how):
    contact = find(email)
    del state["ids"][email]
    if how == "trash":
        contact.move_to_trash()
    else:
        contact.delete()


def trash_folder(folder):
    folder_named(folder).delete(delete_type="MoveToDeletedItems")


def move(email, folder, back=False):
    contact = find(email, folder if back else None)
    contact.move(folder_named(None if back else folder))
    state["ids"][email] = contact.id


COMMANDS = {
    "connect": connect,
    "create": create,
    "list": listed,
    "edit": edit,
    "photo": photo,
    "delete": delete,
    "trashFolder": trash_folder,
    "move": move,
}

for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"ok": COMMANDS[command.pop("do")](**command)}
    except Exception as error:  # the test decides what to make of it
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(answer), flush=True)
