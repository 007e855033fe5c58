"""Who is measured: this console, and the same page by the means that others use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A server by its command; its pages live by `socket` or by `poll`."""

    name: str
    command: tuple[str, ...]
    by: str = "socket"


STILLWATCH = Subject("Stillwatch", ("-m", "stillwatch", "serve"))
PEERS = (
    Subject("htmx every 1s, FastAPI", ("-m", "benchmarks.peers.htmx"), "poll"),
    Subject("JSON polling, FastAPI", ("-m", "benchmarks.peers.json_polling"), "poll"),
    Subject("JSON polling by hand", ("-m", "benchmarks.peers.lean_json"), "poll"),
    Subject("NiceGUI, a timer and a query each", ("-m", "benchmarks.peers.naive_nicegui")),
)
EVERYBODY = (STILLWATCH, *PEERS)
