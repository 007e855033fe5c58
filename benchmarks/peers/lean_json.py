"""JSON polling again, by hand: no ORM, no thread, no validation; the least that still asks anew.

For whoever says that the other one is slow because of how it is written.
"""

import sqlite3

import orjson
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from benchmarks.peers import record, signing_in
from benchmarks.peers.json_polling import page

app = FastAPI()
app.include_router(signing_in.routes())
database = sqlite3.connect(signing_in.DATA_DIR / "stillwatch.db", isolation_level=None)
database.row_factory = sqlite3.Row


async def fields(request: Request) -> Response:
    """The run, as far as whoever holds the cookie may see it; read on the loop itself."""
    token = request.cookies.get(signing_in.COOKIE, "")
    asked = record.binds(int(request.path_params["run_id"]), token)
    row = database.execute(record.SQL, asked).fetchone()
    if row is None:
        return Response(status_code=404)
    body = orjson.dumps(record.fields_of({name: row[name] for name in row.keys()}))  # noqa: SIM118
    return Response(body, media_type="application/json")


app.add_api_route("/operations/{run_id}", page, response_class=HTMLResponse)
app.router.add_route("/operations/{run_id}/record", fields)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=signing_in.PORT, access_log=False, log_level="warning")
