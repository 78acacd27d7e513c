"""Tests, and what authors use. `python -m pytest` imports this before anything else."""

import sys

# nbformat imports jsonschema, which builds a grammar of web addresses if it can: a second in each
# process of a run, and nothing here checks such an address.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
