"""Today."""
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
class TodayScreen(StudyScreen):
    """Today."""
    HEADING = "Today"
    SCOPE = Scope.TODAY
    BINDINGS = bindings(Scope.TODAY)
