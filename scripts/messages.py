"""The words of the console: found in the code that says them, and brought into the catalogues.

`locale.say("…")`, `locale.count("…", "…", n)` and `said("…")` take literals, which is how they are
found; what was found anew is left empty in every catalogue, and what nobody says any more is gone.
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "ui" / "catalogues"
_FOLDERS = ("models", "policy", "services", "jobs", "api", "ui")
# The two that pass on what others say.
_MEANS = {"policy/wording.py", "ui/presenters/locale.py", "api/words.py"}
_WIDTH = 96


class Message(NamedTuple):
    """A text to be translated, or a pair of one and many; None is one that cannot be found."""

    path: str
    line: int
    text: str | tuple[str, str] | None


def main() -> int:
    """Bring every catalogue up to date; return 1 when something is left to translate."""
    is_complete = True
    for path in sorted(CATALOGUES.glob("*.po")):
        catalogue = updated(path)
        text = BytesIO()
        write_po(text, catalogue, width=_WIDTH, ignore_obsolete=True, omit_header=True)
        path.write_bytes(_head(catalogue).encode() + text.getvalue())
        missing = [message for message in catalogue if message.id and not is_translated(message)]
        for message in missing:
            print(f"{path.relative_to(ROOT)}: no translation of {message.id!r}")
        is_complete &= not missing
    return 0 if is_complete else 1


def updated(path: Path) -> Catalog:
    """The catalogue with all that is said, and nothing else."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    catalogue.update(template(), no_fuzzy_matching=True)
    return catalogue


def template() -> Catalog:
    """All that is said, in the order in which it is found."""
    found = Catalog(project="Stillwatch", charset="utf-8")
    for message in find():
        if message.text is not None:
            found.add(message.text, locations=[(message.path, None)])
    return found


def _head(catalogue: Catalog) -> str:
    """What a reader of the file needs; the dates and addresses of a usual one would only age."""
    fields = {
        "Language": str(catalogue.locale),
        "Content-Type": "text/plain; charset=utf-8",
        "Plural-Forms": catalogue.plural_forms,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}\n'


def is_translated(message: object) -> bool:
    """Whether every form has a text."""
    text = getattr(message, "string", "")
    return all(text) if isinstance(text, tuple) else bool(text)


def find() -> Iterator[Message]:
    """Every message in the console's code."""
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in _MEANS:
                yield from _find_in(name, path.read_text("utf-8"))


def _find_in(path: str, source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        is_method = isinstance(node.func, ast.Attribute)
        name = getattr(node.func, "attr" if is_method else "id", None)
        # `str.count` takes one text, and looks it up.
        if name == "count" and is_method and len(node.args) >= 3:
            one, many = _literals(node.args[0]), _literals(node.args[1])
            pairs = list(zip(one, many, strict=True)) if len(one) == len(many) else []
            yield from _told(path, node, pairs)
        elif name in ("say", "said"):
            yield from _told(path, node, _literals(node.args[0]))


def _told(path: str, node: ast.Call, texts: list[str] | list[tuple[str, str]]) -> Iterator[Message]:
    for text in texts or [None]:
        yield Message(path, node.lineno, text)


def _literals(node: ast.expr) -> list[str]:
    """The texts that an argument can be; none when that is known only when it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        either, other = _literals(node.body), _literals(node.orelse)
        return [*either, *other] if either and other else []
    return []


if __name__ == "__main__":
    sys.exit(main())
