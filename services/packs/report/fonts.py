"""The faces that a PDF is set in, chosen by what its texts are written in."""

from collections.abc import Set
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

FAMILY = "report"

# Blocks of Unicode, the package that holds a face for them, and its file. Loaded when needed.
_NOTO = "manimgx_fonts"
_SCRIPTS = (
    ("latin", _NOTO, "NotoSans[wght].ttf", ((0x0080, 0x052F), (0x1E00, 0x2BFF), (0xA720, 0xA7FF))),
    ("armenian", _NOTO, "NotoSansArmenian[wght].ttf", ((0x0530, 0x058F),)),
    ("hebrew", _NOTO, "NotoSansHebrew[wght].ttf", ((0x0590, 0x05FF), (0xFB1D, 0xFB4F))),
    (
        "arabic",
        _NOTO,
        "NotoSansArabic[wght].ttf",
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDF9), (0xFE70, 0xFEFF)),
    ),
    ("devanagari", _NOTO, "NotoSansDevanagari[wght].ttf", ((0x0900, 0x097F),)),
    ("bengali", _NOTO, "NotoSansBengali[wght].ttf", ((0x0980, 0x09FF),)),
    ("gurmukhi", _NOTO, "NotoSansGurmukhi[wght].ttf", ((0x0A00, 0x0A7F),)),
    ("gujarati", _NOTO, "NotoSansGujarati[wght].ttf", ((0x0A80, 0x0AFF),)),
    ("oriya", _NOTO, "NotoSansOriya[wght].ttf", ((0x0B00, 0x0B7F),)),
    ("tamil", _NOTO, "NotoSansTamil[wght].ttf", ((0x0B80, 0x0BFF),)),
    ("telugu", _NOTO, "NotoSansTelugu[wght].ttf", ((0x0C00, 0x0C7F),)),
    ("kannada", _NOTO, "NotoSansKannada[wght].ttf", ((0x0C80, 0x0CFF),)),
    ("malayalam", _NOTO, "NotoSansMalayalam[wght].ttf", ((0x0D00, 0x0D7F),)),
    ("sinhala", _NOTO, "NotoSansSinhala[wght].ttf", ((0x0D80, 0x0DFF),)),
    ("thai", _NOTO, "NotoSansThai[wght].ttf", ((0x0E00, 0x0E7F),)),
    ("lao", _NOTO, "NotoSansLao[wght].ttf", ((0x0E80, 0x0EFF),)),
    ("myanmar", _NOTO, "NotoSansMyanmar[wght].ttf", ((0x1000, 0x109F),)),
    ("georgian", _NOTO, "NotoSansGeorgian[wght].ttf", ((0x10A0, 0x10FF), (0x1C90, 0x1CBF))),
    ("ethiopic", _NOTO, "NotoSansEthiopic[wght].ttf", ((0x1200, 0x139F),)),
    ("khmer", _NOTO, "NotoSansKhmer[wght].ttf", ((0x1780, 0x17FF),)),
    ("emoji", _NOTO, "NotoEmoji[wght].ttf", ((0x2600, 0x27BF), (0x1F000, 0x1FAFF))),
    (
        "cjk",
        "noto_cjk_sans_jp_regular",
        "NotoSansCJKjp-Regular.otf",
        ((0x1100, 0x11FF), (0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF)),
    ),
)


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    path: Path


def regular() -> Path:
    return _file("fontpkg_fira_sans", "files/FiraSans-Regular.ttf")


def bold() -> Path:
    return _file("fontpkg_fira_sans", "files/FiraSans-SemiBold.ttf")


def faces_for(characters: Set[str]) -> tuple[Face, ...]:
    """The further faces that may be needed for these characters; few for most reports."""
    used = {ord(character) for character in characters if not character.isascii()}
    return tuple(
        Face(name, _file(package, file))
        for name, package, file, blocks in _SCRIPTS
        if any(first <= code <= last for code in used for first, last in blocks)
    )


def _file(package: str, name: str) -> Path:
    return Path(str(files(package))) / name
