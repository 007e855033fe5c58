"""The paper: page size, faces, footer, and the few ways in which texts are set on it."""

import re
from collections.abc import Callable, Set
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from services.packs.report import fonts, palette
from services.packs.report.document import Document, Tone

# Signs that cannot be set: a single one of them is wider than most columns.
_TOO_WIDE = re.compile("[\ufdfa-\ufdff\u2e3a\u2e3b]")
# Letters that change with their neighbours, or run from right to left.
_NEEDS_SHAPING = re.compile("[\u0590-\u08ff\u0900-\u0dff\u0e80-\u109f\u1780-\u17ff\ufb1d-\ufefc]")
_MARGIN = 15
_BOTTOM = 19

Colour = tuple[int, int, int]


def colour(value: str) -> Colour:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


class Sheet(FPDF):
    """An A4 document in the report's face; measures are millimetres, type sizes points."""

    ACCENT = colour(palette.ACCENT)
    TEXT = colour(palette.TEXT)
    QUIET = colour(palette.QUIET_TEXT)
    LINE = colour(palette.LINE)
    TONES = {
        Tone.GOOD: colour("#17743e"),
        Tone.MIXED: colour("#9a5b00"),
        Tone.BAD: colour(palette.BAD),
        Tone.QUIET: QUIET,
    }

    def __init__(
        self,
        document: Document,
        generated_at: datetime,
        characters: Set[str],
        checkpoint: Callable[[], None],
    ) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self._footer = document.footer
        self._checkpoint = checkpoint
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, _BOTTOM)
        self.c_margin = 0  # texts begin where lines and frames do
        self.set_title(document.title)
        self.set_lang("en")
        self.set_creator("Stillwatch")
        self.set_producer("Stillwatch")
        self.set_creation_date(generated_at)
        self.add_font(fonts.FAMILY, "", fonts.regular())
        self.add_font(fonts.FAMILY, "B", fonts.bold())
        faces = fonts.faces_for(characters)
        for face in faces:
            self.add_font(face.name, "", face.path)
        self.set_fallback_fonts([face.name for face in faces], exact_match=False)
        if any(map(_NEEDS_SHAPING.match, characters)):
            self.set_text_shaping(True)

    def close(self) -> None:
        """Let go of the files of the faces, which are open until then."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def file_id(self) -> None:
        """None: it would be made of the time, and the same evidence makes the same bytes."""

    def normalize_text(self, text: str) -> str:
        return super().normalize_text(_TOO_WIDE.sub("\ufffd", text))

    def footer(self) -> None:
        self._checkpoint()  # once a page: a long table is drawn at one go otherwise
        self.set_y(-12)
        self.face(8, colour=self.QUIET)
        self.cell(self.epw - 30, 5, self._footer)
        self.cell(30, 5, f"{self.page_no()} / {{nb}}", align="R")

    def face(self, size: float, style: str = "", colour: Colour | None = None) -> None:
        """Set what the next text looks like."""
        self.set_font(fonts.FAMILY, style, size)
        self.set_text_color(*(colour or self.TEXT))

    def write_line(
        self, text: str, size: float, style: str = "", colour: Colour | None = None
    ) -> None:
        """A paragraph over the whole width, ragged right."""
        self.face(size, style, colour)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def height_of(self, text: str, size: float, width: float = 0) -> float:
        """What a text takes in `width`, or in the whole width, as `write_line` sets it."""
        self.face(size)
        height: Any = self.multi_cell(
            width, size * 0.5, text, align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return float(height)

    def write_pair(self, name: str, value: str) -> None:
        """A fact: its name in a narrow column, its value beside it."""
        self.face(9, colour=self.QUIET)
        self.cell(30, 4.6, name)
        self.face(9)
        self.multi_cell(0, 4.6, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rule(self, colour: Colour, width: float) -> None:
        """A line over the whole width."""
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)

    def keep_together(self, height: float) -> None:
        """Begin a new page if less than `height` is left on this one."""
        if self.will_page_break(height):
            self.add_page()
