"""What the environment says, checked once at the start: a wrong value names its variable."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from policy.limits import Limits
from services.journal.output import FORMATS, LEVELS
from services.packs.storage.disks import LOCAL, S3
from services.packs.storage.s3_disk import S3Settings

_PREFIX = "STILLWATCH_"
_SHORTEST_SECRET = 16
_LONGEST_PASSWORD = 1024
_MOST_WORKERS = 64
_LONGEST_SPAN = 3600
_MOST_PACK_DAYS = 3650
_LONGEST_S3_PREFIX = 100
_MOST_KIB = 65_536
_MOST_SOCKETS = 100_000
_MOST_PAGES = 1_000_000
_MOST_EVENTS = 10_000
_MOST_MESSAGE_KIB = 1024  # beyond it the framework's own script sends nothing
_S3_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*/?")


class SettingsError(Exception):
    """A variable has a wrong value; the message is one line that names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's configuration; see `read_settings` for where each value comes from."""

    database_url: str
    data_dir: Path
    host: str
    port: int
    secret_key: str | None
    public_url: str
    trusted_proxies: tuple[str, ...]
    is_demo: bool
    demo_password: str | None
    workers: int
    lease: timedelta
    sweep: timedelta
    pack_disk: str
    s3: S3Settings | None
    keep_packs_for: timedelta
    log_format: str | None
    log_level: str
    largest_body: int
    limits: Limits
    notify_schemes: frozenset[str]
    mail_url: str | None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be read in a log."""
        s3_key = None if self.s3 is None else self.s3.secret_key
        password = make_url(self.database_url).password
        told = (self.secret_key, self.demo_password, s3_key, password, self.mail_url)
        return tuple(str(one) for one in told if one)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` asks for, with defaults for what it leaves out.

    Raises `SettingsError` for the first wrong value.
    """
    values = _own_values(environ)
    data_dir = _data_dir(values.get("DATA_DIR", "./var"))
    database_url = _database_url(values.get("DATABASE_URL"), data_dir)
    host = _host(values.get("HOST", "127.0.0.1"))
    port = _number("PORT", values.get("PORT", "8080"), 1, 65535)
    return Settings(
        database_url=database_url,
        data_dir=data_dir,
        host=host,
        port=port,
        secret_key=_secret_key(values.get("SECRET_KEY"), database_url),
        public_url=_public_url(values.get("PUBLIC_URL", f"http://{_in_url(host)}:{port}")),
        trusted_proxies=_trusted_proxies(values.get("TRUSTED_PROXIES", "")),
        is_demo=_switch("DEMO", values.get("DEMO", "0")),
        demo_password=_demo_password(values.get("DEMO_PASSWORD")),
        workers=_number("WORKERS", values.get("WORKERS", "2"), 0, _MOST_WORKERS),
        lease=_seconds("LEASE_SECONDS", values.get("LEASE_SECONDS", "30"), 2),
        sweep=_seconds("SWEEP_SECONDS", values.get("SWEEP_SECONDS", "5"), 1),
        pack_disk=_pack_disk(values),
        s3=_s3(values),
        keep_packs_for=timedelta(
            days=_number("PACK_DAYS", values.get("PACK_DAYS", "30"), 1, _MOST_PACK_DAYS)
        ),
        log_format=_choice("LOG_FORMAT", values.get("LOG_FORMAT"), FORMATS),
        log_level=_choice("LOG_LEVEL", values.get("LOG_LEVEL", "info"), LEVELS) or "",
        largest_body=1024 * _number("BODY_KIB", values.get("BODY_KIB", "1024"), 256, _MOST_KIB),
        limits=_limits(values),
        notify_schemes=_notify_schemes(values.get("NOTIFY_SCHEMES", "")),
        mail_url=_mail_url(values.get("MAIL_URL")),
    )


def load_or_create_secret(data_dir: Path) -> str:
    """The key of this data folder, made at the first call and the same for every process."""
    secret = load_or_create_private(data_dir / "secret.key", lambda: secrets.token_urlsafe(48))
    if len(secret) < _SHORTEST_SECRET:
        raise _wrong("DATA_DIR", "holds a secret.key that is damaged; delete it to have a new one")
    return secret


