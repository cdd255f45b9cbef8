"""One file for each part of the data: rows in, domain objects out."""
