"""What a proxy in front of the API says of a key that it has given out, in plain words.

The types are those of LiteLLM's proxy (`ProxyErrorTypes` in `litellm/proxy/_types.py`, 1.108.7). OpenAI's
API answers with none of them.
"""

import openai

_GO_ON = "Without a key, replay goes on: unset OAIWORKBOOK_MODE and restart the kernel."
_ADVICE = {
    "budget_exceeded": (
        "The budget of your key at the proxy is used up. The call was not passed on, and cost nothing. "
        f"Waiting does not help: ask whoever gave you the key. {_GO_ON}"
    ),
    "expired_key": f"Your key at the proxy has ended. Ask whoever gave you the key. {_GO_ON}",
    "token_not_found_in_db": (
        "The proxy does not know this key: it was revoked, or a letter of it is missing. Compare it with "
        f"your sheet, then ask whoever gave it to you. {_GO_ON}"
    ),
}
_BLOCKED = f"Your key at the proxy is blocked. Ask whoever gave you the key. {_GO_ON}"
_MODEL = (
    "Your key at the proxy may not call this model. client.models.list() names those that it may. "
    "Lessons that need another one can be read in replay: unset OAIWORKBOOK_MODE and restart the kernel."
)


def explain(error: openai.APIStatusError) -> openai.APIStatusError:
    """The error, with a note where a proxy has refused the key: a traceback shows it beneath."""
    kind = str(error.type or "")
    note = _ADVICE.get(kind)
    if kind.endswith("_model_access_denied"):
        note = _MODEL
    if kind == "auth_error" and "Key is blocked" in str(error):
        note = _BLOCKED
    if note is not None:
        error.add_note(note)
    return error
