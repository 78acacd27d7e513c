"""The fixtures that a project's own tests ask for: replay, record, what fails and what it says."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from oaiworkbook import costs
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served, Source
from oaiworkbook.recordings.file import Answer, read_recording

from .echo import Echo

pytest_plugins = ["pytester"]

ASKS = """
    def ask(client, words, **more):
        return client.responses.create(model="gpt-6-luna", input=words, **more).output_text
"""
SAYS = """
    from ask import ask

    def test_it_says(openai_client):
        assert ask(openai_client, "Is the ferry to Ryde late today?") == "You said: Is the ferry to Ryde late today?"
"""
TWO = """
    import pytest
    from ask import ask

    @pytest.mark.parametrize("place", ["Ryde", "ryde", "Cowes/East"])
    def test_places(openai_client, place):
        assert ask(openai_client, place) == f"You said: {place}"

    def test_first(openai_client):
        assert ask(openai_client, "the same") == "You said: the same"

    class TestAgain:
        def test_first(self, openai_client):
            assert ask(openai_client, "the same") == "You said: the same"
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An engineer's project, with one module to test and nothing recorded."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest('pytest_plugins = ["oaiworkbook.pytest_plugin"]')
    pytester.makepyfile(ask=ASKS)
    pytester.syspathinsert()
    return pytester


@contextmanager
def recording(
    monkeypatch: pytest.MonkeyPatch, source: Source | None = None
) -> Iterator[PracticeServer]:
    """The API that a test is recorded from."""
    with monkeypatch.context() as patch, PracticeServer(source=source or Echo()) as server:
        patch.setenv("OPENAI_BASE_URL", server.url)
        patch.setenv("OPENAI_API_KEY", "sk-test")
        yield server


def recorded(project: pytest.Pytester) -> list[str]:
    folder = project.path / "recordings"
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def refusing(served: Served) -> Reply:
    answer = error_answer(401, "Wrong key.", type="invalid_request_error", code="invalid_api_key")
    return Reply(Answer.model_validate(answer), "authored")


def test_what_is_recorded_once_replays_without_a_key(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS)
    with recording(monkeypatch) as server:
        project.runpytest("--openai-record=once").assert_outcomes(passed=1)
        project.runpytest("--openai-record=once").assert_outcomes(passed=1)
        assert len(server.log) == 1, "what has recordings is not sent again"
        project.runpytest("--openai-record=all").assert_outcomes(passed=1)
        assert len(server.log) == 2
    [name] = recorded(project)
    assert name.startswith("test_says/test_it_says/01-responses-")
    project.runpytest().assert_outcomes(passed=1)


def test_a_key_and_the_mode_of_the_environment_change_nothing(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS)
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    with recording(monkeypatch) as server:
        monkeypatch.setenv("OAIWORKBOOK_LOCAL", server.url)
        failed = project.runpytest()
        failed.assert_outcomes(failed=1)
        failed.stdout.fnmatch_lines(["E *RecordingNotFound: no recorded answer for POST*"])
        assert server.log == []


