"""Takes cards of a file into the user's decks, memory and log."""
