"""The application: first paint, the service thread, and the way between screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import App, SystemCommand
from textual.screen import Screen

from studyctl.domain.clock import Clock, SystemClock
from studyctl.domain.outcome import Area
from studyctl.errors import StudyError
from studyctl.paths import Paths
from studyctl.tui.actions import BY_ID, Scope
from studyctl.tui.base import StudyScreen
from studyctl.tui.controllers.keep import close_kept, kept
from studyctl.tui.desk import Desk
from studyctl.tui.messages import Broken, Changed, ContainerFailed, ContainerReady
from studyctl.tui.routes import HOME, make_screen
from studyctl.tui.screens.today import TodayScreen

if TYPE_CHECKING:
    from studyctl.container import Container

WATCH_SECONDS = 2.0


class StudyApp(App[None]):
    """Paints Today's skeleton first; the services are opened by a thread afterwards."""

    TITLE = "studyctl"
    CSS_PATH = ["shell.tcss", "screens/today.tcss"]  # Textual reads no stylesheet of a default screen
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self, start: str = HOME, paths: Paths | None = None, clock: Clock | None = None, arguments: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.clock = clock or SystemClock()
        self.animation_level = "none"
        self.desk = Desk(self._opener(paths), self.post_message)
        self.failure: StudyError | None = None
        self._first = (start, *arguments)
        self._cards_changed = False

    def get_default_screen(self) -> Screen[None]:
        """Today lies at the bottom of the stack."""
        return TodayScreen()

    def on_ready(self, _event: events.Ready) -> None:
        """The first frame is painted: now the heavy imports may begin."""
        self.desk.start()
        if self._first != (HOME,):
            self.go(*self._first)

    def on_unmount(self) -> None:
        """Finish queued writes and end a lab run before leaving."""
        close_kept(self)
        self.desk.close()

    @on(ContainerReady)
    def welcome(self, message: ContainerReady) -> None:
        """Ask the two questions of a first start; then keep an eye on other programs' changes."""
        self.set_interval(WATCH_SECONDS, self.watch_outside)
        if message.first_start:
            self.push_screen(make_screen("onboarding"))

    @on(ContainerFailed)
    def explain_failure(self, message: ContainerFailed) -> None:
        """Show why nothing can work."""
        from studyctl.tui.screens.error import ErrorScreen

        self.failure = message.error
        self.push_screen(ErrorScreen(message.error))

    @on(Broken)
    def raise_broken(self, message: Broken) -> None:
        """End with what a job raised."""
        raise message.error

    @on(Changed)
    def spread(self, message: Changed) -> None:
        """Tell every screen which areas changed."""
        self._cards_changed |= Area.CARDS in message.changes
        for screen in self.screen_stack:
            if isinstance(screen, StudyScreen):
                screen.receive(message.changes)

    def watch_outside(self) -> None:
        """Look for changes of other programs, unless nothing may move."""
        screen = self.screen
        if isinstance(screen, StudyScreen) and not screen.still:
            screen.tick()
            self.desk.watch(screen)
            self._fit_behind(screen)

    def _fit_behind(self, screen: StudyScreen) -> None:
        """Begin what is due after answers, store what is done, and say once that it was kept."""
        fit = kept(self).fit
        if self._cards_changed:
            self._cards_changed = False
            fit.consider(self)
        fit.settle(self)
        if screen.SCOPE in (Scope.TODAY, Scope.STATISTICS) and (refit := fit.take_kept()) is not None:
            from studyctl.statistics_text.weights import kept_line

            screen.say(kept_line(refit))

    def go(self, name: str, *arguments: str) -> None:
        """Replace whatever lies above Today by another screen."""
        self._home()
        if name != HOME:
            self.push_screen(make_screen(name, *arguments))

    def open(self, name: str, *arguments: str) -> None:
        """Put a screen on top of the present one; `esc` leads back."""
        self.push_screen(make_screen(name, *arguments))

    def back(self, say: str = "") -> None:
        """One screen back, where `say` is shown; Today stays."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        if say and isinstance(self.screen, StudyScreen):
            self.screen.say(say)

    def open_help(self, scope: Scope) -> None:
        """Explain the keys of a scope."""
        self.push_screen(make_screen("help", scope.name))

    async def action_quit(self) -> None:
        """Leave with the exit code of what went wrong, if anything did."""
        self.exit(return_code=int(self.failure.exit_code) if self.failure else 0)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers the actions that work now, and the themes."""
        offered = {"palette"}
        for namespace, binding, enabled, _tooltip in screen.active_bindings.values():
            action = BY_ID.get(binding.id or "")
            if action is None or not enabled or action.id in offered or action.scope is Scope.LIST:
                continue
            offered.add(action.id)
            run = self._runner(binding.action, namespace)
            yield SystemCommand(f"{action.label}  ({action.keys[0]})", action.help, run)
        yield SystemCommand("theme", "Change the colours", self.action_change_theme)

    def _runner(self, action: str, namespace: object) -> Callable[[], None]:
        def run() -> None:
            self.call_later(self.run_action, action, namespace)

        return run

    def _home(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def _opener(self, paths: Paths | None) -> Callable[[], Container]:
        def open_container() -> Container:
            from studyctl import container

            return container.open_container(paths, self.clock)

        return open_container


def run_tui(start: str = HOME, *arguments: str) -> int:
    """Run the application from one of its screens and return the exit code."""
    app = StudyApp(start, arguments=arguments)
    app.run()
    return app.return_code or 0
