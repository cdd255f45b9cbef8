"""Where things live: bundled content, user data, the learner's workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from studyctl.errors import DataError

HOME_VARIABLE = "STUDYCTL_HOME"
DATABASE_VARIABLE = "STUDYCTL_DATABASE_URL"


def bundle_root() -> Path:
    """Folder that holds curriculum/, labs/, graders/ and data/: inside the wheel, else the repository root."""
    package = Path(__file__).resolve().parent
    bundled = package / "_bundle"
    return bundled if bundled.is_dir() else package.parent


@dataclass(frozen=True)
class Paths:
    """All folders and files of one user.

    `home` is STUDYCTL_HOME where set; then data, workspace and cards (the user's own decks) all lie below it.
    """

    data: Path
    workspace: Path
    database_url: str
    bundle: Path
    cards: Path

    @property
    def records(self) -> Path:
        """Lab records, one JSON document each."""
        return self.data / "records"

    @property
    def ceilings(self) -> Path:
        """What this machine was measured to do at most; the referee fills it."""
        return self.data / "ceilings.json"

    @property
    def drafts(self) -> Path:
        """Texts of cards while they are edited, and those that could not be stored."""
        return self.data / "drafts"

    @property
    def content_index(self) -> Path:
        """Full-text index of the content; derived, safe to delete."""
        return self.data / "content-index.db"

    @property
    def database(self) -> Path:
        """The SQLite file; meaningless where STUDYCTL_DATABASE_URL names another database."""
        return self.data / "studyctl.db"

    def ensure(self) -> None:
        """Create the data folder.

        Raises:
            DataError: the folder cannot be created or is not writable.
        """
        try:
            self.records.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                f"Cannot create the data folder {self.data}: {error.strerror}.",
                f"Make it writable, or point {HOME_VARIABLE} at a folder that is.",
            ) from error


def resolve_paths(environment: dict[str, str] | None = None) -> Paths:
    """Read the environment and name every place; creates nothing."""
    env = os.environ if environment is None else environment
    home = env.get(HOME_VARIABLE, "").strip()
    if home:
        root = Path(home).expanduser().absolute()
        data, workspace, cards = root / "data", root / "workspace", root / "cards"
    else:
        data = Path(platformdirs.user_data_dir("studyctl", appauthor=False))
        workspace = Path.home() / "studyctl"
        cards = data / "cards"
    url = env.get(DATABASE_VARIABLE, "").strip() or f"sqlite:///{data / 'studyctl.db'}"
    return Paths(data=data, workspace=workspace, database_url=url, bundle=bundle_root(), cards=cards)
