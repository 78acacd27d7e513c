"""Typical mistakes in lesson 34, and what the check says to each."""

_INSIDE = """
def inside(folder, name):
    {before}
    path = {path}
    if {bad}:
        raise {error}
    return {found}
"""
_FITS = {
    "before": "folder = folder.resolve()",
    "path": "(folder / name).resolve()",
    "bad": "path == folder or not path.is_relative_to(folder)",
    "error": "PermissionError(name)",
    "found": "path",
}


def _inside(**other: str) -> str:
    return _INSIDE.format(**_FITS | other)


_WORK = """
def work(client, task, run, approve):
    no = {no}
    shell = {shell}
    items, before = task, None
    for number in range({requests}):
        response = client.responses.create(
            model="{model}", tools=[shell], input=items, previous_response_id=before
        )
        calls = [item for item in response.output if item.type == "shell_call"]
        if {done}:
            return {text}
        {last}
        items, before = [], response.id
        for call in {calls}:
            done = {entries}
            back = {{"type": "{kind}", "call_id": call.{id}, "output": {output}}}
            items.append(back{length})
    {end}
"""
_GOOD = {
    "no": '{"stdout": "", "stderr": "refused", "outcome": {"type": "exit", "exit_code": 126}}',
    "shell": '{"type": "shell", "environment": {"type": "local"}}',
    "requests": "6",
    "model": "gpt-6-luna",
    "done": "not calls",
    "text": "response.output_text",
    "last": "if number == 5:\n            break",
    "calls": "calls",
    "entries": "[run(each) if approve(each) else no for each in call.action.commands]",
    "kind": "shell_call_output",
    "id": "call_id",
    "output": "done",
    "length": ' | {"max_output_length": call.action.max_output_length}',
    "end": 'raise RuntimeError("no text after six requests")',
}


def _work(**other: str) -> str:
    return _WORK.format(**_GOOD | other)


_LIMITED = """
def limited(program, folder, seconds, most):
    env = {env}
    out, err = "", ""
    try:
        done = subprocess.run({program}, {how}timeout={seconds})
        out, err = {out}, {err}
        outcome = {{"type": "exit", "exit_code": {code}}}
    except subprocess.TimeoutExpired{as_late}:
        outcome = {late}
        {partly}
    except {missing} as error:
        err = {words}
        outcome = {{"type": "exit", "exit_code": 127}}
    return {entry}
"""
_WELL = {
    "env": '{name: value for name, value in os.environ.items() if "KEY" not in name}',
    "program": "program",
    "how": 'cwd=folder, env=env, capture_output=True, encoding="utf-8", errors="replace", ',
    "seconds": "seconds",
    "out": "done.stdout[-most:]",
    "err": "done.stderr[-most:]",
    "code": "done.returncode",
    "as_late": "",
    "late": '{"type": "timeout"}',
    "partly": "pass",
    "missing": "OSError",
    "words": "str(error)",
    "entry": '{"stdout": out, "stderr": err, "outcome": outcome}',
}


def _limited(**other: str) -> str:
    return _LIMITED.format(**_WELL | other)


