"""What a person is told outside the console, in plain words."""

from policy.status import UxStatus
from policy.wording import said
from services.notifications.letters import ToldRun
from services.notifications.outlet import Outlet

_LONGEST = 80
_ENDINGS = {
    UxStatus.SUCCEEDED: said("succeeded"),
    UxStatus.PARTIAL: said("partially succeeded"),
    UxStatus.FAILED: said("failed"),
    UxStatus.CANCELLED: said("cancelled"),
}
_TITLE = "{type}: {outcome}"


def trial(outlet: Outlet, language: str | None) -> tuple[str, str]:
    """Title and text of a message that only shows that one arrives."""
    title = outlet.tell(language, said("Stillwatch: a test message"))
    return title, outlet.tell(language, said("You will be told here when a run is done."))


def of_run(outlet: Outlet, language: str | None, run: ToldRun) -> tuple[str, str]:
    """Title and text for a run that has ended; nothing that a program wrote is in them whole."""
    ending = _ENDINGS.get(run.status, said("unknown state"))
    kind, outcome = plain(run.type), outlet.tell(language, ending)
    lines = [
        outlet.tell(language, said("Run {id} has ended: {outcome}.", id=run.id, outcome=ending))
    ]
    if run.tenant_name:
        tenant = plain(run.tenant_name)
        lines.append(outlet.tell(language, said("Tenant: {tenant}", tenant=tenant)))
    lines.append(f"{outlet.public_url}/operations/{run.id}")
    return _TITLE.format(type=kind, outcome=outcome), "\n".join(lines)


def plain(text: str) -> str:
    """One printable line that is no longer than a name is."""
    line = "".join(c if c.isprintable() else " " for c in text[: _LONGEST + 1])
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
