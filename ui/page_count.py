"""How many pages are open, and how many are gone whose memory nobody has taken back yet."""

from weakref import WeakSet

from nicegui import Client, core

from services import metrics

_gone: WeakSet[Client] = WeakSet()


def count_pages_that_go() -> None:
    """Note every page from now on when it goes."""
    core.app.on_delete(_note)
    metrics.clients.set_function(lambda: len(Client.instances))
    metrics.gone_clients.set_function(lambda: len(_gone))


def count_pages() -> tuple[int, int]:
    """Open, and gone."""
    return len(Client.instances), len(_gone)


def _note(client: Client) -> None:
    _gone.add(client)
