"""The list of operations that an address asks for, found in one go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from policy.access import Scope
from policy.status import UxStatus
from services.run_choices import MOST_CHOICES, RunChoices, find_choices
from services.run_counts import CappedCount, count_by_status
from services.run_filters import LARGEST_ID, Flaw, Problem, RunFilter, read_run_filter
from services.run_order import is_place
from services.run_search import find_matching
from services.runs import RunPage
from services.tenants import TenantRef, find_tenants

_PLACES = ("older", "newer")
# Parameters of the same address that are none of the filter.
_OTHERS = (*_PLACES, "workspace", "view")


@dataclass(frozen=True, slots=True)
class AskedList:
    """Which runs, from which place on, and what was not understood."""

    wanted: RunFilter
    flaws: tuple[Flaw, ...]
    older_than: int | None = None
    newer_than: int | None = None


@dataclass(frozen=True, slots=True)
class FoundList:
    """A page of a list, with all that a person can filter it by."""

    wanted: RunFilter
    flaws: tuple[Flaw, ...]
    shown: RunPage
    counts: Mapping[UxStatus, CappedCount]
    choices: RunChoices
    tenants: list[TenantRef]


def read_list_address(parameters: Iterable[tuple[str, str]], zone: ZoneInfo) -> AskedList:
    """What the parameters of a list's address ask for; never raises."""
    pairs = list(parameters)
    asked = read_run_filter(pairs, zone, _OTHERS)
    given = {name: value for name, value in pairs if name in _PLACES and value}
    places = {name: _id(value) for name, value in given.items()}
    flaws = asked.flaws
    if None in places.values() or len(places) > 1:
        return AskedList(asked.wanted, (*flaws, Flaw("", Problem.NO_SUCH_PLACE)))
    return AskedList(asked.wanted, flaws, places.get("older"), places.get("newer"))


def find_list(session: Session, scope: Scope, asked: AskedList) -> FoundList:
    """The list within `scope`; a tenant or a place that is not to be seen there is a flaw."""
    tenants = find_tenants(session, scope)
    asked = _with_known_tenant(asked, tenants)
    asked = _with_known_place(session, scope, asked)
    wanted = asked.wanted
    shown = find_matching(
        session, scope, wanted, older_than=asked.older_than, newer_than=asked.newer_than
    )
    counts = count_by_status(session, scope, wanted, shown.now)
    choices = find_choices(session, scope)
    flaws = (*asked.flaws, *_unknown_types(wanted, scope, choices))
    return FoundList(wanted, flaws, shown, counts, choices, tenants)


def _unknown_types(wanted: RunFilter, scope: Scope, choices: RunChoices) -> list[Flaw]:
    """Types that no run has, such as those of an old view; looked for nevertheless."""
    if not scope.is_whole_workspace or len(choices.types) >= MOST_CHOICES:
        return []  # not all that there are
    return [
        Flaw("type", Problem.UNKNOWN_VALUE, kind[:60])
        for kind in wanted.types
        if kind not in choices.types
    ]


def _with_known_tenant(asked: AskedList, tenants: list[TenantRef]) -> AskedList:
    slug = asked.wanted.tenant_slug
    if slug is None or any(tenant.slug == slug for tenant in tenants):
        return asked
    flaw = Flaw("tenant", Problem.UNKNOWN_VALUE, slug)
    return replace(
        asked, wanted=replace(asked.wanted, tenant_slug=None), flaws=(*asked.flaws, flaw)
    )


def _with_known_place(session: Session, scope: Scope, asked: AskedList) -> AskedList:
    place = asked.older_than or asked.newer_than
    if place is None or not asked.wanted.has_period:
        return asked
    if is_place(session, scope, asked.wanted, place):
        return asked
    flaws = (*asked.flaws, Flaw("", Problem.NO_SUCH_PLACE))
    return replace(asked, older_than=None, newer_than=None, flaws=flaws)


def _id(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_ID)):
        return None
    return int(text) if 0 < int(text) <= LARGEST_ID else None
