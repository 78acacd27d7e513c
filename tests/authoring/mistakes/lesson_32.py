"""Wrong answers to the exercises of lesson 32: (name, source, what the check must say)."""

_ASK = """
def ask(client, history, text):
    rules = {rules}
    asked = {asked}
    response = client.responses.create(**{call}, context_management=rules, input=asked)
    output = response.to_dict()["output"]
    return {back}
"""
_PARTS = {
    "rules": '[{"type": "compaction", "compact_threshold": 1200}]',
    "asked": '[*history, {"role": "user", "content": text}]',
    "call": "private",
    "back": "response.output_text, newest([*asked, *output])",
}

_WIPE = """
def wipe(client, conversation_id):
    ids = [item.id for item in {listed}]
    deleted = 0
    for item_id in ids:
        try:
            client.conversations.items.delete(item_id, conversation_id=conversation_id)
        except {error}:
            {then}
        deleted += 1
    {last}
    return {back}
"""
_STEPS = {
    "listed": "client.conversations.items.list(conversation_id)",
    "error": "openai.NotFoundError",
    "then": "continue",
    "last": "client.conversations.delete(conversation_id)",
    "back": "deleted",
}


def _ask(**changed: str) -> str:
    source = _ASK
    for name, text in (_PARTS | changed).items():
        source = source.replace("{" + name + "}", text)
    return source


def _wipe(**changed: str) -> str:
    source = _WIPE
    for name, text in (_STEPS | changed).items():
        source = source.replace("{" + name + "}", text)
    return source


