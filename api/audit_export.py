"""The audit trail as a file, for whoever sees it as a page: streamed, and the right kept asking."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.cut_stream import CutStream, RightLostError, csv_headers
from api.notice_page import notice
from api.words import ReaderOf, english
from policy.access import Action
from services import audit_export, audit_trail
from services.audit_filter import AuditFilter
from services.audit_query import AuditQueryError, read_query
from services.auth import Auth, Viewer
from services.database import Database


def routes(database: Database, auth: Auth, reader_of: ReaderOf = english) -> APIRouter:
    """GET /admin/audit/export.csv, behind the guard that puts the viewer there."""
    router = APIRouter(include_in_schema=False)

    @router.get("/admin/audit/export.csv")
    async def export(request: Request) -> Response:
        viewer: Viewer = request.state.viewer
        words = reader_of(request)
        if viewer.workspace is None or not viewer.may(Action.AUDIT):
            return notice(
                404,
                words.say("There is nothing here."),
                words.say("It does not exist, or it is not yours to see."),
                words,
            )
        try:
            wanted = read_query(request.query_params.multi_items(), ZoneInfo("UTC"))
        except AuditQueryError as error:
            text = " ".join(words.told(message) for message in error.messages)
            back = ("/admin/audit", words.say("Go to the audit trail"))
            return notice(400, words.say("This cannot be exported."), text, words, back)
        place = viewer.workspace
        record = partial(
            audit_export.record_export, viewer=viewer, workspace_id=place.id, wanted=wanted
        )
        await database.write(record)
        return CutStream(
            _read(database, auth, viewer.session_id, place.id, wanted),
            media_type="text/csv; charset=utf-8",
            headers=csv_headers(f"audit-{place.slug}.csv"),
        )

    return router


async def _read(
    database: Database, auth: Auth, session_id: int, workspace_id: int, wanted: AuditFilter
) -> AsyncIterator[bytes]:
    """A thousand entries at a time, each time for a person who still may; newest first."""
    yield audit_export.csv_heading()
    while True:
        viewer = await auth.viewer_of_session(session_id)
        if viewer is None or not viewer.may_in(workspace_id, Action.AUDIT):
            raise RightLostError
        page = await database.read(
            partial(
                audit_trail.find_entries,
                workspace_id=workspace_id,
                wanted=wanted,
                size=audit_export.BATCH,
            )
        )
        if page.rows:
            yield await database.off_loop(partial(audit_export.csv_lines, page.rows))
        if page.older_than is None:
            return
        wanted = replace(wanted, older_than=page.older_than)
