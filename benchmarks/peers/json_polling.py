"""JSON polling on FastAPI: a script fetches the record anew each second and fills the page.

As FastAPI's own guide has it: a session of the database for each request, a dictionary returned.
uvicorn with its fast loop and parser, no access log.
"""

from collections.abc import Iterator
from typing import Annotated

import uvicorn
from fastapi import Cookie, Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from sqlalchemy import text
from sqlmodel import Session, create_engine

from benchmarks.peers import record, signing_in

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Run {id}</title></head>
<body data-poll="/operations/{id}/record"><h1>Run {id}</h1><dl></dl><script>
setInterval(async () => {{
  const fields = await (await fetch(document.body.dataset.poll)).json();
  document.querySelector("dl").replaceChildren(...Object.entries(fields).flatMap(([name, value]) =>
    [["dt", name], ["dd", value]].map(([tag, text]) =>
      Object.assign(document.createElement(tag), {{ textContent: text }}))));
}}, 1000);
</script></body></html>"""

app = FastAPI()
app.include_router(signing_in.routes())
engine = create_engine(signing_in.DATABASE_URL)


def open_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@app.get("/operations/{run_id}")
def page(run_id: int) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(id=run_id))


@app.get("/operations/{run_id}/record")
def fields(
    run_id: int,
    session: Annotated[Session, Depends(open_session)],
    peer_session: Annotated[str, Cookie()] = "",
) -> dict[str, str]:
    """The run, as far as whoever holds the cookie may see it."""
    found = session.execute(text(record.SQL), record.binds(run_id, peer_session))
    row = found.mappings().one_or_none()
    if row is None:
        raise HTTPException(404)
    return record.fields_of(row)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=signing_in.PORT, access_log=False, log_level="warning")
