"""Checks a review pack without the console: is the archive what its manifest says it is?

Reads with distrust and in bounded memory: the file may come from anywhere.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = "stillwatch-review-pack/1"

_MOST_MEMBERS = 100
_LARGEST_MANIFEST = 8 << 20
_LARGEST_TOTAL = 64 << 30
_PIECE = 1 << 20
# What the console writes: a plain file name, and so no way out of any folder.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: nothing at all means that the pack is as it was made.

    `sha256` is of the whole file, to be held against the one that the console shows.
    """

    findings: tuple[str, ...]
    manifest: Mapping[str, Any]
    sha256: str
    members: int

    @property
    def is_intact(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class _Expected:
    size: int
    sha256: str
    rows: int | None


def verify_pack(path: Path, expected_sha256: str | None = None) -> Verification:
    """Check the archive at `path`. Raises `OSError` when it cannot be read at all."""
    sha256 = _file_sha256(path)
    findings = []
    if expected_sha256 is not None and expected_sha256.strip().lower() != sha256:
        findings.append(f"the file's SHA-256 is {sha256}, not the expected one")
    manifest: Mapping[str, Any] = {}
    members = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = len(archive.infolist())
            structure = list(_check_structure(archive, path.stat().st_size))
            findings += structure
            if not structure:
                manifest = _read_manifest(archive)
                findings += _check_members(archive, manifest)
    except _ManifestError as error:
        findings.append(str(error))
    except _DAMAGE as error:
        findings.append(f"the archive is damaged: {_shown(error)}")
    return Verification(tuple(findings), manifest, sha256, members)


# What the library raises for bytes that make no sense. `OSError` is among them for offsets that
# lead out of the file: the disk itself has just been read from end to end.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


class _ManifestError(Exception):
    pass


def _check_structure(archive: zipfile.ZipFile, file_size: int) -> Iterator[str]:
    """What must be in order before anything is unpacked."""
    entries = archive.infolist()
    if len(entries) > _MOST_MEMBERS:
        yield f"there are {len(entries)} members, more than any pack has"
        return
    for name, count in Counter(entry.filename for entry in entries).items():
        if count > 1:
            yield f"{_shown(name)} is there {count} times"
    for entry in entries:
        # `orig_filename`, because the library cuts names at a NUL.
        if not _NAME.fullmatch(entry.orig_filename):
            yield f"{_shown(entry.orig_filename)} is not the name of a member of a pack"
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            yield f"{_shown(entry.filename)} is packed in a way that no pack is"
    # Members that overlap are how a small file unpacks to petabytes.
    if sum(entry.compress_size for entry in entries) > file_size:
        yield "the members are larger than the file that holds them"
    if sum(entry.file_size for entry in entries) > _LARGEST_TOTAL:
        yield "the members would unpack to more than any pack holds"


def _read_manifest(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    if MANIFEST not in archive.namelist():
        raise _ManifestError(f"there is no {MANIFEST}")
    with archive.open(MANIFEST) as file:
        data = file.read(_LARGEST_MANIFEST + 1)
    if len(data) > _LARGEST_MANIFEST:
        raise _ManifestError(f"{MANIFEST} is too large")
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _ManifestError(f"{MANIFEST} is not JSON") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _ManifestError(f"{MANIFEST} is not of the format {FORMAT}")
    return manifest


def _check_members(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Iterator[str]:
    expected = _expected(manifest)
    present = {entry.filename for entry in archive.infolist()} - {MANIFEST}
    for name in sorted(expected.keys() - present):
        yield f"{_shown(name)} is missing"
    for name in sorted(present - expected.keys()):
        yield f"{_shown(name)} is not in the manifest"
    for name in sorted(present & expected.keys()):
        yield from _check_member(archive, name, expected[name])


def _expected(manifest: Mapping[str, Any]) -> dict[str, _Expected]:
    members = manifest.get("members")
    if not isinstance(members, list):
        raise _ManifestError(f"{MANIFEST} lists no members")
    found: dict[str, _Expected] = {}
    for member in members:
        name, facts = _described(member)
        if name in found:
            raise _ManifestError(f"{MANIFEST} describes a member twice")
        found[name] = facts
    return found


def _described(member: Any) -> tuple[str, _Expected]:
    facts = member if isinstance(member, dict) else {}
    name, size, sha256, rows = (facts.get(key) for key in ("name", "size", "sha256", "rows"))
    if (
        isinstance(name, str)
        and _is_count(size)
        and (rows is None or _is_count(rows))
        and isinstance(sha256, str)
        and _SHA256.fullmatch(sha256)
    ):
        return name, _Expected(size or 0, sha256, rows)
    raise _ManifestError(f"{MANIFEST} describes a member in a way that makes no sense")


def _check_member(archive: zipfile.ZipFile, name: str, expected: _Expected) -> Iterator[str]:
    digest, size, lines = hashlib.sha256(), 0, 0
    try:
        with archive.open(name) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                lines += piece.count(b"\n")
                if size > expected.size:
                    yield f"{name} is longer than the {expected.size} bytes it should have"
                    return
    except _DAMAGE as error:
        yield f"{name} is damaged: {_shown(error)}"
        return
    if size != expected.size:
        yield f"{name} has {size} bytes instead of {expected.size}"
    if digest.hexdigest() != expected.sha256:
        yield f"{name} was altered: its SHA-256 is not the one in the manifest"
    # A heading, then one row a line: no cell of a pack holds a line break.
    if expected.rows is not None and lines - 1 != expected.rows:
        yield f"{name} has {lines - 1} rows instead of {expected.rows}"


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _shown(value: object) -> str:
    """Something from the file, as a terminal may safely show it."""
    text = str(value)[:100]
    return "".join(c if c.isprintable() else "?" for c in text)
