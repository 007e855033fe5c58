"""Takes secrets out of what is logged, by their form, by their name, and by their value."""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

GONE = "[redacted]"

_SHORTEST_KNOWN = 6
# Bounded, or a long word of somebody else's would be gone through from each of its letters.
_PART = r"[a-z0-9_-]{0,60}"
_NAMES = (
    rf"{_PART}(?:password|passwd|secret|token|csrf|authorization|cookie|api[_-]?key|access[_-]?key)"
    rf"{_PART}|client_id|tab_id|stillwatch_session|stillwatch_csrf"
)
_IS_SECRET = re.compile(_NAMES, re.IGNORECASE)
# Addresses of services that carry no secret past the part before the @.
_PLAIN_SCHEMES = ("http", "https", "postgresql", "postgres", "sqlite", "s3", "file", "ws", "wss")
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bstillwatch_[A-Za-z0-9_-]{16,}"), GONE),
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {GONE}"),
    # A whole header line: what stands in it goes on past spaces and semicolons.
    (
        re.compile(r"\b((?:set-)?cookie|authorization)(['\"]?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE),
        rf"\1\2{GONE}",
    ),
    # Notification services keep their keys anywhere in the address.
    (
        re.compile(
            rf"\b(?!(?:{'|'.join(_PLAIN_SCHEMES)})(?:\+\w+)?://)([a-z][a-z0-9+.-]{{0,60}})://[^\s'\"<>]+",
            re.IGNORECASE,
        ),
        rf"\1://{GONE}",
    ),
    (re.compile(r"\b(https?://hooks?\.[^/\s'\"]+/)[^\s'\"<>]+", re.IGNORECASE), rf"\1{GONE}"),
    (re.compile(r"(\w://)[^/\s'\"@]*@"), rf"\1{GONE}@"),
    # `name=value`, `name: 'value'`, `"name": "value"`, and a parameter of an address.
    (
        re.compile(
            rf"(?<![A-Za-z0-9_-])({_NAMES})(['\"]?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&'\")}}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1\2{GONE}",
    ),
)


class Redaction:
    """A processor of log events. `known` are secrets of this very process, whatever their form."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        parts = sorted({one for one in known if len(one) >= _SHORTEST_KNOWN}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, parts))) if parts else None

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        for name, value in event.items():
            event[name] = GONE if _IS_SECRET.fullmatch(name) else self._clean(value)
        return event

    def text(self, text: str) -> str:
        """The same text, without anything that must not be read by whoever reads logs."""
        if self._known is not None:
            text = self._known.sub(GONE, text)
        for form, instead in _FORMS:
            text = form.sub(instead, text)
        return text

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                name: GONE if _IS_SECRET.fullmatch(str(name)) else self._clean(part)
                for name, part in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._clean(part) for part in value]
        return value
