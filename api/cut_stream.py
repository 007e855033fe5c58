"""An answer that is streamed to whoever may have it, and cut off when that is over."""

from fastapi.responses import StreamingResponse
from starlette.types import Send


class RightLostError(Exception):
    """Raised by the source of a stream: the person no longer has a right to the rest."""


class CutStream(StreamingResponse):
    """Ends in the middle, without the last chunk, for whoever loses the right meanwhile."""

    async def stream_response(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        try:
            async for piece in self.body_iterator:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except RightLostError:
            return  # the server cuts the line, so that a part is not taken for the whole
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def csv_headers(file_name: str) -> dict[str, str]:
    """For a CSV file that is saved, and kept by nobody in between."""
    return {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
