"""Packs in a bucket of an S3-compatible service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from services.packs.storage.disk import (
    PackMissingError,
    StorageError,
    StorageFullError,
    StoredEntry,
    go_on,
    require_stored_path,
    stored_path,
    token_of,
)

_PIECE = 1 << 20
_PART = 16 << 20
_DRAFTS = "drafts/"
_PACKS = "packs/"
_MISSING = frozenset({"404", "NoSuchKey", "NotFound", "InvalidRange"})
_NO_ROOM = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"})


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Without keys, those that the environment of the process grants.

    All objects are below `prefix`, which is empty or ends with a slash.
    """

    bucket: str
    endpoint_url: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    prefix: str = ""


class S3Disk:
    """Objects are uploaded under a draft's key, in parts when large, and get their own key by a
    copy inside the service: a key that a pack refers to is never a half upload."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._drafts = settings.prefix + _DRAFTS
        self._packs = settings.prefix + _PACKS
        self._made: Any = None

    def put(
        self, token: str, name: str, source: Path, checkpoint: Callable[[], None] = go_on
    ) -> str:
        path = stored_path(token, name)
        try:
            with self._told() as client, _stopping(checkpoint) as tell:
                self._upload(client, source, path, tell)
        except BaseException:
            # What brought us here is the better reason; what stays, a sweep removes.
            with suppress(StorageError):
                self.delete(path)
            raise
        source.unlink(missing_ok=True)
        return path

    def _upload(self, client: Any, source: Path, path: str, tell: Callable[[int], None]) -> None:
        draft = {"Bucket": self._bucket, "Key": self._drafts + path}
        how = {"Config": _transfer(), "Callback": tell}
        try:
            # Opened here, as the library leaves its own file open when it is stopped.
            with source.open("rb") as file:
                client.upload_fileobj(file, self._bucket, draft["Key"], **how)
            client.copy(draft, self._bucket, self._packs + path, **how)
        finally:
            with suppress(Exception):
                client.delete_object(**draft)

    def size(self, path: str) -> int:
        key = self._packs + require_stored_path(path)
        with self._told() as client:
            return int(client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])

    def open_range(self, path: str, start: int, length: int) -> Iterator[bytes]:
        key = self._packs + require_stored_path(path)
        if length <= 0 or start >= self.size(path):
            return iter(())
        with self._told() as client:
            bytes_ = f"bytes={start}-{start + length - 1}"
            body = client.get_object(Bucket=self._bucket, Key=key, Range=bytes_)["Body"]
        return self._pieces(body)

    def delete(self, path: str) -> None:
        try:
            key = self._packs + require_stored_path(path)
        except PackMissingError:
            return
        with self._told() as client:
            client.delete_object(Bucket=self._bucket, Key=key)

    def entries(self) -> Iterator[StoredEntry]:
        """Uploads in parts that were never finished count as drafts: they cost room, unseen."""
        with self._told() as client:
            for prefix in (self._packs, self._drafts):
                pages = client.get_paginator("list_objects_v2")
                for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                    for found in page.get("Contents", ()):
                        yield from self._entry(found["Key"], found["LastModified"])
            uploads = client.get_paginator("list_multipart_uploads")
            for page in uploads.paginate(Bucket=self._bucket):
                for upload in page.get("Uploads", ()):
                    yield from self._entry(upload["Key"], upload["Initiated"], is_upload=True)

    def discard(self, entry: StoredEntry) -> None:
        if not entry.is_draft:
            self.delete(entry.path)
            return
        with self._told() as client:
            client.delete_object(Bucket=self._bucket, Key=entry.path)
            uploads = client.get_paginator("list_multipart_uploads")
            for page in uploads.paginate(Bucket=self._bucket, Prefix=entry.path):
                for upload in page.get("Uploads", ()):
                    client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )

    def _entry(
        self, key: str, stored_at: datetime, *, is_upload: bool = False
    ) -> Iterator[StoredEntry]:
        for prefix in (self._packs, self._drafts):
            if key.startswith(prefix) and (token := token_of(key.removeprefix(prefix))):
                is_draft = is_upload or prefix == self._drafts
                path = key if is_draft else key.removeprefix(prefix)
                yield StoredEntry(path, token, is_draft, stored_at)

    @property
    def _bucket(self) -> str:
        return self._settings.bucket

    @contextmanager
    def _told(self) -> Iterator[Any]:
        """The client, made when first needed, whose errors become the storage's own."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        if self._made is None:
            self._made = _client(self._settings)
        try:
            yield self._made
        except ClientError as error:
            raise _translated(error) from error
        except (BotoCoreError, Boto3Error) as error:
            # A managed upload wraps what the service said.
            if isinstance(error.__context__, ClientError):
                raise _translated(error.__context__) from error
            raise StorageError("The pack storage cannot be reached.") from error

    def _pieces(self, body: Any) -> Iterator[bytes]:
        with self._told():
            yield from body.iter_chunks(_PIECE)


class _Stopped(BaseException):
    """On its way through libraries that would take any `Exception` for a failed request, and try
    again."""


@contextmanager
def _stopping(checkpoint: Callable[[], None]) -> Iterator[Callable[[int], None]]:
    """What to call with each bit of a transfer, so that what `checkpoint` raises ends it."""
    reasons: list[BaseException] = []

    def tell(_bytes: int) -> None:
        try:
            checkpoint()
        except BaseException as reason:
            reasons.append(reason)
            raise _Stopped from reason

    try:
        yield tell
    except _Stopped:
        raise reasons[0] from None


def _translated(error: Any) -> StorageError:
    code = str(error.response.get("Error", {}).get("Code"))
    if code in _MISSING:
        return PackMissingError("The pack's file is not there.")
    if code in _NO_ROOM:
        return StorageFullError("There is no room left for review packs.")
    return StorageError(f"The pack storage refuses: {code}.")


def _client(settings: S3Settings) -> Any:
    # Some ten megabytes and a third of a second, which only those pay who store there.
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region or "us-east-1",
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            # Other services than Amazon's often know no checksums in trailers.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _transfer() -> Any:
    from boto3.s3.transfer import TransferConfig

    # One thread: a worker's own, which leaves the others to the pages.
    return TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, use_threads=False)
