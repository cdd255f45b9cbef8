"""The line that answers an act: what was done, or what went wrong and what to type next."""

from __future__ import annotations

from textual.widgets import Static


class StatusLine(Static):
    """Empty and without height until something is said; errors begin with `!`."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.text = ""

    def say(self, text: str) -> None:
        """Show a plain line."""
        self._show(text, False)

    def complain(self, message: str, hint: str) -> None:
        """Show a failure and the way out of it."""
        self._show(f"! {message}" + (f"  {hint}" if hint else ""), True)

    def _show(self, text: str, error: bool) -> None:
        self.text = text
        self.set_class(error, "-error")
        self.set_class(bool(text), "-shown")
        self.update(text)