def load_or_create_private(path: Path, make: Callable[[], str]) -> str:
    """The text of `path`, which only its owner reads; written from `make()` when missing.

    Of several processes that start at once, one writes and all return the same text.
    """
    try:
        if not path.exists():
            _create(path, make())
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("DATA_DIR", f"is not usable, {path.name} fails: {error!s}") from error


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole and never replaces: whoever comes second reads the first one's.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _own_values(environ: Mapping[str, str]) -> dict[str, str]:
    own = {
        name.removeprefix(_PREFIX): value
        for name, value in environ.items()
        if name.startswith(_PREFIX)
    }
    for name, value in own.items():
        # Bytes that are no UTF-8 arrive as lone surrogates, which nothing behind us can store.
        if not value.isprintable():
            raise _wrong(name, "contains characters that are not printable")
    return own


def _data_dir(value: str) -> Path:
    if not value.strip():
        raise _wrong("DATA_DIR", "must name a folder, but is empty")
    path = Path(value)
    if path.exists() and not path.is_dir():
        raise _wrong("DATA_DIR", f"must name a folder, but {value!r} is a file")
    return path


def _database_url(value: str | None, data_dir: Path) -> str:
    if value is None:
        return _default_database_url(data_dir)
    # The URL may carry a password, so no message repeats it.
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise _wrong("DATABASE_URL", "is not a database URL") from error
    if url.drivername == "sqlite":
        return _sqlite_url(url)
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        full = url.set(drivername="postgresql+psycopg")
        return full.render_as_string(hide_password=False)
    raise _wrong("DATABASE_URL", "must begin with sqlite:/// or postgresql://")


def _default_database_url(data_dir: Path) -> str:
    path = str(data_dir / "stillwatch.db")
    url = URL.create("sqlite", database=path).render_as_string()
    if make_url(url).database != path:
        raise _wrong("DATA_DIR", "contains a character that a database URL cannot hold")
    return url


def _sqlite_url(url: URL) -> str:
    if url.host or not url.database or url.database.startswith((":", "file:")):
        raise _wrong("DATABASE_URL", "must name an SQLite file, as in sqlite:///var/stillwatch.db")
    if url.query:
        raise _wrong("DATABASE_URL", "takes no options after the name of an SQLite file")
    return url.render_as_string(hide_password=False)


