"""In which language and time zone a person reads. English is the source; others are catalogues."""

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import babel
from babel import numbers
from babel.dates import get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from policy.wording import Said

CATALOGUES = Path(__file__).resolve().parents[1] / "catalogues"
SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


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
        return said.format_map({"count": self.number(count), **values})

    def told(self, what: str | Exception) -> str:
        """What was said elsewhere, by `policy.wording.said` or as an error's message.

        Stays as it is where no catalogue knows it.
        """
        text = what.args[0] if isinstance(what, Exception) and what.args else what
        if isinstance(text, Said):
            values = {
                name: self.told(value) if isinstance(value, Said) else value
                for name, value in text.values.items()
            }
            return self.say(text.template, **values)
        return self.say(text) if isinstance(text, str) and text else str(what)

    def number(self, value: int) -> str:
        """`1,234,567`, as the language groups it."""
        return f"{value:,}".replace(",", _group_sign(self.language))

    def decimal(self, value: float, digits: int = 1) -> str:
        """`1.2`, with the language's decimal sign."""
        return f"{value:.{digits}f}".replace(".", _decimal_sign(self.language))

    def month(self, number: int) -> str:
        """`Nov`, as it is written in a date."""
        return _months(self.language)[number]


def other_languages(language: str) -> tuple[tuple[str, str], ...]:
    """Those that a reader of `language` can change to, as (code, name in that language)."""
    return tuple((code, language_name(code)) for code in LANGUAGES if code != language)


@cache
def language_name(language: str) -> str:
    """`Deutsch`, as its own speakers call it."""
    name = babel.Locale.parse(language).get_display_name() or language
    return f"{name[:1].upper()}{name[1:]}"


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE or language not in LANGUAGES:
        return NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _group_sign(language: str) -> str:
    return numbers.get_group_symbol(language)


@cache
def _decimal_sign(language: str) -> str:
    return numbers.get_decimal_symbol(language)


@cache
def _months(language: str) -> dict[int, str]:
    return {
        number: str(name)
        for number, name in get_month_names("abbreviated", "format", language).items()
    }
