"""The filters of the audit trail."""

from typing import Any

from ui.components.viewed import Viewed


class AuditFilterForm(Viewed, component="audit_filter.js"):
    """A plain form whose answer is the same page with another address."""

    def __init__(self, view: Any) -> None:
        super().__init__(view)
        self.mark("audit-filter")
