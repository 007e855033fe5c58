"""NiceGUI as one begins with it: a timer and a query for each page, a label for each field.

`ui.run` as it is; what has not changed is not sent, as its setters see to that.
"""

from fastapi import Request
from nicegui import app, ui
from sqlalchemy import text
from sqlmodel import Session, create_engine

from benchmarks.peers import record, signing_in

app.include_router(signing_in.routes())
engine = create_engine(signing_in.DATABASE_URL)


def find_fields(run_id: int, token: str) -> dict[str, str]:
    """The run, as far as whoever holds the token may see it; nothing otherwise."""
    with Session(engine) as session:
        found = session.execute(text(record.SQL), record.binds(run_id, token))
        row = found.mappings().one_or_none()
    return {} if row is None else record.fields_of(row)


@ui.page("/operations/{run_id}")
def page(run_id: int, request: Request) -> None:
    token = request.cookies.get(signing_in.COOKIE, "")
    ui.label(f"Run {run_id}")
    with ui.grid(columns=2):
        labels = {name: _field(name, value) for name, value in find_fields(run_id, token).items()}

    def refresh() -> None:
        for name, value in find_fields(run_id, token).items():
            labels[name].set_text(f"{name} {value}")

    ui.timer(1.0, refresh)


def _field(name: str, value: str) -> ui.label:
    return ui.label(f"{name} {value}")


if __name__ in {"__main__", "__mp_main__"}:
    ui.run(
        host="127.0.0.1",
        port=signing_in.PORT,
        show=False,
        reload=False,
        show_welcome_message=False,
        access_log=False,
        uvicorn_logging_level="warning",
    )
