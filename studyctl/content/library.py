"""The whole content behind one object; every part is read when first asked for."""

from __future__ import annotations

from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from studyctl.content.cards import read_deck
from studyctl.content.days import read_day
from studyctl.content.figures import read_figures
from studyctl.content.glossary import read_glossary
from studyctl.content.knowledge import read_graphs, read_lines, read_links, read_topics
from studyctl.content.labs import read_lab
from studyctl.content.lessons import read_lesson
from studyctl.content.protocols import Protocol, TemplateField, read_protocol, read_template
from studyctl.content.questions import read_questions
from studyctl.content.toml_file import TomlTable, load_toml
from studyctl.content.tracks import read_track
from studyctl.domain.address import Address, parse_item_id
from studyctl.domain.cards import Card
from studyctl.domain.figures import Figure
from studyctl.domain.glossary import Term
from studyctl.domain.interview import Question
from studyctl.domain.knowledge import KnowledgeMap
from studyctl.domain.labs import Lab
from studyctl.domain.lesson import Lesson
from studyctl.domain.plan import Day, Item, Track
from studyctl.errors import ContentError, NotFoundError

TEMPLATE = "template.toml"
_NOT_DAYS = ("track.toml", TEMPLATE)


class Library:
    """Tracks, days, cards, questions, labs and protocols below a bundle root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.curriculum = root / "curriculum"
        self._day = cache(self._read_day)
        self._lesson = cache(self._read_lesson)

    def _load(self, path: Path) -> TomlTable:
        return load_toml(path, path.relative_to(self._root).as_posix())

    @cached_property
    def tracks(self) -> dict[str, Track]:
        """All tracks by id, in their order.

        Raises:
            ContentError: with file and line.
        """
        found = []
        for file in sorted(self.curriculum.glob("*/track.toml")):
            labels = [day.stem for day in file.parent.glob("*.toml") if day.name not in _NOT_DAYS]
            found.append(read_track(self._load(file), file.parent.name, labels))
        if not found:
            raise ContentError(f"{self.curriculum}:1: no tracks found.", "Reinstall studyctl: its content is missing.")
        return {track.id: track for track in sorted(found, key=lambda track: track.order)}

    def track(self, track_id: str) -> Track:
        """One track.

        Raises:
            NotFoundError: no such track.
        """
        if track_id not in self.tracks:
            raise NotFoundError(f"There is no track {track_id!r}.", f"Tracks: {', '.join(self.tracks)}.")
        return self.tracks[track_id]

    def day(self, address: Address) -> Day:
        """One day with all its items.

        Raises:
            NotFoundError: the track has no such day, or it is not written yet.
        """
        track = self.track(address.track)
        if address not in track.days:
            raise NotFoundError(
                f"{track.title} has no {track.unit} {address.label}.",
                f"`studyctl plan show {track.id}` lists what it has.",
            )
        return self._day(address)

    def _read_day(self, address: Address) -> Day:
        return read_day(self._load(self.curriculum / address.track / f"{address.label}.toml"), address)

    def days(self, track_id: str) -> tuple[Day, ...]:
        """All written days of a track, in order."""
        return tuple(self._day(address) for address in self.track(track_id).days)

    def lesson(self, address: Address) -> Lesson:
        """The lesson of a day or guide section.

        Raises:
            NotFoundError: the day has none.
        """
        if address not in self.lessons:
            self.day(address)
            raise NotFoundError(
                f"{address} has no lesson.", f"`studyctl plan show {address}` shows what that day asks for."
            )
        return self._lesson(address)

    @cached_property
    def lessons(self) -> tuple[Address, ...]:
        """The days that have a lesson, by track and day."""
        files = (self.curriculum / "lessons").glob("*/*.md")
        found = [Address(file.parent.name, file.stem) for file in files]
        return tuple(sorted(found, key=lambda address: (address.track, address.sort_key)))

    def _read_lesson(self, address: Address) -> Lesson:
        path = self.curriculum / "lessons" / address.track / f"{address.label}.md"
        return read_lesson(path, path.relative_to(self._root).as_posix(), address)

    def sequence(self, track_id: str) -> tuple[Address, ...]:
        """The days that are walked through one after another."""
        numbered = [address for address in self.track(track_id).days if address.label[0].isdigit()]
        return tuple(numbered)

    def item(self, item_id: str) -> Item:
        """One item.

        Raises:
            UsageError: not an item id.
            NotFoundError: no such item.
        """
        address, kind, number = parse_item_id(item_id)
        for item in self.day(address).items:
            if item.kind.value == kind and item.number == number:
                return item
        raise NotFoundError(
            f"There is no item {item_id}.", f"`studyctl plan show {address}` lists the items of that day."
        )

    @cached_property
    def cards(self) -> dict[str, Card]:
        """All cards by id, in the order of decks and files.

        Raises:
            ContentError: with file and line; also for an id that stands twice.
        """
        cards: dict[str, Card] = {}
        for path in sorted((self.curriculum / "decks").glob("*.toml")):
            file = self._load(path)
            notes = {table.text("id"): table for table in file.tables("card")}
            for card in read_deck(file):
                if card.id in cards:
                    raise notes[card.note].error(f"the card id {card.id!r} stands twice.", "id")
                cards[card.id] = card
        return cards

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All mock-interview questions by item id.

        Raises:
            ContentError: with file and line; also for a question that stands twice.
        """
        questions: dict[str, Question] = {}
        for path in sorted((self.curriculum / "interview").glob("*.toml")):
            file = self._load(path)
            for table, question in zip(file.tables("question"), read_questions(file), strict=True):
                if question.id in questions:
                    raise table.error(f"the question {question.id} stands twice.", "item")
                questions[question.id] = question
        return questions

    @cached_property
    def labs(self) -> dict[str, Lab]:
        """All labs by slug.

        Raises:
            ContentError: with file and line.
        """
        files = sorted((self._root / "labs").glob("*/lab.toml"))
        return {file.parent.name: read_lab(self._load(file), file.parent.name) for file in files}

    @cached_property
    def figures(self) -> dict[str, tuple[Figure, ...]]:
        """The figures of each lab by its slug, the headline first.

        Raises:
            ContentError: with file and line.
        """
        files = sorted((self.curriculum / "figures").glob("*.toml"))
        return {file.stem: read_figures(self._load(file), file.stem) for file in files}

    def fingerprint(self) -> str:
        """A digest over names, sizes and times of all content files: another one after any change."""
        files = sorted([*self.curriculum.glob("**/*"), *(self._root / "labs").glob("*/lab.toml")])
        state = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
        return sha256(repr(state).encode()).hexdigest()

    @property
    def examples(self) -> Path:
        """Folder of example files that a user may start from."""
        return self.curriculum / "examples"

    def lab_folder(self, slug: str) -> Path:
        """Folder of a lab's files."""
        return self._root / "labs" / slug

    def record_files(self, slug: str) -> list[Path]:
        """The committed records of a lab's reference, one for each device."""
        return sorted((self._root / "data" / "records").glob(f"{slug}-*.json"))

    @cached_property
    def map(self) -> KnowledgeMap:
        """The knowledge map.

        Raises:
            ContentError: with file and line.
        """
        folder = self.curriculum / "map"
        branches, topics = read_topics(self._load(folder / "topics.toml"))
        return KnowledgeMap(
            branches,
            topics,
            read_lines(self._load(folder / "lines.toml")),
            read_links(self._load(folder / "links.toml")),
            read_graphs(self._load(folder / "graphs.toml")),
        )

    @cached_property
    def glossary(self) -> dict[str, Term]:
        """Terms by name.

        Raises:
            ContentError: with file and line.
        """
        return read_glossary(self._load(self.curriculum / "glossary.toml"))

    @cached_property
    def protocols(self) -> tuple[Protocol, ...]:
        """All protocols, in their order within each kind."""
        found = [read_protocol(self._load(path)) for path in sorted((self.curriculum / "protocols").glob("*.toml"))]
        return tuple(sorted(found, key=lambda protocol: (protocol.kind, protocol.order)))

    @cached_property
    def template(self) -> tuple[TemplateField, ...]:
        """The observation template's fields."""
        return read_template(self._load(self.curriculum / "s3" / TEMPLATE))
