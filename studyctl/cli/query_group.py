"""A group of commands whose first word may be a query: `studyctl cards is:due` means `studyctl cards list is:due`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

DEFAULT = "list"
_HELP = ("-h", "--help")


class QueryGroup(TyperGroup):
    """Takes what is no name of a command as the arguments of `list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `list` in front where no command is named."""
        if not args or (args[0] not in self.commands and args[0] not in _HELP):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
