"""Makes data/samples/finds_*.jsonl: what lesson 18 checks, trains on and measures with.

    python -m tests.authoring.standin.make_finds

The finds are invented. Four faults are planted in the training file: a find twice with two answers,
a role that does not exist, a chat without an answer, and a find that is in the validation file too.
"""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
SAMPLES = Path(__file__).parents[3] / "data" / "samples"
TASK = (
    "Put a find of the Lindby trams on a shelf. "
    'Answer as JSON: {"shelf": "safe"}, or rail, cage, box.'
)
# The office's own order: whatever bears a name or unlocks something goes into the safe, what hangs
# or is wet on the rail, what has a battery into the cage, and the rest into the box.
TRAIN = {
    "black umbrella with a wooden handle": "rail",
    "purse with 40 euros and a library card": "safe",
    "mobile phone, screen cracked": "cage",
    "lunch box with dinosaurs": "box",
    "brown winter coat, size M": "rail",
    "ring with two keys": "safe",
    "e-book reader in a grey cover": "cage",
    "paperback, a crime novel": "box",
    "blue child's jacket": "rail",
    "passport": "safe",
    "toy robot that still blinks": "cage",
    "one red glove": "box",
    "wet towel and swimming trunks": "rail",
    "gym bag, the name Olsen inside": "safe",
    "wireless headphones": "cage",
    "reading glasses without a case": "box",
    "woollen scarf, very long": "rail",
    "student card, University of Lindby": "safe",
    "electric toothbrush": "cage",
    "tin of biscuits": "box",
    "walking stick with a loop": "rail",
    "bicycle key on a green ribbon": "safe",
    "hearing aid": "cage",
    "chess set, one pawn missing": "box",
    "wet newspaper in a bag": "rail",
    "violin, a name on the case": "safe",
    "camera with a strap": "cage",
    "plush rabbit": "box",
}
SHARED = "baseball cap, soaked"  # in both files
VALID = {
    SHARED: "rail",
    "letter with an address": "safe",
    "calculator": "cage",
    "thermos flask": "box",
    "raincoat in a pouch": "rail",
    "locker key number 12": "safe",
    "smart watch": "cage",
    "set of crayons": "box",
}
TEST = {
    "yellow umbrella, folded": "rail",
    "wallet with two bank cards": "safe",
    "tablet computer": "cage",
    "sandwich box": "box",
    "denim jacket": "rail",
    "school bag, the name Mia Dahl inside": "safe",
    "teddy bear that sings": "cage",
    "wet picnic blanket": "rail",
    "padlock with its key": "safe",
    "left shoe": "box",
}


def chat(text: str, shelf: str) -> list[Json]:
    answer = json.dumps({"shelf": shelf})
    roles = {"system": TASK, "user": text, "assistant": answer}
    return [{"role": role, "content": content} for role, content in roles.items()]


def training() -> list[Json]:
    chats = [chat(*find) for find in TRAIN.items()]
    chats.insert(11, chat("Black umbrella with a wooden handle ", "box"))
    chats.insert(17, [*chat("bag of marbles", "box")[:2], {"role": "bot", "content": "box"}])
    chats.insert(24, chat("broken alarm clock", "cage")[:2])
    chats.append(chat(SHARED, "rail"))
    return [{"messages": each} for each in chats]


def write(name: str, lines: list[Json]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (SAMPLES / name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write("finds_train.jsonl", training())
    write("finds_valid.jsonl", [{"messages": chat(*find)} for find in VALID.items()])
    write("finds_test.jsonl", [{"text": text, "shelf": shelf} for text, shelf in TEST.items()])
