"""What the service thread tells the screens, in the past tense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.message import Message

from studyctl.domain.outcome import Changes
from studyctl.errors import StudyError


class ContainerReady(Message):
    """The database and the content are open."""

    def __init__(self, first_start: bool) -> None:
        super().__init__()
        self.first_start = first_start


class ContainerFailed(Message):
    """The database or the content cannot be opened; nothing else will work."""

    def __init__(self, error: StudyError) -> None:
        super().__init__()
        self.error = error


class Served(Message, bubble=False):
    """A service returned: `then` takes its value."""

    def __init__(self, then: Callable[[Any], None], value: Any) -> None:
        super().__init__()
        self.then = then
        self.value = value


class Refused(Message, bubble=False):
    """A service raised an explained error: nothing was changed."""

    def __init__(self, error: StudyError, then: Callable[[StudyError], None] | None) -> None:
        super().__init__()
        self.error = error
        self.then = then


class Broken(Message):
    """A job raised what no service should: the application ends with it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Changed(Message):
    """Some areas of the data changed, here or through another program."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes
