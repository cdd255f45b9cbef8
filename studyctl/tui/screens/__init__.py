"""One screen, one module, with its stylesheet beside it."""
