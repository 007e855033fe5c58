"""Which pages are the console's own, by where a browser says that they come from."""

import ipaddress
from urllib.parse import urlsplit


def is_own_origin(origin: str, public_url: str, host: str) -> bool:
    """Whether a page of `origin` may talk to us, who were addressed as `host`.

    By the address that people use; else only by a number or as localhost, and then by the very one
    that was asked: of a name that anyone could point at us, that says nothing.
    """
    if not origin or origin == public_url:
        return bool(origin)
    try:
        parts = urlsplit(origin)
        is_plain = origin == f"{parts.scheme}://{parts.netloc}" and parts.scheme in _SCHEMES
        return is_plain and parts.netloc == host and _is_fixed(parts.hostname or "")
    except ValueError:
        return False


_SCHEMES = frozenset({"http", "https"})


def _is_fixed(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
