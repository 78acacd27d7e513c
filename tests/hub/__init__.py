"""A JupyterHub on this machine, for a trial with the file that docs/hub.md has instructors copy."""
