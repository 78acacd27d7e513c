"""The school on top: lessons, exercises and their checks, JupyterLab, what a notebook shows."""