def test_each_test_has_recordings_of_its_own(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also two that ask the same, and parameters that a file system may take for the same."""
    project.makepyfile(test_two=TWO)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once").assert_outcomes(passed=5)
    folders = [name.split("/")[1] for name in recorded(project)]
    assert len({folder.lower() for folder in folders}) == 5
    assert {"test_places-ryde", "test_first", "TestAgain.test_first"} < set(folders)
    project.runpytest("-p", "no:randomly").assert_outcomes(passed=5)


def test_with_xdist(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    project.makepyfile(test_two=TWO)
    with recording(monkeypatch) as server:
        ran = project.runpytest_subprocess("--openai-record=once", "-n", "2")
        ran.assert_outcomes(passed=5)
        assert len(server.log) == 5
    assert len(recorded(project)) == 5
    project.runpytest_subprocess("-n", "2").assert_outcomes(passed=5)


def test_a_changed_prompt_fails_and_names_the_nearest_recording(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once")
        [before] = recorded(project)
        project.makepyfile(test_says=SAYS.replace("late today", "late tonight"))
        failed = project.runpytest("--openai-record=once")
    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(
        [
            f"E *nearest recording: test_it_says/{before.split('/')[2]}, differs in input",
            "E *recorded: Is the ferry to Ryde late [[]today?]",
            "E *yours: *Is the ferry to Ryde late [[]tonight?]",
            'E *record this test: pytest --openai-record=all "test_says.py::test_it_says"',
        ]
    )
    failed.stdout.no_fnmatch_line("*_base_client.py*")
    assert recorded(project) == [before]
    with recording(monkeypatch):
        project.runpytest("--openai-record=all").assert_outcomes(passed=1)
    [after] = recorded(project)
    assert after != before, "the answer to the old prompt is gone"


def test_another_text_is_no_question_of_one_s_own(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once")
    project.makepyfile(test_says=SAYS.replace("Is the ferry to Ryde late today?", "Who?"))
    project.runpytest().stdout.fnmatch_lines(["E *nearest recording: test_it_says/*"])


SWALLOWS = """
    import openai
    from ask import ask

    def test_it_falls_back(openai_client):
        try:
            ask(openai_client, "x")
        except openai.OpenAIError:
            pass
"""


def test_a_miss_that_the_program_swallows_fails_all_the_same(project: pytest.Pytester) -> None:
    project.makepyfile(test_swallows=SWALLOWS)
    ran = project.runpytest()
    ran.assert_outcomes(passed=1, errors=1)
    ran.stdout.fnmatch_lines(
        ["*a call had no recording:", "nothing is recorded*", "*--openai-record=once*"]
    )


def test_nothing_is_recorded_in_ci(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS)
    monkeypatch.setenv("CI", "true")
    with recording(monkeypatch) as server:
        refused = project.runpytest("--openai-record=all")
        assert refused.ret == pytest.ExitCode.USAGE_ERROR
        refused.stderr.fnmatch_lines(["*CI says that this is CI, where nothing is sent.*"])
        monkeypatch.setenv("CI", "false")
        assert server.log == []
        project.runpytest("--openai-record=all").assert_outcomes(passed=1)


def test_to_record_without_a_key_says_what_to_set(project: pytest.Pytester) -> None:
    project.makepyfile(test_says=SAYS)
    ran = project.runpytest("--openai-record=once")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["E *no API key is set. Set OPENAI_API_KEY*"])


def test_a_failure_of_the_api_is_kept_only_where_the_test_passes(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    expects = """
        import openai, pytest
        from ask import ask

        def test_a_wrong_key(openai_client):
            with pytest.raises(openai.AuthenticationError):
                ask(openai_client, "x")
    """
    project.makepyfile(test_says=SAYS, test_refused=expects)
    with recording(monkeypatch, refusing):
        project.runpytest("--openai-record=once").assert_outcomes(passed=1, failed=1)
    [name] = recorded(project)
    assert name.startswith("test_refused/")
    project.runpytest("test_refused.py").assert_outcomes(passed=1)


def test_an_answer_and_then_a_refusal_to_the_same_request_replay_in_order(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = """
        import openai, pytest
        from ask import ask

        def test_it(openai_client):
            assert ask(openai_client, "x") == "You said: x"
            with pytest.raises(openai.AuthenticationError):
                ask(openai_client, "x")
    """
    project.makepyfile(test_both=both)
    echo, asked = Echo(), []

    def source(served: Served) -> Reply:
        asked.append(served)
        return echo(served) if len(asked) == 1 else refusing(served)

    with recording(monkeypatch, source):
        project.runpytest("--openai-record=once").assert_outcomes(passed=1)
    project.runpytest().assert_outcomes(passed=1)


def test_a_good_answer_of_a_test_that_fails_is_kept(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS.replace("You said", "I heard"))
    with recording(monkeypatch):
        project.runpytest("--openai-record=once").assert_outcomes(failed=1)
    project.makepyfile(test_says=SAYS)
    project.runpytest().assert_outcomes(passed=1)


def test_a_test_that_fails_takes_no_recording_away(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = """
        from ask import ask

        def test_both(openai_client):
            ask(openai_client, "one")
            ask(openai_client, "two")
    """
    project.makepyfile(test_b=both)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once").assert_outcomes(passed=1)
        before = recorded(project)
        project.makepyfile(test_b=both.replace('ask(openai_client, "two")', "assert False"))
        project.runpytest("--openai-record=all").assert_outcomes(failed=1)
    assert recorded(project) == before
    assert len(before) == 2


ASYNC = """
    import asyncio

    def test_it_waits(async_openai_client):
        async def ask():
            stream = await async_openai_client.responses.create(
                model="gpt-6-luna", input="hi", stream=True
            )
            return [event.type async for event in stream]

        assert asyncio.run(ask())[-1] == "response.completed"
"""


def test_async_streams(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    project.makepyfile(test_async=ASYNC)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once", "-W", "error").assert_outcomes(passed=1)
    assert len(recorded(project)) == 1
    project.runpytest("-W", "error").assert_outcomes(passed=1)


def test_a_client_that_the_program_makes_has_the_same_recordings(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = """
        import pytest
        from ask import ask
        from oaiworkbook import OpenAI

        @pytest.mark.usefixtures("openai_client")
        def test_own():
            assert ask(OpenAI(), "hi") == "You said: hi"
    """
    project.makepyfile(test_own=own)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once").assert_outcomes(passed=1)
    project.runpytest().assert_outcomes(passed=1)
    assert "OAIWORKBOOK_RECORDINGS" not in os.environ


@pytest.mark.parametrize("where", ["the test's own", "the client's"])
def test_no_key_is_written(
    where: str, project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-proj-" + "a1b2c3d4e5f6" * 3
    words = f"Use {key}" if where == "the test's own" else "hi"
    project.makepyfile(
        test_key=f"""
        from ask import ask

        def test_it(openai_client):
            tool = {{"type": "mcp", "server_label": "a", "server_url": "https://a.example", "authorization": "{key}"}}
            ask(openai_client, "{words}", tools=[tool])
    """
    )
    monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", "gpt-6-luna")
    with recording(monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", key)
        ran = project.runpytest("--openai-record=once")
    files = [project.path / "recordings" / name for name in recorded(project)]
    assert all(key not in path.read_text("utf-8") for path in files)
    if where == "the test's own":
        assert files == []
        ran.assert_outcomes(passed=1, errors=1, warnings=1)
        ran.stdout.fnmatch_lines(
            ["*an answer that it got is not recorded:", "There is a key in request.body.input*"]
        )
    else:
        assert "(secret)" in files[0].read_text("utf-8")


def test_it_replays_at_once_and_writes_nothing_into_the_user_s_log(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(test_says=SAYS)
    with recording(monkeypatch):
        project.runpytest("--openai-record=once")
    [name] = recorded(project)
    path = project.path / "recordings" / name
    slow = json.loads(path.read_text("utf-8"))
    slow["answers"][0]["ms"] = 3_000_000
    path.write_text(json.dumps(slow), "utf-8")
    assert read_recording(path).answers[0].ms == 3_000_000
    before = costs().rows()
    project.runpytest_subprocess(timeout=60).assert_outcomes(passed=1)
    assert costs().rows() == before
    assert [row["calls"] for row in before] == [1], "what was recorded is in it"


def test_it_goes_with_pytest_recording(project: pytest.Pytester) -> None:
    """Two plugins with one name for an option end every run."""
    project.makeconftest(
        """
        pytest_plugins = ["oaiworkbook.pytest_plugin"]

        def pytest_addoption(parser):
            for name in ("--record-mode", "--vcr-record", "--record", "--block-network"):
                parser.addoption(name)
        """
    )
    project.makepyfile(test_x="def test_x(): pass")
    project.runpytest().assert_outcomes(passed=1)


def test_who_does_not_ask_for_it_has_none_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_x="def test_x(): pass")
    refused = pytester.runpytest_subprocess("--openai-record=once")
    refused.stderr.fnmatch_lines(["*unrecognized arguments: --openai-record=once*"])
