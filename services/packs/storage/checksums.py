"""What a stored file must be: its size, its checksum, and the checksum of each 4 MiB of it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`chunks` are hexadecimal SHA-256 of one chunk each, the last of which may be shorter."""

    size: int
    sha256: str
    chunk_size: int
    chunks: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The index as stored in the pack's summary; size and checksum have their columns."""
        return {"size": self.chunk_size, "sha256": list(self.chunks)}


def measure(path: Path, checkpoint: Callable[[], None]) -> FileFacts:
    """Read the file once. `checkpoint` is called for every chunk, and may raise to stop."""
    whole, chunks, size = hashlib.sha256(), [], 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            whole.update(chunk)
            chunks.append(hashlib.sha256(chunk).hexdigest())
            size += len(chunk)
            checkpoint()
    return FileFacts(size, whole.hexdigest(), CHUNK, tuple(chunks))


def stored_facts(size: int | None, sha256: str | None, index: Any) -> FileFacts | None:
    """The facts that were stored with a pack; None when they do not add up."""
    if size is None or sha256 is None or not isinstance(index, Mapping):
        return None
    chunk_size, chunks = index.get("size"), index.get("sha256")
    if not isinstance(chunk_size, int) or not 0 < chunk_size <= 64 << 20:
        return None
    if not isinstance(chunks, list) or len(chunks) != -(-size // chunk_size):
        return None
    return FileFacts(size, sha256, chunk_size, tuple(map(str, chunks)))
