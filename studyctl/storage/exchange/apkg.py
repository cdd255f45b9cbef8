"""Anki packages: `write_apkg` for one that every Anki since 2.1 imports, `read_package` for any that Anki exports."""

from __future__ import annotations

from studyctl.storage.exchange.apkg_reader import read_package
from studyctl.storage.exchange.apkg_writer import write_apkg

__all__ = ["read_package", "write_apkg"]
