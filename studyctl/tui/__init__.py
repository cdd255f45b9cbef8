"""The Textual front end: a thin client of the services."""
