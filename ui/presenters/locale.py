"""In which language and time zone a person reads. English is the source; others are catalogues."""

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_CATALOGUES = Path(__file__).resolve().parents[1] / "catalogues"
SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, *sorted(path.stem for path in _CATALOGUES.glob("*.po")))


@dataclass(frozen=True, slots=True)
class Locale:
    """The reader of a page; `language` is one of `LANGUAGES`."""

    language: str
    zone: ZoneInfo

    def say(self, text: str, /, **values: object) -> str:
        """`text` in the reader's language, its `{names}` filled in. `text` is a literal."""
        said = _translations(self.language).gettext(text)
        return said.format_map(values) if values else said

    def count(self, one: str, many: str, count: int, /, **values: object) -> str:
        """`one` or `many`, as the language has it for `count`, which fills `{count}`."""
        said = _translations(self.language).ngettext(one, many, count)
        return said.format_map({"count": count, **values})


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE or language not in LANGUAGES:
        return NullTranslations()
    with (_CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
