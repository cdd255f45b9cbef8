"""Pure parts of the labs."""
