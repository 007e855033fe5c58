"""The terms of administration: what a name, an address and a password must be, and a refusal."""

import re
import secrets

from policy.wording import said
from services.auth import LONGEST_EMAIL, LONGEST_PASSWORD, hash_password, normal_email

LONGEST_NAME = 200
SHORTEST_PASSWORD = 8

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Nothing that is mistaken for something else when it is read out or copied by hand.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


class AdministrationError(Exception):
    """What was asked for cannot be done; the message says why."""


class ChangedMeanwhileError(AdministrationError):
    """What the person decided about is not what is stored any more."""

    def __init__(self) -> None:
        super().__init__(
            said("Someone else has changed this meanwhile. Look again before you decide.")
        )


def proper_slug(slug: str) -> str:
    """A short name as it is stored and written in addresses."""
    if not _SLUG.fullmatch(slug):
        raise AdministrationError(
            said(
                "{slug} is not a short name: use a-z, 0-9 and -, at most 63 characters.",
                slug=repr(slug[:80]),
            )
        )
    return slug


def proper_name(name: str) -> str:
    """A name for people: one printable line without surrounding blanks."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AdministrationError(
            said("A name is one line of 1 to {most} printable characters.", most=LONGEST_NAME)
        )
    return name


def proper_email(email: str) -> str:
    """An address as it is stored and compared."""
    address = normal_email(email)
    is_address = re.fullmatch(r"[^@\s]+@[^@\s]+", address) and address.isprintable()
    if not is_address or len(address) > LONGEST_EMAIL:
        raise AdministrationError(said("{email} is not an e-mail address.", email=repr(email[:80])))
    return address


def password_hash(password: str) -> str:
    """The hash of a new password; takes tens of milliseconds."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AdministrationError(
            said(
                "A password needs {least} to {most} characters.",
                least=SHORTEST_PASSWORD,
                most=LONGEST_PASSWORD,
            )
        )
    return hash_password(password)


def first_password() -> str:
    """A password to be handed over once: 99 bits, easy to type."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)
