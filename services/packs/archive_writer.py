"""A ZIP whose members are written one after the other, and described by a manifest at the end."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import IO, Any, BinaryIO, Self

MANIFEST = "manifest.json"
MANIFEST_FORMAT = "stillwatch-review-pack/1"

_LEVEL = 4  # half the time of the usual 6, for a twentieth more bytes


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What the manifest says of a member; `rows` without the heading, None where it has none."""

    name: str
    size: int
    sha256: str
    rows: int | None


class Member:
    """A member being written: counts and hashes what goes by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0
        self.rows: int | None = None

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def facts(self, name: str) -> MemberFacts:
        return MemberFacts(name, self.size, self._digest.hexdigest(), self.rows)


class ArchiveWriter:
    """Members by `member`, then `close_with` the manifest. `file` is seekable and stays open.

    A context manager, because an archive that is given up must not write to `file` later on.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._members: list[MemberFacts] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closed already if all went well; otherwise the file is thrown away, whatever is in it.
        with suppress(OSError, ValueError):
            self._zip.close()

    @contextmanager
    def member(self, name: str) -> Iterator[Member]:
        """The next member, open for writing; only one is at a time."""
        # How large it gets is not known yet, so it may become larger than 4 GiB.
        # By its name: only then the level counts, and the time of all of them is that of 1980.
        with self._zip.open(name, "w", force_zip64=True) as file:
            member = Member(file)
            yield member
        self._members.append(member.facts(name))

    def close_with(self, manifest: Mapping[str, Any]) -> tuple[MemberFacts, ...]:
        """Write the manifest, with the facts of all members, and end the archive."""
        members = [asdict(facts) for facts in sorted(self._members, key=lambda facts: facts.name)]
        whole = {"format": MANIFEST_FORMAT, **manifest, "members": members}
        text = json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        with self._zip.open(MANIFEST, "w") as file:
            file.write(text.encode("utf-8", "replace"))
        self._zip.close()
        return tuple(self._members)
