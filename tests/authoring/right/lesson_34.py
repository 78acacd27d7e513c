"""Right answers to lesson 34 in other ways than the reference."""

RIGHT = {
    "34-1": [
        (
            "the folder among the parents",
            """def inside(folder, name):
    folder = folder.resolve()
    path = folder.joinpath(name).resolve()
    if folder not in path.parents:
        raise PermissionError(name)
    return path
""",
        ),
        (
            "os.path",
            """def inside(folder, name):
    root = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(root, name))
    if not path.startswith(root + os.sep):
        raise PermissionError(f"{name} leads out of the folder")
    return Path(path)
""",
        ),
        (
            "relative_to, which raises",
            """def inside(folder, name):
    path = (folder / name).resolve()
    try:
        rest = path.relative_to(folder.resolve())
    except ValueError as error:
        raise PermissionError("outside") from error
    if not rest.parts:
        raise PermissionError("the folder itself")
    return path
""",
        ),
        (
            "a common path",
            """def inside(folder, name):
    root, path = folder.resolve(), (folder / name).resolve()
    if path == root or Path(os.path.commonpath([root, path])) != root:
        raise PermissionError(name)
    return path
""",
        ),
    ],
    "34-2": [
        (
            "all items sent each time",
            """def work(client, task, run, approve):
    items = [{"role": "user", "content": task}]
    for number in range(6):
        response = client.responses.create(
            model="gpt-6-luna",
            tools=[{"type": "shell", "environment": {"type": "local"}}],
            input=items,
        )
        items += response.output
        calls = [item for item in response.output if item.type == "shell_call"]
        if not calls:
            return response.output_text
        for call in calls if number < 5 else []:
            output = []
            for command in call.action.commands:
                output.append(run(command) if approve(command) else NO)
            back = {"type": "shell_call_output", "call_id": call.call_id, "output": output}
            back["max_output_length"] = call.action.max_output_length
            items.append(back)
    raise RuntimeError("it goes on and on")
""",
        ),
        (
            "a while loop and a function for one call",
            """def answered(call, run, approve):
    no = {"stdout": "", "stderr": "refused", "outcome": {"type": "exit", "exit_code": 126}}
    entries = [run(command) if approve(command) else dict(no) for command in call.action.commands]
    return {
        "type": "shell_call_output",
        "call_id": call.call_id,
        "max_output_length": call.action.max_output_length,
        "output": entries,
    }


def work(client, task, run, approve):
    ask = {"model": "gpt-6-luna", "tools": [SHELL]}
    response = client.responses.create(**ask, input=task)
    left = 5
    while calls := [item for item in response.output if item.type == "shell_call"]:
        if not left:
            raise RuntimeError("no text")
        left -= 1
        outputs = [answered(call, run, approve) for call in calls]
        response = client.responses.create(
            **ask, input=outputs, previous_response_id=response.id
        )
    return response.output_text
""",
        ),
        (
            "one function that calls itself",
            """def work(client, task, run, approve, before=None, left=6):
    if not left:
        raise RuntimeError("no text after six requests")
    response = client.responses.create(
        model="gpt-6-luna", tools=[SHELL], input=task, previous_response_id=before
    )
    calls = [item for item in response.output if item.type == "shell_call"]
    if not calls:
        return response.output_text
    if left == 1:
        raise RuntimeError("no text after six requests")
    outputs = []
    for call in calls:
        done = [run(each) if approve(each) else NO for each in call.action.commands]
        outputs.append(
            {
                "type": "shell_call_output",
                "call_id": call.call_id,
                "output": done,
                "max_output_length": call.action.max_output_length,
            }
        )
    return work(client, outputs, run, approve, response.id, left - 1)
""",
        ),
    ],
    "34-3": [
        (
            "bytes, decoded by hand",
            """def limited(program, folder, seconds, most):
    env = dict(os.environ)
    for name in list(env):
        if "KEY" in name:
            del env[name]
    try:
        done = subprocess.run(
            program, cwd=folder, env=env, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return {"stdout": "", "stderr": "", "outcome": {"type": "timeout"}}
    except OSError as error:
        end = {"type": "exit", "exit_code": 127}
        return {"stdout": "", "stderr": f"{error}", "outcome": end}
    texts = [each.decode("utf-8", "replace") for each in (done.stdout, done.stderr)]
    out, err = (text[max(0, len(text) - most) :] for text in texts)
    return {"stdout": out, "stderr": err, "outcome": {"type": "exit", "exit_code": done.returncode}}
""",
        ),
        (
            "Popen and communicate",
            """def limited(program, folder, seconds, most):
    env = {name: os.environ[name] for name in os.environ if name.find("KEY") < 0}
    try:
        process = subprocess.Popen(
            program, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        outcome = {"type": "exit", "exit_code": 127}
        return {"stdout": "", "stderr": str(error), "outcome": outcome}
    outcome = {"type": "timeout"}
    try:
        out, err = process.communicate(timeout=seconds)
        outcome = {"type": "exit", "exit_code": process.returncode}
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    texts = {}
    for name, written in (("stdout", out), ("stderr", err)):
        texts[name] = str(written, "utf-8", errors="replace")[-most:]
    return texts | {"outcome": outcome}
""",
        ),
        (
            "one entry that is filled",
            """def limited(program, folder, seconds, most):
    entry = {"stdout": "", "stderr": "", "outcome": {"type": "exit", "exit_code": 127}}
    env = {k: v for k, v in os.environ.items() if not re.search("KEY", k)}
    try:
        done = subprocess.run(
            program,
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf8",
            errors="replace",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        entry["outcome"] = {"type": "timeout"}
    except OSError as error:
        entry["stderr"] = str(error)
    else:
        entry["stdout"] = done.stdout[-most:]
        entry["stderr"] = done.stderr[-most:]
        entry["outcome"]["exit_code"] = done.returncode
    return entry
""",
        ),
    ],
}
