"""Typical mistakes in lesson 00, and what the check says to each."""

CALL = """client.responses.create(
        model="gpt-6-luna", input={input}, reasoning={{"effort": "none"}}
    )"""

WRONG = {
    "00-1": [
        (
            "forgets the f",
            "def notice(client, day):\n    return "
            + CALL.format(input='"The bakery is closed on {day}."')
            + ".output_text\n",
            "needs an f before it",
        ),
        (
            "always says Sunday",
            "def notice(client, day):\n    return "
            + CALL.format(input='"The bakery is closed on Sunday."')
            + ".output_text\n",
            "does not name the day",
        ),
        (
            "prints",
            "def notice(client, day):\n    print("
            + CALL.format(input='f"The bakery is closed on {day}."')
            + ".output_text)\n",
            "must return it",
        ),
    ],
    "00-2": [
        (
            "forgets the million",
            "def price(usage, per_million_in, per_million_out):\n"
            "    return usage.input_tokens * per_million_in + usage.output_tokens * per_million_out\n",
            "`price` says 100000",
        ),
        (
            "one price for all",
            "def price(usage, per_million_in, per_million_out):\n"
            "    tokens = usage.input_tokens + usage.output_tokens\n"
            "    return tokens * per_million_in / 1_000_000\n",
            "`price` says 0.1",
        ),
    ],
    "00-3": [
        (
            "keeps the edited ones",
            "def quotable(recordings):\n"
            '    return [r for r in recordings if r["provenance"]["source"] != "authored"]\n',
            "an edited answer is kept",
        ),
        (
            "keeps all",
            "def quotable(recordings):\n    return list(recordings)\n",
            "an authored answer is kept",
        ),
    ],
}
