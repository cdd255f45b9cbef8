"""Names of the screens that can be jumped to; each module is imported when it is first wanted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studyctl.tui.base import StudyScreen

HOME = "today"
ROUTES = {
    "sprint": "studyctl.tui.screens.focus:FocusScreen",
    "inbox": "studyctl.tui.screens.inbox:InboxScreen",
    "review": "studyctl.tui.screens.review:ReviewScreen",
    "labs": "studyctl.tui.screens.labs:LabsScreen",
    "lab": "studyctl.tui.screens.lab_run:LabScreen",
    "predict": "studyctl.tui.screens.predict:PredictScreen",
    "lab_cards": "studyctl.tui.screens.lab_cards:LabCardsScreen",
    "interview": "studyctl.tui.screens.interview:InterviewScreen",
    "progress": "studyctl.tui.screens.progress:ProgressScreen",
    "day": "studyctl.tui.screens.day:DayScreen",
    "lesson": "studyctl.tui.screens.lesson:LessonScreen",
    "search": "studyctl.tui.screens.search:SearchScreen",
    "map": "studyctl.tui.screens.knowledge_map:MapScreen",
    "statistics": "studyctl.tui.screens.statistics:StatisticsScreen",
    "browser": "studyctl.tui.screens.browser:BrowserScreen",
    "close_day": "studyctl.tui.screens.close_day:CloseDayScreen",
    "onboarding": "studyctl.tui.screens.onboarding:OnboardingScreen",
    "help": "studyctl.tui.screens.help:HelpScreen",
}


def make_screen(name: str, *arguments: str) -> StudyScreen:
    """A new screen by its route."""
    module, _, attribute = ROUTES[name].partition(":")
    screen: StudyScreen = getattr(import_module(module), attribute)(*arguments)
    return screen
