"""Offline verification: any change is found, and no file harms the one who checks it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillwatch.pack_command import pack
from stillwatch.pack_verify import verify_pack

CSV = b"run_id,type\r\n1,a\r\n2,b\r\n"
Manifest = dict[str, Any]


def described(name: str, data: bytes, rows: int | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": rows,
    }


def manifest_of(members: dict[str, bytes]) -> Manifest:
    return {
        "format": "stillwatch-review-pack/1",
        "members": [
            described(name, data, data.count(b"\n") - 1 if name.endswith(".csv") else None)
            for name, data in members.items()
        ],
    }


def packed(members: dict[str, bytes], manifest: object = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if manifest is not ...:
            text = json.dumps(manifest_of(members) if manifest is None else manifest)
            archive.writestr("manifest.json", text)
    return file.getvalue()


GOOD = {"runs.csv": CSV, "report.html": b"<p>fine</p>"}


@pytest.fixture
def verify(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    def findings(data: bytes, **options: Any) -> tuple[str, ...]:
        path = tmp_path / "pack.zip"
        path.write_bytes(data)
        return verify_pack(path, **options).findings

    return findings


Verify = Callable[..., tuple[str, ...]]


def test_a_pack_as_it_was_made_is_intact(verify: Verify) -> None:
    assert verify(packed(GOOD)) == ()


@pytest.mark.parametrize(
    ("members", "finding"),
    [
        ({**GOOD, "runs.csv": CSV.replace(b"a", b"x")}, "runs.csv was altered"),
        ({**GOOD, "runs.csv": CSV[:-5]}, "runs.csv has 18 bytes instead of 23"),
        ({**GOOD, "runs.csv": CSV + b"3,c\r\n"}, "runs.csv is longer than the 23 bytes"),
        ({"runs.csv": CSV}, "report.html is missing"),
        ({**GOOD, "more.csv": b"x"}, "more.csv is not in the manifest"),
        ({**GOOD, "../evil.sh": b"x"}, "../evil.sh is not the name of a member"),
        ({**GOOD, "/etc/passwd": b"x"}, "/etc/passwd is not the name of a member"),
        ({**GOOD, "a\\b.csv": b"x"}, "is not the name of a member"),
        ({**GOOD, "a\x1b[31m.csv": b"x"}, "a?[31m.csv is not the name of a member"),
    ],
)
def test_every_change_of_the_members_is_found(
    verify: Verify, members: dict[str, bytes], finding: str
) -> None:
    found = verify(packed(members, manifest_of(GOOD)))

    assert any(finding in text for text in found), found


def test_a_wrong_number_of_rows_is_found(verify: Verify) -> None:
    manifest = manifest_of(GOOD)
    manifest["members"][0]["rows"] = 3

    assert verify(packed(GOOD, manifest)) == ("runs.csv has 2 rows instead of 3",)


@pytest.mark.parametrize(
    "manifest",
    [
        ...,
        [],
        {"format": "other"},
        {"format": "stillwatch-review-pack/1"},
        {"format": "stillwatch-review-pack/1", "members": [None]},
        {"format": "stillwatch-review-pack/1", "members": [described("a", b"") | {"size": -1}]},
        {"format": "stillwatch-review-pack/1", "members": [described("a", b"") | {"size": True}]},
        {"format": "stillwatch-review-pack/1", "members": [described("a", b"") | {"sha256": "x"}]},
        {"format": "stillwatch-review-pack/1", "members": [described("a", b"")] * 2},
    ],
)
def test_a_manifest_that_says_nothing_useful_is_found(verify: Verify, manifest: object) -> None:
    (finding,) = verify(packed(GOOD, manifest))

    assert "manifest.json" in finding


def test_a_member_that_is_there_twice_is_found(verify: Verify) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("runs.csv", CSV)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("runs.csv", b"other")
        archive.writestr("manifest.json", json.dumps(manifest_of({"runs.csv": CSV})))

    assert verify(file.getvalue()) == ("runs.csv is there 2 times",)


def test_a_bomb_is_not_unpacked(verify: Verify) -> None:
    bomb = {**GOOD, "runs.csv": b"\0" * 50_000_000}

    (finding,) = verify(packed(bomb, manifest_of(GOOD)))

    assert finding == "runs.csv is longer than the 23 bytes it should have"


def test_more_members_than_any_pack_has_are_not_even_looked_at(verify: Verify) -> None:
    (finding,) = verify(packed({f"{n}.csv": b"" for n in range(200)}))

    assert finding.startswith("there are 201 members")


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_archive_is_damaged(verify: Verify, data: bytes) -> None:
    (finding,) = verify(data)

    assert "damaged" in finding


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_flipped_bit_goes_unnoticed_or_breaks_the_check(
    tmp_path: Path, data: st.DataObject
) -> None:
    whole = bytearray(packed(GOOD))
    place = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path / "pack.zip"
    path.write_bytes(whole)
    sha256 = verify_pack(path).sha256
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(whole)

    assert verify_pack(path, sha256).findings


def test_the_command_tells_an_intact_pack_from_another(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(packed(GOOD))
    bad.write_bytes(packed({"runs.csv": CSV}, manifest_of(GOOD)))

    intact = CliRunner().invoke(pack, ["verify", str(good)])
    damaged = CliRunner().invoke(pack, ["verify", str(bad)])
    other = CliRunner().invoke(pack, ["verify", str(good), "--sha256", "0" * 64])

    assert (intact.exit_code, damaged.exit_code, other.exit_code) == (0, 1, 1)
    assert "intact" in intact.output
    assert hashlib.sha256(good.read_bytes()).hexdigest() in intact.output
    assert "report.html is missing" in damaged.output
