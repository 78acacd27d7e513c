"""What the exercises ask: one module a lesson, with its `EXERCISES`."""
