"""Other programs as oracles."""
