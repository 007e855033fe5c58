"""The console's own colours, as they look on paper."""

ACCENT = "#0f766e"
TEXT = "#1b2329"
QUIET_TEXT = "#5b6770"
LINE = "#e1e5e9"
MIXED = "#d9942b"
BAD = "#b42318"
QUIET = "#b6bfc6"
