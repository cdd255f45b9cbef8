"""SQLModel tables, migrations, repositories and the undo journal. Only this package speaks SQL."""
