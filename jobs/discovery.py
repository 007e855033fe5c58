"""Which operations there are: the console's own, and those that installed packages offer."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any

from jobs.operation import built_in_operations, offers_of
from services.notifications.outlet import Outlet
from services.operations import OperationOffer
from services.option_fields import UnsupportedOptionsError
from services.packs.keeping import Keeping
from stillwatch.operations import ENTRY_POINTS, Operation

BUILT_IN = "built in"
_log = logging.getLogger("stillwatch.operations")


@dataclass(frozen=True, slots=True)
class Found:
    """Operations, offers and where each is from, by type; and why others were left out."""

    operations: dict[str, Operation] = field(default_factory=dict)
    offers: dict[str, OperationOffer] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, operation: Operation, origin: str) -> None:
        """Take an operation in. Raises `ValueError` or `UnsupportedOptionsError`."""
        kind = operation.type
        if kind in self.operations:
            raise ValueError(f"{kind!r} is there already, {self.origins[kind]}")
        self.offers.update(offers_of({kind: operation}))
        self.operations[kind] = operation
        self.origins[kind] = origin


def installed_operations(keeping: Keeping | None = None, outlet: Outlet | None = None) -> Found:
    """Everything that can be done here, for a process that serves or works.

    A plug-in that is broken is left out, and logged in one line.
    """
    found = find_operations(keeping, outlet)
    for problem in found.problems:
        _log.error("%s", problem)
    return found


def find_operations(keeping: Keeping | None = None, outlet: Outlet | None = None) -> Found:
    """The same without a word, for who reads the problems."""
    found = Found()
    for operation in built_in_operations(keeping, outlet).values():
        found.add(operation, BUILT_IN)
    for distribution in _distributions():
        _add_all(found, distribution)
    return found


def _add_all(found: Found, distribution: Distribution) -> None:
    origin = f"from {distribution.name} {distribution.version}"
    try:
        points = sorted(distribution.entry_points.select(group=ENTRY_POINTS), key=lambda p: p.name)
    except Exception as error:
        found.problems.append(f"The entry points {origin} cannot be read: {_reason(error)}")
        return
    for point in points:
        for offered in _offered(found, point, origin):
            try:
                found.add(_checked(offered), origin)
            except Exception as error:
                found.problems.append(_problem(point, origin, error))


def _offered(found: Found, point: EntryPoint, origin: str) -> Iterable[Any]:
    """What stands behind an entry point: an operation, several, or a function that gives them."""
    try:
        loaded = point.load()
        if not isinstance(loaded, Operation) and callable(loaded):
            loaded = loaded()
        return [loaded] if isinstance(loaded, Operation) else list(loaded)
    except (Exception, SystemExit) as error:
        found.problems.append(_problem(point, origin, error))
        return []


def _checked(offered: Any) -> Operation:
    if not isinstance(offered, Operation):
        raise ValueError(f"{offered!r:.80} is no stillwatch.operations.Operation")
    return offered


def _problem(point: EntryPoint, origin: str, error: BaseException) -> str:
    return f"Operation plug-in {point.name!r} {origin} is left out: {_reason(error)}"


def _reason(error: BaseException) -> str:
    line = " ".join(str(error).split())[:300] or "no reason given"
    return (
        line
        if isinstance(error, ValueError | UnsupportedOptionsError)
        else f"{type(error).__name__}: {line}"
    )


def _distributions() -> Iterator[Distribution]:
    """Each installed package once, the first on the path, in the order of their names."""
    first: dict[str, Distribution] = {}
    for distribution in distributions():
        try:
            name = re.sub(r"[-_.]+", "-", distribution.name).lower()
        except Exception:
            continue  # what a half removed package left behind
        first.setdefault(name, distribution)
    for _, distribution in sorted(first.items()):
        yield distribution
