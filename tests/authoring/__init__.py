"""Tools for authors of lessons: build, lint, diff. Run with `python -m tests.authoring`."""
