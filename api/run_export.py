"""The operations of a list as a file, for whoever sees them as a page."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.cut_stream import CutStream, RightLostError, csv_headers
from api.notice_page import notice
from api.words import ReaderOf, Words, english
from policy.access import Scope, visible_scope
from services import run_export
from services.auth import Auth, Viewer
from services.database import Database
from services.packs.plain_text import plain
from services.run_filters import Flaw, RunFilter, read_run_filter


def routes(database: Database, auth: Auth, reader_of: ReaderOf = english) -> APIRouter:
    """GET /operations/export.csv, behind the guard that puts the viewer there.

    Takes the parameters of the list's filter, and no others.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/operations/export.csv")
    async def export(request: Request) -> Response:
        viewer: Viewer = request.state.viewer
        words = reader_of(request)
        if viewer.workspace is None or viewer.scope is None:
            return notice(
                404,
                words.say("There is nothing here."),
                words.say("It does not exist, or it is not yours to see."),
                words,
            )
        asked = read_run_filter(request.query_params.multi_items(), words.zone)
        if asked.flaws:
            return _not_understood(asked.flaws, words)
        place = viewer.workspace
        record = partial(
            run_export.record_export, viewer=viewer, workspace_id=place.id, wanted=asked.wanted
        )
        await database.write(record)
        return CutStream(
            _read(database, auth, viewer.session_id, place.id, asked.wanted),
            media_type="text/csv; charset=utf-8",
            headers=csv_headers(f"operations-{place.slug}.csv"),
        )

    return router


def _not_understood(flaws: Sequence[Flaw], words: Words) -> Response:
    # A file of other runs than were asked for would be taken for those.
    names = dict.fromkeys(plain(flaw.parameter or flaw.value, 60) for flaw in flaws)
    text = words.say(
        "Not understood in the filter: {names}. Correct it on the page of the operations.",
        names=", ".join(names),
    )
    return notice(400, words.say("This cannot be exported."), text, words)


async def _read(
    database: Database, auth: Auth, session_id: int, workspace_id: int, wanted: RunFilter
) -> AsyncIterator[bytes]:
    """A batch at a time, each time for what the person still sees."""
    yield run_export.csv_heading()
    progress = await database.read(partial(run_export.begin, wanted=wanted))
    while not progress.is_done:
        scope = await _scope(auth, session_id, workspace_id)
        try:
            rows, progress = await database.read(
                partial(run_export.next_batch, scope=scope, progress=progress)
            )
        except run_export.PlaceGoneError as error:
            raise RightLostError from error
        if rows:
            yield await database.off_loop(partial(run_export.csv_lines, rows))
    if progress.is_cut:
        yield run_export.csv_cut()


async def _scope(auth: Auth, session_id: int, workspace_id: int) -> Scope:
    viewer = await auth.viewer_of_session(session_id)
    scope = None if viewer is None else visible_scope(viewer.grants, workspace_id)
    if scope is None:
        raise RightLostError
    return scope