WRONG = {
    "34-1": [
        (
            "looks for two dots",
            _inside(bad='".." in name or path == folder or not path.is_relative_to(folder)'),
            "`scans/../rename.py` was refused, and it lies in the folder",
        ),
        (
            "compares texts",
            _inside(bad="path == folder or not str(path).startswith(str(folder))"),
            "`../archive2/rename.py` lies outside of the folder: it raised nothing",
        ),
        (
            "does not resolve",
            _inside(path="folder / name"),
            "for `scans/../rename.py` it returned",
        ),
        (
            "resolves what it returns only",
            _inside(path="folder / name", found="path.resolve()"),
            "`..` lies outside of the folder: it raised nothing",
        ),
        (
            "makes it absolute without following links",
            _inside(path="Path(os.path.abspath(folder / name))"),
            "`out` is a link, or behind one, that leads outside",
        ),
        (
            "forgets the folder itself",
            _inside(bad="not path.is_relative_to(folder)"),
            "'.' is the folder itself: it raised nothing",
        ),
        (
            "does not resolve the folder",
            _inside(before="pass"),
            "`rename.py` in a folder that is a link was refused",
        ),
        (
            "wants the file to exist",
            _inside(path="(folder / name).resolve(strict=True)"),
            "`FileNotFoundError`",
        ),
        (
            "only the folder's own files",
            _inside(bad="path.parent != folder"),
            "`scans/harbour.tif` was refused",
        ),
        (
            "raises another error",
            _inside(error="ValueError(name)"),
            "it raised `ValueError`, not `PermissionError`",
        ),
        (
            "returns a text",
            _inside(found="str(path)"),
            "for `rename.py` it returned a str, not a Path",
        ),
        (
            "returns the way from the folder",
            _inside(found="path.relative_to(folder)"),
            "for `rename.py` it returned `rename.py`, not",
        ),
        (
            "returns None",
            _inside(bad="path == folder", found="path if path.is_relative_to(folder) else None"),
            "`..` lies outside of the folder: it raised nothing and returned None",
        ),
    ],
    "34-2": [
        (
            "runs without asking",
            _work(entries="[run(each) for each in call.action.commands]"),
            "it called `run('ls')` where `approve('ls')` comes",
        ),
        (
            "asks for all before it runs one",
            _work(
                entries="[run(c) if ok else no for c, ok in "
                "[(c, approve(c)) for c in call.action.commands]]"
            ),
            "it called `approve('python a.py')` where `run('ls')` comes",
        ),
        (
            "runs, then asks",
            _work(
                entries="[e if approve(c) else no for c in call.action.commands for e in [run(c)]]"
            ),
            "for one command it called `run('ls')` where",
        ),
        (
            "leaves out what is refused",
            _work(entries="[run(each) for each in call.action.commands if approve(each)]"),
            "for a command that is refused, request 2: a result is [];",
        ),
        (
            "stops at a refusal",
            _work(
                entries="[run(each) if approve(each) else 1 / 0 for each in call.action.commands]"
            ),
            "`ZeroDivisionError`",
        ),
        (
            "another entry for a refusal",
            _work(no='{"stdout": "", "stderr": "no", "outcome": {"type": "exit", "exit_code": 1}}'),
            "for a command that is refused, request 2: a result is",
        ),
        (
            "only the first call",
            _work(calls="calls[:1]"),
            "No tool output found for shell call call_01.",
        ),
        (
            "only the first command",
            _work(
                entries="[run(each) if approve(each) else no for each in call.action.commands[:1]]"
            ),
            "for two commands in one call, request 2: a result is",
        ),
        (
            "the output of a function",
            _work(kind="function_call_output"),
            "request 2: a result is",
        ),
        (
            "answers with the id of the item",
            _work(id="id"),
            "No tool call found for the output with call_id 'sh_00'.",
        ),
        (
            "the output as a text",
            _work(output="str(done)"),
            "'output' holds str, not a list.",
        ),
        (
            "drops the length",
            _work(length=""),
            "`max_output_length` is None; that of the call is 500",
        ),
        (
            "a shell at OpenAI",
            _work(shell='{"type": "shell", "environment": {"type": "container_auto"}}'),
            "the environment of the shell is {'type': 'container_auto'}",
        ),
        (
            "a shell without a place",
            _work(shell='{"type": "shell"}'),
            "the environment of the shell is None",
        ),
        ("five requests", _work(requests="5"), "for five rounds it raised `RuntimeError`"),
        (
            "seven requests",
            _work(requests="7", last=""),
            "for calls without end it asked or ran more than the 10 times",
        ),
        (
            "runs the calls of the sixth",
            _work(last=""),
            "for calls without end it asked or ran more than",
        ),
        (
            "gives up silently",
            _work(end="return response.output_text"),
            "for calls without end it returned '' and raised nothing",
        ),
        (
            "the first text, whatever comes with it",
            _work(done="response.output_text"),
            "for a call and words beside it it asked or ran less than the 2 times",
        ),
        ("returns the response", _work(text="response"), "it returned a Response, not a text"),
        ("another model", _work(model="gpt-6.2-sol"), "request 1 asks the model 'gpt-6.2-sol'"),
        (
            "forgets what was said",
            _work().replace(", previous_response_id=before", ""),
            "No tool call found for the output",
        ),
        (
            "forces a call each time",
            _work().replace("input=items,", 'input=items, tool_choice="required",'),
            "`tool_choice` is 'required'",
        ),
        (
            "hides the API's errors",
            _work()
            .replace("        response = client", "        try:\n            response = client")
            .replace(
                "        calls = [item",
                "        except Exception:\n            return None\n        calls = [item",
            ),
            "is kept from the caller",
        ),
    ],
    "34-3": [
        (
            "cuts the end off",
            _limited(out="done.stdout[:most]"),
            "for ten characters, most=4 `stdout` is 'abcd', not 'ghij'",
        ),
        (
            "cuts one output only",
            _limited(err="done.stderr"),
            "for ten characters, most=4 `stderr` is '0123456789', not '6789'",
        ),
        (
            "cuts both together",
            _limited(out="(done.stdout + done.stderr)[-most:]", err='""'),
            "for a program that fails `stdout` is 'halfit broke'",
        ),
        (
            "no timeout",
            _limited(seconds="None"),
            "for a program that takes too long the outcome is",
        ),
        (
            "a timeout of its own",
            _limited(seconds="3"),
            "a program that takes too long is not stopped after its time",
        ),
        (
            "what had come until then, as bytes",
            _limited(as_late=" as late", partly="out = late.stdout"),
            "for a program that takes too long `stdout` is",
        ),
        (
            "a timeout as an exit",
            _limited(late='{"type": "exit", "exit_code": 124}'),
            "for a program that takes too long the outcome is {'type': 'exit', 'exit_code': 124}",
        ),
        (
            "its own folder",
            _limited(how='env=env, capture_output=True, encoding="utf-8", errors="replace", '),
            "for a program that asks where it is `stdout` is",
        ),
        (
            "hands on all variables",
            _limited(env="None"),
            "for `OPENAI_API_KEY` in the environment `stdout` is 'sk-not-a-real-one', not '-'",
        ),
        (
            "leaves out the one key",
            _limited(env='{n: v for n, v in os.environ.items() if n != "OPENAI_API_KEY"}'),
            "for `KEY_OF_THE_SHED` in the environment `stdout` is 'x', not '-'",
        ),
        (
            "looks at the end of the name",
            _limited(
                env='{n: v for n, v in os.environ.items() if not n.endswith(("_KEY", "KEY"))}'
            ),
            "for `KEY_OF_THE_SHED` in the environment",
        ),
        (
            "hands on two variables",
            _limited(env='{n: os.environ[n] for n in ("PATH", "SYSTEMROOT") if n in os.environ}'),
            "for `ARCHIVE_PLACE` in the environment `stdout` is '-', not 'harbour'",
        ),
        (
            "takes the keys from its own environment",
            _limited(
                env='os.environ\n    for name in [each for each in env if "KEY" in each]:'
                "\n        del env[name]"
            ),
            "the keys are gone from the program's own environment",
        ),
        (
            "UTF-8 or nothing",
            _limited(how='cwd=folder, env=env, capture_output=True, encoding="utf-8", '),
            "bytes that are no UTF-8 stops it with `UnicodeDecodeError`",
        ),
        (
            "leaves out what is no UTF-8",
            _limited(
                how='cwd=folder, env=env, capture_output=True, encoding="utf-8", errors="ignore", '
            ),
            "for bytes that are no UTF-8 `stdout` is 'caf\u00e9 .', not",
        ),
        (
            "bytes",
            _limited(how="cwd=folder, env=env, capture_output=True, "),
            "for a program that writes `stdout` is bytes, not a text",
        ),
        (
            "raises where the program fails",
            _limited(
                how="cwd=folder, env=env, capture_output=True, check=True, "
                'encoding="utf-8", errors="replace", '
            ),
            "a program that fails stops it with `CalledProcessError`",
        ),
        (
            "always 0",
            _limited(code="0"),
            "for a program that fails the outcome is {'type': 'exit', 'exit_code': 0}",
        ),
        (
            "a program that is not there",
            _limited(missing="ValueError"),
            "a program that is not there stops it with `FileNotFoundError`",
        ),
        (
            "hides why it cannot start",
            _limited(words='"refused"'),
            "for a program that is not there `stderr` lacks the error's words",
        ),
        (
            "one field too many",
            _limited(
                entry='{"stdout": out, "stderr": err, "outcome": outcome, "program": program}'
            ),
            "for a program that writes the entry has ['outcome', 'program', 'stderr', 'stdout']",
        ),
        ("returns the output", _limited(entry="out"), "it returned a str, not a dict"),
    ],
}
