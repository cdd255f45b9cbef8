"""The statistics as lines of plain text, the same for the command line and the screen. Meaning is never in colour."""
