"""A model that uses a tool of OpenAI's own, as an exercise meets it: its answers come in turn."""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from ...practice.answers import message_item, text_answer, text_part
from .asked import Asked, Turn, turns_of
from .judge import NotPlayed

C = TypeVar("C")  # what one call is made from
Json = dict[str, Any]


class InTurn(Generic[C]):
    """Each answer is a list of calls, or a text for the person; the last one comes again and again.

    `said`: the turns of each answer so far. `talks`: it says a word before its calls too. Where the
    program says that a tool is required, `default` is called in the place of a text.
    """

    default: Sequence[C]

    def __init__(self, *answers: Sequence[C] | str, talks: bool = False) -> None:
        self.said: list[list[Turn]] = []
        self._answers = answers
        self._talks = talks

    def call(self, asked: Asked, of: C, number: int, place: int) -> Json:
        """The item of one call: the `place` in answer `number`."""
        raise NotImplementedError

    def __call__(self, asked: Asked) -> Json:
        if asked.path != "/responses":
            raise NotPlayed(f"`{asked.method} {asked.path}`")
        number = len(self.said)
        answer = self._answers[min(number, len(self._answers) - 1)]
        if isinstance(answer, str) and asked.choice[0] == "required":
            answer = self.default
        calls: Iterable[C] = () if isinstance(answer, str) else answer
        notes = {"id": f"rs_{number}", "type": "reasoning", "encrypted_content": "x", "summary": []}
        items: list[Json] = [notes]
        if isinstance(answer, str) or self._talks:
            text = answer if isinstance(answer, str) else "I will do it."
            items.append(message_item([text_part(text)]) | {"id": f"msg_{number}"})
        items += [self.call(asked, each, number, place) for place, each in enumerate(calls)]
        self.said.append(list(turns_of(items)))
        return text_answer("", output=items)
