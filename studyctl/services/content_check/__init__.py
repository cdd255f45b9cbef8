"""Proves the content: one module for each kind of mistake, `check_content` runs them all."""

from studyctl.services.content_check.run import ContentReport, check_content

__all__ = ["ContentReport", "check_content"]
