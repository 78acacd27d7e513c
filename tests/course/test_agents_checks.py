"""Lesson 38's checks run a learner's agents, and leave the package as they found it."""

from typing import Any

import pytest

from oaiworkbook.course.checks import of_lesson

from ..authoring.right.lesson_38 import RIGHT

agents = pytest.importorskip("agents", reason="pip install -e '.[agents]'")


def test_a_check_leaves_the_client_and_the_traces_as_they_were() -> None:
    from agents.models import _openai_shared as shared
    from agents.tracing import get_trace_provider

    provider: Any = get_trace_provider()
    agents.set_tracing_disabled(True)
    own = object()
    shared._default_openai_client = own
    processors = provider._multi_processor._processors
    [source] = [code for name, code in RIGHT["38-2"] if name == "another client for all agents"]
    names: dict[str, Any] = {"agents": agents}
    exec(source, names)
    try:
        [exercise] = [each for each in of_lesson("38") if each.id == "38-2"]
        exercise.check(names["ask"])
        assert shared.get_default_openai_client() is own
        assert provider._manual_disabled is True
        assert provider._multi_processor._processors == processors
    finally:
        shared._default_openai_client = None
