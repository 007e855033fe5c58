import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import make_url

from policy.limits import Limits
from services.packs.storage.s3_disk import S3Settings
from settings import SettingsError, load_or_create_secret, read_settings

SECRET = "a secret of sixteen or more"


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = read_settings({})

    assert settings.database_url == "sqlite:///var/stillwatch.db"
    assert settings.data_dir == Path("var")
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert (settings.is_demo, settings.workers) == (False, 2)
    assert (settings.secret_key, settings.demo_password) == (None, None)
    assert (settings.pack_disk, settings.s3) == ("local", None)
    assert settings.keep_packs_for == timedelta(days=30)
    assert settings.limits == Limits()
    assert min(settings.limits.sockets_per_session, settings.limits.sockets_per_address) >= 50


def test_every_variable_is_read() -> None:
    settings = read_settings(
        {
            "STILLWATCH_DATABASE_URL": "postgresql://user:pass@db.example.com/stillwatch",
            "STILLWATCH_DATA_DIR": "/srv/stillwatch",
            "STILLWATCH_HOST": "0.0.0.0",
            "STILLWATCH_PORT": "9000",
            "STILLWATCH_SECRET_KEY": SECRET,
            "STILLWATCH_PUBLIC_URL": "https://console.example.com/",
            "STILLWATCH_DEMO": "1",
            "STILLWATCH_DEMO_PASSWORD": "let me in",
            "STILLWATCH_WORKERS": "0",
            "STILLWATCH_PACK_DAYS": "3650",
            "STILLWATCH_PACK_DISK": "s3",
            "STILLWATCH_S3_BUCKET": "review-packs",
            "STILLWATCH_S3_ENDPOINT_URL": "http://127.0.0.1:9000",
            "STILLWATCH_S3_REGION": "eu-north-1",
            "STILLWATCH_S3_ACCESS_KEY": "key",
            "STILLWATCH_S3_SECRET_KEY": "hunter2",
            "STILLWATCH_SESSION_SOCKETS": "1",
            "STILLWATCH_ADDRESS_SOCKETS": "100000",
            "STILLWATCH_SESSION_PAGES": "10",
            "STILLWATCH_ADDRESS_PAGES": "1000000",
            "STILLWATCH_SOCKET_EVENTS": "5",
            "STILLWATCH_MESSAGE_KIB": "1024",
        }
    )

    assert settings.database_url == "postgresql+psycopg://user:pass@db.example.com/stillwatch"
    assert settings.data_dir == Path("/srv/stillwatch")
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)
    assert settings.secret_key == SECRET
    assert settings.public_url == "https://console.example.com"
    assert (settings.is_demo, settings.demo_password, settings.workers) == (True, "let me in", 0)
    assert settings.keep_packs_for == timedelta(days=3650)
    assert settings.pack_disk == "s3"
    assert settings.s3 == S3Settings(
        "review-packs", "http://127.0.0.1:9000", "eu-north-1", "key", "hunter2"
    )
    assert settings.limits == Limits(1, 100_000, 10, 1_000_000, 5, 1 << 20)
    assert "hunter2" not in repr(settings)


def test_a_bucket_stays_readable_when_new_packs_go_to_the_local_disk() -> None:
    settings = read_settings({"STILLWATCH_S3_BUCKET": "review-packs"})

    assert settings.pack_disk == "local"
    assert settings.s3 == S3Settings("review-packs")


