"""Write `generate`."""
