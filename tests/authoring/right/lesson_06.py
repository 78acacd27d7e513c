"""Right answers to the exercises of lesson 06, in other ways than the reference."""

RIGHT = {
    "06-1": [
        (
            "another order of everything",
            """
RENEW = {"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}
RENEW["parameters"] = {
    "additionalProperties": False,
    "required": ["weeks", "title"],
    "properties": {
        "weeks": {"enum": [4, 2, 1], "type": "integer", "description": "for how long"},
        "title": {"type": "string", "description": "the title of the book"},
    },
    "type": "object",
}
""",
        ),
        (
            "from the lesson's tool",
            """
import copy

RENEW = {"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}
RENEW["parameters"] = copy.deepcopy(FIND["parameters"])
RENEW["parameters"]["properties"]["weeks"] = {"type": "integer", "enum": [1, 2, 4]}
RENEW["parameters"]["required"].append("weeks")
""",
        ),
        (
            "from a class",
            """
from typing import Literal


class renew(BaseModel):
    title: str
    weeks: Literal[1, 2, 4]


RENEW = {"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}
RENEW["parameters"] = pydantic_responses_function_tool(renew)["parameters"]
""",
        ),
        (
            "the required names from the properties",
            """
RENEW = {"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}
fields = dict(title=dict(type="string"), weeks=dict(type="integer", enum=[2**n for n in range(3)]))
RENEW["parameters"] = dict(
    type="object", properties=fields, required=list(fields), additionalProperties=False
)
""",
        ),
    ],
    "06-2": [
        (
            "an inner function and a comprehension",
            """
def results(message, kinds):
    def content(function):
        try:
            [kind] = [kind for kind in kinds if kind.__name__ == function.name]
            return kind.model_validate_json(function.arguments).run()
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    return [
        dict(role="tool", tool_call_id=call.id, content=content(call.function))
        for call in message.tool_calls or ()
    ]
""",
        ),
        (
            "an early look at the name",
            """
def results(message, kinds):
    messages = []
    if not message.tool_calls:
        return messages
    for call in message.tool_calls:
        try:
            for kind in kinds:
                if kind.__name__ == call.function.name:
                    break
            else:
                raise LookupError(f"there is no tool {call.function.name}")
            said = kind(**json.loads(call.function.arguments)).run()
        except Exception as error:
            said = error.__class__.__name__ + ": " + str(error)
        messages += [{"role": "tool", "content": said, "tool_call_id": call.id}]
    return messages
""",
        ),
        (
            "by way of `run`",
            """
def results(message, kinds):
    from types import SimpleNamespace

    found = []
    for call in message.tool_calls or []:
        asked = call.function
        item = run(SimpleNamespace(name=asked.name, arguments=asked.arguments, call_id=call.id), kinds)
        found.append({"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]})
    return found
""",
        ),
        (
            "catches everything, and a message for a tool that nobody has",
            """
def results(message, kinds):
    tools = {kind.__name__: kind for kind in kinds}

    def answer(call):
        kind = tools.get(call.function.name)
        if kind is None:
            return f"KeyError: {call.function.name}"
        try:
            return kind.model_validate_json(call.function.arguments).run()
        except BaseException as error:
            return "%s: %s" % (type(error).__qualname__, error)

    return list(
        map(
            lambda call: {"role": "tool", "tool_call_id": call.id, "content": answer(call)},
            message.tool_calls or [],
        )
    )
""",
        ),
        (
            "a generator and typed messages",
            """
from openai.types.chat import ChatCompletionToolMessageParam


def each(message, kinds):
    for call in (message.tool_calls if message.tool_calls is not None else []):
        data = call.to_dict()["function"]
        try:
            kind = next(kind for kind in kinds if kind.__name__ == data["name"])
            text = kind.model_validate(json.loads(data["arguments"])).run()
        except StopIteration:
            text = f"UnknownTool: {data['name']}"
        except Exception as error:
            text = "{0.__class__.__name__}: {0}".format(error)
        yield ChatCompletionToolMessageParam(role="tool", tool_call_id=call.id, content=text)


def results(message, kinds):
    return [*each(message, kinds)]
""",
        ),
    ],
    "06-3": [
        (
            "lets OpenAI remember",
            """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    texts, last = [], None
    for question in questions:
        send = question
        for number in range(limit):
            more = {"tool_choice": "none"} if number + 1 == limit else {}
            response = client.responses.create(
                model="gpt-6-luna", tools=tools, input=send, previous_response_id=last, **more
            )
            last = response.id
            send = [run(item, kinds) for item in response.output if item.type == "function_call"]
            if not send:
                texts.append(response.output_text)
                break
    return texts
""",
        ),
        (
            "no tools in the last request",
            """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    history, texts = [], []

    def ask(**more):
        response = client.responses.create(model="gpt-6-luna", input=history, **more)
        history.extend(response.output)
        return response

    for question in questions:
        history.append({"role": "user", "content": question})
        left = limit
        while left > 1:
            response = ask(tools=tools)
            left -= 1
            calls = [each for each in response.output if each.type == "function_call"]
            if not calls:
                break
            history.extend(run(call, kinds) for call in calls)
        else:
            response = ask()
        texts.append(response.output_text)
    return texts
""",
        ),
        (
            "a class, and an empty list of tools",
            """
class Desk:
    def __init__(self, client, kinds, limit):
        self.client, self.kinds, self.limit, self.items = client, kinds, limit, []

    def ask(self, question):
        self.items.append({"role": "user", "content": question})
        for left in range(self.limit - 1, -1, -1):
            tools = [pydantic_responses_function_tool(kind) for kind in self.kinds] if left else []
            response = self.client.responses.create(
                model="gpt-6-luna", input=self.items, tools=tools, store=False
            )
            self.items.extend(item.to_dict() for item in response.output)
            calls = [item for item in response.output if item.type == "function_call"]
            self.items.extend(run(call, self.kinds) for call in reversed(calls))
            if not calls:
                return response.output_text


def desk(client, questions, kinds, limit):
    here = Desk(client, kinds, limit)
    return [here.ask(question) for question in questions]
""",
        ),
        (
            "itself for the rest, streamed, one call after the other",
            """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    rules = "You are the lending desk of a library."

    def text(items, left):
        with client.responses.stream(
            model="gpt-6-luna",
            instructions=rules,
            tools=tools,
            input=items,
            tool_choice="none" if left == 1 else "auto",
        ) as stream:
            response = stream.get_final_response()
        items.extend(item.to_dict(warnings=False) for item in response.output)
        calls = [item for item in response.output if item.type == "function_call"]
        for call in calls:
            items.append(run(call, kinds))
        return text(items, left - 1) if calls else response.output_text

    items = []
    return [text(items + [] if items.append(
        {"role": "user", "content": question}) else items, limit) for question in questions]
""",
        ),
        (
            "runs the calls by hand and names the allowed tools",
            """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    named = {kind.__name__: kind for kind in kinds}
    may = {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "function", "name": name} for name in named],
    }
    items, texts = [], []
    for question in questions:
        items += [{"type": "message", "role": "user", "content": question}]
        requests = 0
        while True:
            requests += 1
            choice = may if requests < limit else "none"
            response = client.responses.create(
                model="gpt-6-luna", tools=tools, input=items, tool_choice=choice
            )
            items += response.output
            calls = 0
            for item in response.output:
                if item.type != "function_call":
                    continue
                calls += 1
                try:
                    output = named[item.name](**json.loads(item.arguments)).run()
                except Exception as error:
                    output = f"It failed: {error}"
                done = {"type": "function_call_output", "call_id": item.call_id, "output": output}
                items.append(done)
            if calls == 0:
                break
        texts.append(response.output_text)
    return texts
""",
        ),
    ],
}
