"""Words for people, said where no reader is known; the screen says them in the reader's language.

English is what they are, in a log, in an answer to a program and in the database.
"""

from typing import Self


class Said(str):
    """A text that remembers its `template` and the `values` it was filled in with."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, values: dict[str, object]) -> Self:
        told = super().__new__(cls, template.format_map(values) if values else template)
        told.template, told.values = template, values
        return told

    def __getnewargs__(self) -> tuple[str, dict[str, object]]:  # type: ignore[override]
        return self.template, self.values


def said(template: str, /, **values: object) -> Said:
    """`template` in English, its `{names}` filled in. It is a literal, for the catalogues."""
    return Said(template, values)
