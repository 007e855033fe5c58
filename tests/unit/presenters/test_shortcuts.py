"""The keys that take one somewhere, and the sheet that lists them."""

from tests.unit.presenters.factories import LOCALE
from ui.places import PLACES
from ui.presenters.shortcuts import letters, shortcuts


def test_every_place_has_a_letter_of_its_own() -> None:
    assert sorted(letters(PLACES).values()) == sorted(place.href for place in PLACES)


def test_the_sheet_lists_only_where_one_may_go() -> None:
    listed = [one["keys"] for one in shortcuts(PLACES[:1], LOCALE) if one["keys"][0] == "g"]

    assert listed == [["g", next(iter(letters(PLACES[:1])))]]
