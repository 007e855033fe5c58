"""By what services people may be told, and how a message is handed to one of them.

Whoever sets up a channel names a host that this machine then talks to. So only services are taken
whose hosts the library knows, or whose host is a public one; no file, no desktop, no command.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policy.wording import said
from services.admin_terms import AdministrationError

if TYPE_CHECKING:
    from apprise import NotifyBase

# Their hosts are fixed by the library.
_KNOWN_HOSTS = frozenset({"discord", "gchat", "pover", "slack", "tgram", "webex", "wxteams"})
# Their hosts are named by whoever sets them up.
_NAMED_HOSTS = frozenset({"mailto", "mailtos", "ntfy", "ntfys", "workflow", "workflows"})
# Of an address, what cannot read files, fetch further addresses, or keep us waiting.
_PARAMETERS = frozenset(
    {"bcc", "cc", "channel", "footer", "format", "from", "image", "name", "pass", "priority"}
    | {"reply", "smtp", "tags", "thread", "to", "token", "topic", "user"}
)
_OWN_MAIL = "email:"
_EMAIL = re.compile(r"[^\s@,;<>\"'/?#&%:]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
# A name that every resolver reads alike.
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?")
_LONGEST_ADDRESS = 1000
_SECONDS = 10


class AddressError(AdministrationError):
    """The address names no service that may be used here; the message says why."""


class NotDeliveredError(Exception):
    """The service did not take the message; it may later."""


def english(language: str | None, text: str) -> str:
    """What is said, in the language it was written in."""
    return text


@dataclass(frozen=True, slots=True)
class Outlet:
    """What an instance allows: `schemes` beyond the usual, whose hosts are nobody's business.

    With `mail_url`, the instance's own mail server, an e-mail address is enough. `tell` says a
    text in a language.
    """

    schemes: frozenset[str] = frozenset()
    mail_url: str | None = field(default=None, repr=False)
    public_url: str = ""
    tell: Callable[[str | None, str], str] = english

    def accept(self, address: str) -> str:
        """What is to be stored of an address as it was typed. Raises `AddressError`."""
        address = address.strip()
        if _EMAIL.fullmatch(address):
            if self.mail_url is None:
                raise AddressError(said("This console has no mail server; give a mailto:// URL."))
            return f"{_OWN_MAIL}{address}"
        if address.startswith(_OWN_MAIL):
            raise AddressError(said("This is no address that can be used."))
        if len(address) > _LONGEST_ADDRESS or not address.isprintable():
            raise AddressError(said("This is no address that can be used."))
        self._open(address)
        return address

    def send(self, address: str, title: str, body: str) -> None:
        """Hand a message over, within seconds.

        Raises `AddressError` when it never may be, and `NotDeliveredError`.
        """
        from apprise import Apprise, NotifyFormat

        service = self._open(address)
        self._require_public(address, service)
        try:
            # Told that it is plain, it is escaped for services that take HTML.
            is_taken = Apprise(service, asset=service.asset).notify(
                body=body, title=title, body_format=NotifyFormat.TEXT
            )
        except Exception as error:  # a plug-in of the library; what it raises may hold a secret
            raise NotDeliveredError(said("The service failed.")) from error
        if not is_taken:
            raise NotDeliveredError(said("The service did not take the message."))

    def _open(self, address: str) -> "NotifyBase":
        # Late, because only who sends pays for it.
        from apprise import Apprise, AppriseAsset

        asset = AppriseAsset(secure_logging=True, http_redirects=False, async_mode=False)
        if address.startswith(_OWN_MAIL):
            url = self._own_mail(address.removeprefix(_OWN_MAIL))
        else:
            _require_scheme(_scheme_of(address), self.schemes)
            url = _parsed(address)
        service = None if url is None else Apprise.instantiate(url, asset=asset)
        if service is None:
            raise AddressError(said("This is no address that can be used."))
        service.socket_connect_timeout = service.socket_read_timeout = _SECONDS
        service.redirects = False
        if not address.startswith(_OWN_MAIL):  # whoever runs the console knows their own server
            service.verify_certificate = True
        return service

    def _own_mail(self, recipient: str) -> dict[str, Any] | None:
        from apprise import Apprise

        if self.mail_url is None:
            raise AddressError(said("This console has no mail server any more."))
        found = Apprise.instantiate(self.mail_url)
        parsed: dict[str, Any] | None = None if found is None else found.parse_url(self.mail_url)
        return None if parsed is None else {**parsed, "targets": [recipient], "cc": "", "bcc": ""}

    def _require_public(self, address: str, service: "NotifyBase") -> None:
        scheme = _scheme_of(address)
        if address.startswith(_OWN_MAIL) or scheme in self.schemes or scheme in _KNOWN_HOSTS:
            return
        host = getattr(service, "smtp_host", None) or _host_of(service)
        if host and not (_HOST.fullmatch(host) and is_public(host)):
            raise AddressError(said("This address does not lead to a public host."))


def shown_address(address: str) -> str:
    """What may be read of an address later: the service, or where an e-mail goes."""
    if address.startswith(_OWN_MAIL):
        return address.removeprefix(_OWN_MAIL)
    return f"{_scheme_of(address)}://…"


def is_public(host: str) -> bool:
    """Whether every address of a host is one of the public network. Raises `NotDeliveredError`."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDeliveredError(said("The host of the service was not found.")) from error
    return all(_is_public_address(str(one[4][0]).partition("%")[0]) for one in found)


def _is_public_address(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    found = address if mapped is None else mapped
    return bool(found.is_global and not found.is_multicast)


def _scheme_of(address: str) -> str:
    return address.partition("://")[0].lower() if "://" in address else ""


def _require_scheme(scheme: str, further: frozenset[str]) -> None:
    allowed = _KNOWN_HOSTS | _NAMED_HOSTS | further
    if scheme not in allowed:
        raise AddressError(
            said(
                "Use one of: {schemes}.", schemes=", ".join(f"{one}://" for one in sorted(allowed))
            )
        )


def _parsed(address: str) -> dict[str, Any] | None:
    """What the library reads in an address, which is then all that is used of it.

    It parts parameters at `;` too and reads on past a `#`, so no other reading will do.
    """
    from apprise.plugins import url_to_dict
    from apprise.utils.parse import parse_url

    usual = parse_url(address, verify_host=False)  # type: ignore[no-untyped-call]
    parsed: dict[str, Any] | None = url_to_dict(address)  # type: ignore[no-untyped-call]
    if usual is None or parsed is None:
        return None
    # Each of them is among `qsd`, with its sign, also when it is in `qsd+`, `qsd-` or `qsd:`.
    for name in {**usual["qsd"], **parsed["qsd"]}:
        if name.lower() not in _PARAMETERS:
            raise AddressError(said("The parameter {name} is not taken.", name=repr(name)[:40]))
    return parsed


def _host_of(service: "NotifyBase") -> str | None:
    # ntfy without a host of its own is the public one, and then its host is a topic.
    if getattr(service, "mode", None) == "cloud":
        return None
    host: str | None = service.host
    return host
