"""Flashcards in and out: Anki packages, CSV and JSON Lines."""
