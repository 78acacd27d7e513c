"""The engine of the exercises: judging an answer, probes that stand in for the API, hints, progress."""
