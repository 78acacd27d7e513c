"""Right answers to the exercises of lesson 32, in other ways than the reference."""

RIGHT = {
    "32-1": [
        (
            "a loop",
            """
def sendable(items):
    kept = []
    for item in items:
        if item.get("type") == "reasoning" and not item.get("encrypted_content"):
            continue
        kept.append(item)
    return kept
""",
        ),
        (
            "a filter",
            """
def sendable(items):
    def whole(item):
        return item.get("type", "message") != "reasoning" or bool(item.get("encrypted_content"))

    return list(filter(whole, items))
""",
        ),
        (
            "from the end of a copy",
            """
def sendable(items):
    kept = list(items)
    for place in reversed(range(len(kept))):
        item = kept[place]
        if "reasoning" == item.get("type") and item.get("encrypted_content") in (None, ""):
            del kept[place]
    return kept
""",
        ),
        (
            "a deep copy and match",
            """
def sendable(items):
    from copy import deepcopy

    kept = []
    for item in deepcopy(items):
        match item:
            case {"type": "reasoning", "encrypted_content": str(sealed)} if sealed:
                kept.append(item)
            case {"type": "reasoning"}:
                pass
            case _:
                kept.append(item)
    return kept
""",
        ),
        (
            "itertools",
            """
def sendable(items):
    from itertools import filterfalse

    return list(
        filterfalse(
            lambda i: i.get("type") == "reasoning" and not i.get("encrypted_content"), items
        )
    )
""",
        ),
    ],
    "32-2": [
        (
            "finds the item by hand, and keeps the SDK's objects",
            """
def ask(client, history, text):
    asked = list(history)
    asked.append({"role": "user", "content": text})
    response = client.responses.create(
        **private,
        input=asked,
        context_management=[{"compact_threshold": 1200, "type": "compaction"}],
    )
    then = []
    for item in [*asked, *response.output]:
        kind = item.get("type") if isinstance(item, dict) else item.type
        if kind == "compaction":
            then = []
        then.append(item)
    return response.output_text, then
""",
        ),
        (
            "parts, include, and the instructions as a message",
            """
def ask(client, history, text):
    rules = {"role": "developer", "content": private["instructions"]}
    question = {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": text}],
    }
    response = client.responses.create(
        model=private["model"],
        store=False,
        include=["reasoning.encrypted_content"],
        context_management=[{"type": "compaction", "compact_threshold": 1_200}],
        input=[rules, *history, question],
    )
    output = [item.model_dump(exclude_none=True) for item in response.output]
    return response.output_text, newest([*history, question, *output])
""",
        ),
        (
            "streams",
            """
def ask(client, history, text):
    asked = history + [{"role": "user", "content": text}]
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    with client.responses.stream(**private, input=asked, context_management=rules) as stream:
        said = "".join(
            event.delta for event in stream if event.type == "response.output_text.delta"
        )
        output = stream.get_final_response().to_dict(warnings=False)["output"]
    return said, newest(asked + output)
""",
        ),
        (
            "a deep copy, and an index from behind",
            """
def ask(client, history, text):
    from copy import deepcopy

    items = deepcopy(history)
    items += [{"role": "user", "content": text}]
    call = private | {"input": items}
    call["context_management"] = [{"type": "compaction", "compact_threshold": 1200}]
    response = client.responses.create(**call)
    items = items + response.to_dict()["output"]
    start = len(items) - 1
    while start > 0 and items[start].get("type") != "compaction":
        start -= 1
    return response.output_text, items[start:]
""",
        ),
        (
            "another client with a time limit, and a tuple by name",
            """
def ask(client, history, text):
    question = dict(role="user", content=text)
    patient = client.with_options(timeout=30)
    rules = ({"type": "compaction", "compact_threshold": 1200},)
    response = patient.responses.create(**private, context_management=rules, input=[*history, question])
    longer = newest([*history, question, *(item.to_dict() for item in response.output)])
    return [response.output_text, longer]
""",
        ),
    ],
    "32-3": [
        (
            "pages by hand",
            """
def wipe(client, conversation_id):
    ids, after = [], {}
    while True:
        page = client.conversations.items.list(conversation_id, limit=100, **after)
        ids += [item.id for item in page.data]
        if not page.has_more:
            break
        after = {"after": page.last_id}
    count = 0
    for id_ in ids:
        try:
            client.conversations.items.delete(id_, conversation_id=conversation_id)
            count += 1
        except openai.NotFoundError:
            pass
    client.conversations.delete(conversation_id)
    return count
""",
        ),
        (
            "a status instead of a class",
            """
def wipe(client, conversation_id):
    ids = [item.id for item in client.conversations.items.list(conversation_id, order="asc")]
    gone = 0
    for id_ in ids:
        try:
            client.conversations.items.delete(id_, conversation_id=conversation_id)
        except openai.APIStatusError as error:
            if error.status_code != 404:
                raise
            gone += 1
    client.conversations.delete(conversation_id)
    return len(ids) - gone
""",
        ),
        (
            "a helper that says whether it deleted",
            """
def wipe(client, conversation_id):
    items = client.conversations.items

    def deleted(item_id):
        try:
            items.delete(conversation_id=conversation_id, item_id=item_id)
        except openai.NotFoundError:
            return False
        return True

    there = list(items.list(conversation_id=conversation_id))
    count = sum(deleted(item.id) for item in there)
    client.conversations.delete(conversation_id=conversation_id)
    return count
""",
        ),
        (
            "suppress",
            """
def wipe(client, conversation_id):
    from contextlib import suppress

    done = []
    pages = client.conversations.items.list(conversation_id).iter_pages()
    ids = [item.id for page in pages for item in page.data]
    for item_id in ids:
        with suppress(openai.NotFoundError):
            client.conversations.items.delete(item_id, conversation_id=conversation_id)
            done.append(item_id)
    client.conversations.delete(conversation_id)
    return len(done)
""",
        ),
        (
            "oldest first",
            """
def wipe(client, conversation_id):
    ids = {item.id: None for item in client.conversations.items.list(conversation_id)}
    for item_id in reversed(ids):
        try:
            ids[item_id] = client.conversations.items.delete(
                item_id, conversation_id=conversation_id
            )
        except openai.NotFoundError:
            continue
    client.conversations.delete(conversation_id)
    return sum(1 for left in ids.values() if left is not None)
""",
        ),
    ],
}