def _secret_key(value: str | None, database_url: str) -> str | None:
    if value is None and not database_url.startswith("sqlite"):
        raise _wrong("SECRET_KEY", "must be set with PostgreSQL, to the same value everywhere")
    if value is not None and len(value) < _SHORTEST_SECRET:
        raise _wrong("SECRET_KEY", f"must have at least {_SHORTEST_SECRET} characters")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z._:%-]+", value):
        raise _wrong("HOST", f"must be a host name or an address, but is {value!r}")
    return value


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _public_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_usable = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        is_usable = False
    if not is_usable or parts.scheme not in {"http", "https"} or " " in value:
        raise _wrong("PUBLIC_URL", f"must be like https://console.example.com, but is {value!r}")
    if "@" in parts.netloc or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _wrong("PUBLIC_URL", "must be only scheme, host and port, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _trusted_proxies(value: str) -> tuple[str, ...]:
    """Addresses and networks, as they are compared: 10.0.0.0/8, 192.0.2.7, ::1."""
    words = [word.strip() for word in value.split(",") if word.strip()]
    try:
        networks = [ip_network(word) for word in words]
    except ValueError as error:
        raise _wrong(
            "TRUSTED_PROXIES", f"must be like 10.0.0.0/8,192.0.2.7, but is {value!r}"
        ) from error
    if any(network.prefixlen == 0 for network in networks):
        raise _wrong("TRUSTED_PROXIES", "must not trust everybody")
    return tuple(
        str(network.network_address if network.num_addresses == 1 else network)
        for network in networks
    )


def _switch(name: str, value: str) -> bool:
    if value not in {"0", "1"}:
        raise _wrong(name, f"must be 0 or 1, but is {value!r}")
    return value == "1"


def _choice(name: str, value: str | None, known: tuple[str, ...]) -> str | None:
    if value is not None and value not in known:
        raise _wrong(name, f"must be one of {', '.join(known)}, but is {value!r}")
    return value


def _number(name: str, value: str, least: int, most: int) -> int:
    if re.fullmatch(r"[0-9]{1,9}", value) and least <= int(value) <= most:
        return int(value)
    raise _wrong(name, f"must be a number from {least} to {most}, but is {value!r}")


def _seconds(name: str, value: str, least: int) -> timedelta:
    return timedelta(seconds=_number(name, value, least, _LONGEST_SPAN))


def _pack_disk(values: Mapping[str, str]) -> str:
    disk = values.get("PACK_DISK", LOCAL)
    if disk not in {LOCAL, S3}:
        raise _wrong("PACK_DISK", f"must be {LOCAL} or {S3}, but is {disk!r}")
    if disk == S3 and "S3_BUCKET" not in values:
        raise _wrong("S3_BUCKET", "must name the bucket for review packs, as PACK_DISK is s3")
    return disk


def _s3(values: Mapping[str, str]) -> S3Settings | None:
    """A bucket may also be there for the packs that were stored in it earlier."""
    bucket = values.get("S3_BUCKET")
    if bucket is None:
        for name in ("S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_PREFIX"):
            if name in values:
                raise _wrong("S3_BUCKET", f"must be set for {_PREFIX}{name} to have a meaning")
        return None
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise _wrong("S3_BUCKET", f"must be the name of a bucket, but is {bucket!r}")
    endpoint, region = values.get("S3_ENDPOINT_URL"), values.get("S3_REGION")
    if endpoint is not None and not _is_endpoint(endpoint):
        # It might carry a password, so it is not repeated.
        raise _wrong("S3_ENDPOINT_URL", "must be like https://s3.example.com, without credentials")
    if region is not None and not re.fullmatch(r"[a-z0-9-]{1,40}", region):
        raise _wrong("S3_REGION", f"must be the name of a region, but is {region!r}")
    access_key, secret_key = values.get("S3_ACCESS_KEY"), values.get("S3_SECRET_KEY")
    if access_key and not secret_key:
        raise _wrong("S3_SECRET_KEY", f"must be set together with {_PREFIX}S3_ACCESS_KEY")
    if secret_key and not access_key:
        raise _wrong("S3_ACCESS_KEY", f"must be set together with {_PREFIX}S3_SECRET_KEY")
    prefix = _s3_prefix(values.get("S3_PREFIX", ""))
    return S3Settings(bucket, endpoint, region, access_key or None, secret_key or None, prefix)


def _s3_prefix(value: str) -> str:
    if not value:
        return ""
    if len(value) > _LONGEST_S3_PREFIX or not _S3_PREFIX.fullmatch(value):
        raise _wrong(
            "S3_PREFIX", f"must be like console-a/, of letters and digits, but is {value!r}"
        )
    return f"{value.removesuffix('/')}/"


def _is_endpoint(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_usable = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        return False
    is_bare = "@" not in parts.netloc and not parts.query and not parts.fragment
    return is_usable and is_bare and parts.scheme in {"http", "https"} and " " not in value


def _limits(values: Mapping[str, str]) -> Limits:
    own = {
        "sockets_per_session": _limit(
            "SESSION_SOCKETS", values.get("SESSION_SOCKETS"), 1, _MOST_SOCKETS
        ),
        "sockets_per_address": _limit(
            "ADDRESS_SOCKETS", values.get("ADDRESS_SOCKETS"), 1, _MOST_SOCKETS
        ),
        "pages_per_session": _limit("SESSION_PAGES", values.get("SESSION_PAGES"), 10, _MOST_PAGES),
        "pages_per_address": _limit("ADDRESS_PAGES", values.get("ADDRESS_PAGES"), 10, _MOST_PAGES),
        "events_per_second": _limit("SOCKET_EVENTS", values.get("SOCKET_EVENTS"), 5, _MOST_EVENTS),
        "largest_message": 1024
        * _limit("MESSAGE_KIB", values.get("MESSAGE_KIB"), 16, _MOST_MESSAGE_KIB),
    }
    return replace(Limits(), **{name: value for name, value in own.items() if value})


def _limit(name: str, value: str | None, least: int, most: int) -> int:
    """The number that is given; 0 where it is left out."""
    return 0 if value is None else _number(name, value, least, most)


def _notify_schemes(value: str) -> frozenset[str]:
    """Services that are allowed besides the usual: gotifys, matrixs."""
    words = [word.strip().lower() for word in value.split(",") if word.strip()]
    if not all(re.fullmatch(r"[a-z0-9]{1,20}", word) for word in words):
        raise _wrong("NOTIFY_SCHEMES", f"must be like gotifys,matrixs, but is {value!r}")
    return frozenset(words)


def _mail_url(value: str | None) -> str | None:
    # It carries a password, so it is not repeated.
    if value is not None and not re.fullmatch(r"mailtos?://[^\s/]+\S*", value):
        raise _wrong("MAIL_URL", "must be like mailtos://user:password@mail.example.com")
    return value


def _demo_password(value: str | None) -> str | None:
    if value is not None and not 1 <= len(value) <= _LONGEST_PASSWORD:
        raise _wrong("DEMO_PASSWORD", f"must have 1 to {_LONGEST_PASSWORD} characters")
    return value


def _wrong(name: str, problem: str) -> SettingsError:
    return SettingsError(f"{_PREFIX}{name} {problem}.")