WRONG = {
    "32-1": [
        (
            "sends every item",
            "def sendable(items):\n    return list(items)\n",
            "(the key is not there) it kept ['message', 'reasoning, bare', 'message']",
        ),
        (
            "leaves out all notes",
            """
def sendable(items):
    return [item for item in items if item.get("type") != "reasoning"]
""",
            "(whole notes) it kept ['message', 'message']",
        ),
        (
            "keeps only what has a text",
            """
def sendable(items):
    return [item for item in items if item.get("encrypted_content")]
""",
            "(whole notes) it kept ['reasoning, sealed']",
        ),
        (
            "asks for the key alone",
            """
def sendable(items):
    return [i for i in items if i.get("type") != "reasoning" or "encrypted_content" in i]
""",
            "(no text but None)",
        ),
        (
            "looks for None alone",
            """
def sendable(items):
    return [
        i
        for i in items
        if i.get("type") != "reasoning" or i.get("encrypted_content") is not None
    ]
""",
            "(an empty text)",
        ),
        (
            "expects a type in each",
            """
def sendable(items):
    return [i for i in items if i["type"] != "reasoning" or i.get("encrypted_content")]
""",
            "stopped with `KeyError`: 'type'",
        ),
        (
            "expects the text in each",
            """
def sendable(items):
    return [i for i in items if i.get("type") != "reasoning" or i["encrypted_content"]]
""",
            "stopped with `KeyError`: 'encrypted_content'",
        ),
        (
            "changes the list that it was given",
            """
def sendable(items):
    for item in list(items):
        if item.get("type") == "reasoning" and not item.get("encrypted_content"):
            items.remove(item)
    return items
""",
            "the list that it was given has changed",
        ),
        (
            "takes the ids away",
            """
def sendable(items):
    kept = [i for i in items if i.get("type") != "reasoning" or i.get("encrypted_content")]
    return [{name: value for name, value in i.items() if name != "id"} for i in kept]
""",
            "an item has changed",
        ),
        (
            "is a generator",
            """
def sendable(items):
    for item in items:
        if item.get("type") != "reasoning" or item.get("encrypted_content"):
            yield item
""",
            "it returned generator, not a list",
        ),
        (
            "keeps messages and notes only",
            """
def sendable(items):
    return [
        i
        for i in items
        if i.get("type", "message") == "message"
        or (i.get("type") == "reasoning" and i.get("encrypted_content"))
    ]
""",
            "(a compaction item)",
        ),
    ],
    "32-2": [
        (
            "lets OpenAI store",
            _ask(call="{**private, 'store': True}"),
            "lets OpenAI store the response",
        ),
        (
            "forgets to compact",
            """
def ask(client, history, text):
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**private, input=asked)
    return response.output_text, newest([*asked, *response.to_dict()["output"]])
""",
            "has no `context_management`",
        ),
        (
            "has another threshold",
            _ask(rules='[{"type": "compaction", "compact_threshold": 200_000}]'),
            "as `context_management`",
        ),
        (
            "goes on by id",
            """
def ask(client, history, text):
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(
        **private, context_management=rules, input=asked, previous_response_id="resp_1"
    )
    return response.output_text, newest([*asked, *response.to_dict()["output"]])
""",
            "not found",
        ),
        (
            "uses a conversation",
            _ask(call="private, conversation='conv_1'"),
            "has `conversation`; the history is your own here",
        ),
        (
            "keeps all that was before",
            _ask(back="response.output_text, [*asked, *output]"),
            "what is before the compaction item is in it already",
        ),
        (
            "drops what follows the item",
            _ask(
                back="response.output_text, [i for i in output if i['type'] == 'compaction'] or "
                "[*asked, *output]"
            ),
            "after turn 4 the history is ['compaction']",
        ),
        (
            "goes on from the oldest item",
            """
def ask(client, history, text):
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**private, context_management=rules, input=asked)
    items = [*asked, *response.to_dict()["output"]]
    places = [n for n, item in enumerate(items) if item.get("type") == "compaction"]
    return response.output_text, items[places[0] :] if places else items
""",
            "the older compaction item is of no use now",
        ),
        (
            "keeps the messages only",
            _ask(
                back="response.output_text, [*asked, *(i for i in output if i['type'] == 'message')]"
            ),
            "after turn 1 the history is ['user: I owe 900.', 'assistant: To whom?']",
        ),
        (
            "loses the item",
            """
def ask(client, history, text):
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**private, context_management=rules, input=asked)
    kept = [i for i in response.to_dict()["output"] if i["type"] != "compaction"]
    return response.output_text, [*asked, *kept]
""",
            "the compaction item is lost",
        ),
        (
            "keeps the text of the answer only",
            """
def ask(client, history, text):
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**private, context_management=rules, input=asked)
    said = {"role": "assistant", "content": response.output_text}
    others = [i for i in response.to_dict()["output"] if i["type"] != "message"]
    return response.output_text, newest([*asked, *others, said])
""",
            "or the `phase` of an answer, is lost",
        ),
        (
            "forgets the question",
            _ask(back="response.output_text, newest([*history, *output])"),
            "after turn 1 the history is ['reasoning', 'assistant: To whom?']",
        ),
        (
            "sends the question alone",
            _ask(
                asked='[{"role": "user", "content": text}]',
                back="response.output_text, newest([*history, *asked, *output])",
            ),
            "does not carry the history and the question",
        ),
        (
            "changes the caller's list",
            """
def ask(client, history, text):
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    history.append({"role": "user", "content": text})
    response = client.responses.create(**private, context_management=rules, input=history)
    return response.output_text, newest([*history, *response.to_dict()["output"]])
""",
            "the list that it was given has changed",
        ),
        (
            "returns the response",
            _ask(back="response, newest([*asked, *output])"),
            "the text that it returned is Response(",
        ),
        (
            "returns the history alone",
            _ask(back="newest([*asked, *output, {}])"),
            "not a text and a history",
        ),
        (
            "asks twice",
            _ask(
                asked='[*history, {"role": "user", "content": text}]\n'
                "    client.responses.create(**private, context_management=rules, input=asked)"
            ),
            "one turn sent 2 requests",
        ),
        (
            "hides a failure",
            """
def ask(client, history, text):
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    asked = [*history, {"role": "user", "content": text}]
    try:
        response = client.responses.create(**private, context_management=rules, input=asked)
    except openai.APIError:
        return "", history
    return response.output_text, newest([*asked, *response.to_dict()["output"]])
""",
            "is kept from the caller",
        ),
    ],
    "32-3": [
        (
            "deletes the conversation alone",
            """
def wipe(client, conversation_id):
    client.conversations.delete(conversation_id)
    return 0
""",
            "it never asks for the items",
        ),
        (
            "leaves the conversation",
            _wipe(last="pass"),
            "the conversation is not",
        ),
        (
            "sees the first page only",
            _wipe(listed="client.conversations.items.list(conversation_id).data"),
            "of 45 items, 0 of them gone already, 25 are not deleted",
        ),
        (
            "deletes while it lists",
            """
def wipe(client, conversation_id):
    deleted = 0
    for item in client.conversations.items.list(conversation_id):
        try:
            client.conversations.items.delete(item.id, conversation_id=conversation_id)
        except openai.NotFoundError:
            continue
        deleted += 1
    client.conversations.delete(conversation_id)
    return deleted
""",
            "it goes on to list after it has begun to delete",
        ),
        (
            "deletes the conversation first",
            """
def wipe(client, conversation_id):
    ids = [item.id for item in client.conversations.items.list(conversation_id)]
    client.conversations.delete(conversation_id)
    deleted = 0
    for item_id in ids:
        try:
            client.conversations.items.delete(item_id, conversation_id=conversation_id)
        except openai.NotFoundError:
            continue
        deleted += 1
    return deleted
""",
            "it deletes the conversation before an item",
        ),
        (
            "stops at an item that is gone",
            """
def wipe(client, conversation_id):
    ids = [item.id for item in client.conversations.items.list(conversation_id)]
    for item_id in ids:
        client.conversations.items.delete(item_id, conversation_id=conversation_id)
    client.conversations.delete(conversation_id)
    return len(ids)
""",
            "NotFoundError",
        ),
        (
            "gives up at an item that is gone",
            _wipe(then="break"),
            "of 5 items, 2 of them gone already, 3 are not deleted",
        ),
        (
            "counts what was gone",
            _wipe(back="len(ids)"),
            "it says that it has deleted 5",
        ),
        (
            "returns the ids",
            _wipe(back="ids"),
            "and no number of items",
        ),
        (
            "goes over every error",
            _wipe(error="openai.APIError"),
            "is kept from the caller",
        ),
        (
            "goes over a missing conversation",
            _wipe(
                last="""try:
        client.conversations.delete(conversation_id)
    except openai.NotFoundError:
        pass"""
            ),
            "a 404 (no such conversation) is kept from the caller",
        ),
        (
            "goes over a list that is not there",
            """
def wipe(client, conversation_id):
    try:
        ids = [item.id for item in client.conversations.items.list(conversation_id)]
    except openai.NotFoundError:
        return 0
    deleted = 0
    for item_id in ids:
        try:
            client.conversations.items.delete(item_id, conversation_id=conversation_id)
        except openai.NotFoundError:
            continue
        deleted += 1
    client.conversations.delete(conversation_id)
    return deleted
""",
            "is kept from the caller: it returned 0",
        ),
        (
            "tries each item twice",
            """
def wipe(client, conversation_id):
    ids = [item.id for item in client.conversations.items.list(conversation_id)]
    deleted = 0
    for item_id in [*ids, *ids]:
        try:
            client.conversations.items.delete(item_id, conversation_id=conversation_id)
        except openai.NotFoundError:
            continue
        deleted += 1
    client.conversations.delete(conversation_id)
    return deleted
""",
            "more than once",
        ),
    ],
}
