"""A text said where no reader is known, and said again in the reader's language."""

import copy
import json
from zoneinfo import ZoneInfo

import pytest

from policy.lifecycle import IllegalTransitionError, RunEvent
from policy.wording import said
from services.operations import NotAllowedError
from ui.presenters.locale import LANGUAGES, Locale, other_languages

UTC = ZoneInfo("UTC")
ENGLISH, GERMAN = Locale("en", UTC), Locale("de", UTC)


def test_it_is_plain_english_for_programs_logs_and_the_database() -> None:
    text = said("At most {most} lines.", most=5)

    assert text == "At most 5 lines."
    assert json.dumps([text]) == '["At most 5 lines."]'
    assert GERMAN.told(copy.deepcopy(text)) == GERMAN.told(text)


def test_the_screen_says_it_again_with_its_values() -> None:
    error = IllegalTransitionError("completed", RunEvent.CANCEL)

    assert ENGLISH.told(error) == str(error)
    assert GERMAN.told(error).startswith("Ein Lauf im Zustand „completed“")


def test_an_error_without_values_is_found_by_its_text() -> None:
    assert GERMAN.told(NotAllowedError()) == "Dazu sind Sie nicht berechtigt."


@pytest.mark.parametrize("text", ["", "boom", "{never} filled in", "100 %"])
def test_what_no_catalogue_knows_stays_as_it_is(text: str) -> None:
    assert GERMAN.told(text) == text
    assert GERMAN.told(ValueError(text)) == text


def test_an_error_of_another_kind_is_told_as_it_tells_itself() -> None:
    error = OSError(28, "No space left on device")

    assert GERMAN.told(error) == str(error)


def test_a_count_is_grouped_as_the_language_does() -> None:
    assert ENGLISH.count("{count} byte", "{count} bytes", 1) == "1 byte"
    assert ENGLISH.count("{count} byte", "{count} bytes", 1_234_567) == "1,234,567 bytes"
    assert GERMAN.count("{count} byte", "{count} bytes", 1_234_567) == "1.234.567 Bytes"
    assert GERMAN.decimal(1.25) == "1,2"


def test_languages_go_by_the_names_that_their_speakers_use() -> None:
    assert LANGUAGES == ("en", "de")
    assert other_languages("en") == (("de", "Deutsch"),)
    assert other_languages("de") == (("en", "English"),)