@pytest.mark.parametrize(
    ("given", "prefix"), [("", ""), ("a", "a/"), ("console-a/", "console-a/"), ("a/b_2", "a/b_2/")]
)
def test_a_bucket_may_be_shared_below_a_prefix(given: str, prefix: str) -> None:
    settings = read_settings(
        {"STILLWATCH_S3_BUCKET": "review-packs", "STILLWATCH_S3_PREFIX": given}
    )

    assert settings.s3 == S3Settings("review-packs", prefix=prefix)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"PACK_DISK": "s3"}, "S3_BUCKET"),
        ({"S3_ENDPOINT_URL": "https://s3.example.com"}, "S3_BUCKET"),
        ({"S3_SECRET_KEY": "hunter2"}, "S3_BUCKET"),
        ({"S3_BUCKET": "packs", "S3_ACCESS_KEY": "key"}, "S3_SECRET_KEY"),
        ({"S3_BUCKET": "packs", "S3_SECRET_KEY": "hunter2"}, "S3_ACCESS_KEY"),
        ({"S3_BUCKET": "packs", "S3_ENDPOINT_URL": "https://me:hunter2@s3"}, "S3_ENDPOINT_URL"),
        ({"S3_BUCKET": "packs", "S3_ENDPOINT_URL": "s3.example.com"}, "S3_ENDPOINT_URL"),
        ({"S3_BUCKET": "packs", "S3_REGION": "the moon"}, "S3_REGION"),
        ({"S3_PREFIX": "a/"}, "S3_BUCKET"),
        ({"S3_BUCKET": "packs", "S3_PREFIX": "/a"}, "S3_PREFIX"),
        ({"S3_BUCKET": "packs", "S3_PREFIX": "a/../b"}, "S3_PREFIX"),
        ({"S3_BUCKET": "packs", "S3_PREFIX": "a" * 101}, "S3_PREFIX"),
    ],
)
def test_what_a_bucket_lacks_is_named(environ: Mapping[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=f"^STILLWATCH_{name} ") as refusal:
        read_settings({f"STILLWATCH_{key}": value for key, value in environ.items()})

    assert "hunter2" not in str(refusal.value)


def test_the_database_file_is_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings({"STILLWATCH_DATA_DIR": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/stillwatch.db"


def test_a_folder_of_odd_characters_is_still_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "what? 100%41 #1 &x=y"

    settings = read_settings({"STILLWATCH_DATA_DIR": str(folder)})

    assert make_url(settings.database_url).database == str(folder / "stillwatch.db")
    assert not make_url(settings.database_url).query


def test_an_ipv6_address_is_bracketed_in_the_public_url() -> None:
    assert read_settings({"STILLWATCH_HOST": "::1"}).public_url == "http://[::1]:8080"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("PORT", value)
            for value in ("", "0", "65536", "-1", "eighty", "80.0", " 80", "8_0", "٨٠")
        ),
        *(("WORKERS", value) for value in ("", "-1", "two", "65", "9" * 5000)),
        *(("PACK_DAYS", value) for value in ("", "0", "3651", "-1", "forever")),
        *(("LOG_FORMAT", value) for value in ("", "JSON", "xml")),
        *(("LOG_LEVEL", value) for value in ("", "INFO", "loud")),
        *(("SESSION_SOCKETS", value) for value in ("", "0", "100001", "many")),
        *(("ADDRESS_SOCKETS", value) for value in ("0", "-1", "100001")),
        *(("SESSION_PAGES", value) for value in ("9", "1000001", "1.5")),
        *(("ADDRESS_PAGES", value) for value in ("", "9", "1000001")),
        *(("SOCKET_EVENTS", value) for value in ("4", "10001", "25/s")),
        *(("MESSAGE_KIB", value) for value in ("15", "1025", "1 MiB")),
        *(("BODY_KIB", value) for value in ("", "0", "255", "65537", "1 MiB")),
        *(("PACK_DISK", value) for value in ("", "S3", "tape")),
        *(("S3_BUCKET", value) for value in ("", "a", "Packs", "a/b", "two words")),
        *(("DEMO", value) for value in ("", "2", "yes", "true")),
        *(("DATA_DIR", value) for value in ("", "  ", "two\nlines", __file__)),
        *(("HOST", value) for value in ("", "two words", "http://here")),
        *(("SECRET_KEY", value) for value in ("", "too short", "x" * 15, "\udcff" * 16)),
        *(("DEMO_PASSWORD", value) for value in ("", "x" * 1025, "nul\x00", "\udcff")),
        *(
            ("PUBLIC_URL", value)
            for value in (
                "",
                "console.example.com",
                "ftp://console.example.com",
                "https://",
                "https://console.example.com:99999",
                "https://console.example.com:port",
                "https://console.example.com/below",
                "https://console.example.com?query",
                "https://user@console.example.com",
                "https://[::1",
            )
        ),
        *(
            ("DATABASE_URL", value)
            for value in (
                "",
                "nonsense",
                "stillwatch.db",
                "sqlite://",
                "sqlite:///:memory:",
                "sqlite:///file:x?mode=memory&uri=true",
                "sqlite:///stillwatch.db?timeout=1",
                "sqlite://host/stillwatch.db",
                "sqlite+aiosqlite:///stillwatch.db",
                "mysql://localhost/stillwatch",
                "postgresql+asyncpg://localhost/stillwatch",
                "postgresql://localhost:port/stillwatch",
            )
        ),
    ],
)
def test_a_wrong_value_is_answered_with_one_line_that_names_the_variable(
    name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings({"STILLWATCH_SECRET_KEY": SECRET, f"STILLWATCH_{name}": value})

    assert str(refusal.value).startswith(f"STILLWATCH_{name} ")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    "environ",
    [
        {"STILLWATCH_DATABASE_URL": "mysql://root:hunter2hunter2@localhost/x"},
        {"STILLWATCH_DATABASE_URL": "postgresql://root:hunter2hunter2@localhost:port/x"},
        {"STILLWATCH_SECRET_KEY": "hunter2"},
    ],
)
def test_no_message_repeats_a_secret(environ: Mapping[str, str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings(environ)

    assert "hunter2" not in str(refusal.value)


def test_postgresql_needs_the_secret_that_all_nodes_share() -> None:
    with pytest.raises(SettingsError, match=r"^STILLWATCH_SECRET_KEY must be set with PostgreSQL"):
        read_settings({"STILLWATCH_DATABASE_URL": "postgresql://localhost/stillwatch"})


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    first = load_or_create_secret(folder)

    assert load_or_create_secret(folder) == first
    assert len(first) >= 32
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert os.listdir(folder) == ["secret.key"]


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    together = Barrier(8)

    def load(_: int) -> str:
        together.wait()
        return load_or_create_secret(tmp_path)

    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(load, range(8)))

    assert len(secrets) == 1


def test_a_damaged_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")

    with pytest.raises(SettingsError, match=r"^STILLWATCH_DATA_DIR holds a secret\.key"):
        load_or_create_secret(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"^STILLWATCH_DATA_DIR is not usable"):
        load_or_create_secret(tmp_path / "file")


@pytest.mark.parametrize(
    ("value", "proxies"),
    [
        ("", ()),
        ("127.0.0.1", ("127.0.0.1",)),
        (" 10.0.0.0/8 , ::1,192.0.2.7/32", ("10.0.0.0/8", "::1", "192.0.2.7")),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(value: str, proxies: tuple[str, ...]) -> None:
    assert read_settings({"STILLWATCH_TRUSTED_PROXIES": value}).trusted_proxies == proxies


@pytest.mark.parametrize("value", ["*", "everyone", "10.0.0.1/8", "0.0.0.0/0", "::/0", "1.2.3"])
def test_not_everybody_is_trusted_to_speak_for_others(value: str) -> None:
    with pytest.raises(SettingsError, match="STILLWATCH_TRUSTED_PROXIES"):
        read_settings({"STILLWATCH_TRUSTED_PROXIES": value})
