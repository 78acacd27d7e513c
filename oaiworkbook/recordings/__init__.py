"""Recordings: what identifies a request, how a file is read and written, which one answers."""
