"""Composition root: clock, paths, content, database and the services over them. Knows no front end."""

from __future__ import annotations

from functools import cached_property

from studyctl.content.decks import deck_files, read_deck_file
from studyctl.content.library import Library
from studyctl.domain.clock import Clock, SystemClock
from studyctl.paths import Paths, resolve_paths
from studyctl.services import doctor
from studyctl.services.background_fit import BackgroundFit
from studyctl.services.breaks import BreakService
from studyctl.services.card_acts import CardService
from studyctl.services.card_add import CardAddService
from studyctl.services.card_browser import BrowserService
from studyctl.services.card_edit import CardEditService
from studyctl.services.card_lint import CardLintService
from studyctl.services.card_shelf import CardShelf
from studyctl.services.context import Context
from studyctl.services.coverage import MapService
from studyctl.services.days import DayService
from studyctl.services.deadline import DeadlineService
from studyctl.services.export import ExportService
from studyctl.services.import_progress import ImportService
from studyctl.services.interview import InterviewService
from studyctl.services.lab_cards import LabCardService
from studyctl.services.lab_hints import HintService
from studyctl.services.lab_trust import TrustService
from studyctl.services.labs import LabService
from studyctl.services.plan import PlanService
from studyctl.services.practice import PracticeService
from studyctl.services.predictions import PredictionService
from studyctl.services.progress import ProgressService
from studyctl.services.resolve import Resolver
from studyctl.services.review import ReviewService
from studyctl.services.review_statistics import StatisticsService
from studyctl.services.search import SearchService
from studyctl.services.settings import SettingsService
from studyctl.services.sprints import InboxService, SprintService
from studyctl.services.ticks import TickService
from studyctl.services.today import TodayService
from studyctl.services.undo import UndoService
from studyctl.storage import rebuild as rebuilding
from studyctl.storage.database import open_database
from studyctl.storage.integrity import check_integrity
from studyctl.storage.rebuild import Rebuilt


class Container:
    """Services over one open database. Close it when done."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.settings = SettingsService(context)
        self.resolve = Resolver(context)
        self.plan = PlanService(context)
        self.ticks = TickService(context)
        self.days = DayService(context)
        self.sprints = SprintService(context)
        self.inbox = InboxService(context)
        self.review = ReviewService(context)
        self.deadline = DeadlineService(context)
        self.cards = CardService(context)
        self.browser = BrowserService(context)
        self.practice = PracticeService(context)
        self.breaks = BreakService(context)
        self.background_fit = BackgroundFit(context)
        self.edits = CardEditService(context)
        self.adding = CardAddService(context)
        self.lint = CardLintService(context)
        self.interview = InterviewService(context)
        self.labs = LabService(context)
        self.hints = HintService(context)
        self.predictions = PredictionService(context)
        self.lab_cards = LabCardService(context, self.predictions)
        self.trust = TrustService(context)
        self.progress = ProgressService(context)
        self.statistics = StatisticsService(context)
        self.export = ExportService(context)
        self.map = MapService(context)
        self.search = SearchService(context)
        self.imports = ImportService(context)
        self.undo = UndoService(context)
        self.today = TodayService(context, self.plan, self.review, self.interview, self.sprints)

    @cached_property
    def library(self) -> Library:
        """The content."""
        return self.context.library

    def close(self) -> None:
        """Give the database connections back."""
        self.context.database.close()


def open_container(paths: Paths | None = None, clock: Clock | None = None) -> Container:
    """Open the user's data and build the services.

    Raises:
        DataError: the data folder or the database cannot be used.
    """
    paths = paths or resolve_paths()
    clock = clock or SystemClock()
    paths.ensure()
    database = open_database(paths.database_url, clock, paths.cards)
    library = Library(paths.bundle)
    return Container(Context(database, library, clock, paths, CardShelf(database, library, paths.cards)))


def rebuild(paths: Paths | None = None, repair: bool = False) -> list[Rebuilt]:
    """Derive from the logs what follows from them and count what differs; with `repair` also write it.

    Raises:
        DataError: the data folder or the database cannot be used.
    """
    container = open_container(paths)
    try:
        container.context.shelf.sync()
        if repair:
            with container.context.database.maintain() as connection:
                return rebuilding.repair(connection)
        with container.context.database.read() as connection:
            return rebuilding.compare(connection)
    finally:
        container.close()


def diagnose(paths: Paths | None = None) -> list[doctor.Finding]:
    """Check everything, whatever is broken."""
    paths = paths or resolve_paths()
    library = Library(paths.bundle)

    def content() -> str:
        days = sum(len(library.days(track)) for track in library.tracks)
        return f"{days} days, {len(library.cards)} cards, {len(library.questions)} questions, {len(library.labs)} labs"

    def own_cards() -> str:
        for file in deck_files(library.curriculum, paths.cards):
            if file.own:
                read_deck_file(file)
        return str(paths.cards)

    def database() -> str:
        opened = open_database(paths.database_url, SystemClock())
        try:
            return check_integrity(opened)
        finally:
            opened.close()

    places = doctor.check_places(paths)
    own = doctor.attempt("own cards", own_cards, "`studyctl cards lint` lists all that is wrong with them.")
    findings = [*places, doctor.attempt("content", content), own]
    if all(place.health is doctor.Health.OK for place in places):
        findings.append(doctor.attempt("database", database))
    return findings + doctor.check_tools()
