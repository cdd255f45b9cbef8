"""Brings the schema to the newest revision; costs one query where it already is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from studyctl.errors import DataError
from studyctl.storage.engine import WRITE, explained

HEAD = "0005"
FOLDER = Path(__file__).parent / "migrations"


def current_revision(engine: Engine) -> str | None:
    """Revision of the database, or None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def ensure_schema(engine: Engine) -> None:
    """Create or upgrade the schema in one transaction.

    Raises:
        DataError: the database is damaged, or was written by a newer studyctl.
    """
    url = engine.url.render_as_string(hide_password=True)
    with explained(url):
        revision = current_revision(engine)
        if revision == HEAD:
            return
        if revision is not None and revision > HEAD:
            raise DataError(
                f"The database is of a newer studyctl (schema {revision}; this one knows {HEAD}).",
                "Upgrade studyctl: pip install -U studyctl.",
            )
        _upgrade(engine)


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        # Two programs that start on an empty database at once: the second one waits here, then finds it done.
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DataError(
                f"The database has a schema that this studyctl does not know: {error}",
                "Move the file aside, or point STUDYCTL_HOME at another folder.",
            ) from error
