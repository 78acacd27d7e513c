"""Keys for a class at LiteLLM's proxy: make them, see what was spent, end them.

    python keys.py make 30 --budget 0.50 --hours 10 --address http://192.0.2.7:4000/v1
    python keys.py spent
    python keys.py revoke seat-07
    python keys.py revoke --all

It needs Python 3.11 and nothing else. `PROXY` in the environment is the proxy's address as this machine
sees it (http://127.0.0.1:4000 if not set), LITELLM_MASTER_KEY the key that the proxy was started with.
"""

import argparse
import html
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PREFIX = "seat-"
MODELS = "gpt-6-luna,text-embedding-3-small"


class Refused(Exception):
    """What went wrong, and what to do about it."""


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    proxy = os.environ.get("PROXY", "http://127.0.0.1:4000").rstrip("/").removesuffix("/v1")
    master = os.environ.get("LITELLM_MASTER_KEY", "")
    if not master:
        raise Refused(
            "LITELLM_MASTER_KEY is not set. Set it to the key that the proxy was started with."
        )
    request = urllib.request.Request(
        proxy + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {master}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        said = error.read().decode("utf-8", "replace")
        raise Refused(f"{proxy}{path} answered {error.code}: {said[:400]}") from None
    except (OSError, ValueError) as error:
        raise Refused(
            f"No proxy answers at {proxy} ({error}). Is it running? PROXY names it."
        ) from None


def class_keys() -> list[dict[str, Any]]:
    """All keys of the class, as the proxy lists them: never with the key itself."""
    found: list[dict[str, Any]] = []
    page, pages = 1, 1
    while page <= pages:
        answer = call("GET", f"/key/list?return_full_object=true&size=100&page={page}")
        found += [key for key in answer["keys"] if str(key.get("key_alias")).startswith(PREFIX)]
        page, pages = page + 1, answer["total_pages"]
    return sorted(found, key=lambda key: str(key["key_alias"]))


def make(args: argparse.Namespace) -> None:
    if min(args.count, args.hours, args.rpm) < 1 or not 0 < args.budget < 1_000:
        raise Refused("Make at least one key, with a budget between USD 0 and USD 1000.")
    if args.sheet.exists():
        raise Refused(
            f"{args.sheet} exists, and may be the only place with its keys. Move it first."
        )
    taken = {key["key_alias"] for key in class_keys()}
    names = [f"{PREFIX}{number:02}" for number in range(1, args.count + 1)]
    if both := sorted(taken & set(names)):
        raise Refused(
            f"{both[0]} has a key already. End the old ones first: python keys.py revoke --all"
        )
    made: list[tuple[str, str]] = []
    try:
        for name in names:
            body = {
                "key_alias": name,
                "max_budget": args.budget,
                "duration": f"{args.hours}h",
                "models": args.models.split(","),
                "rpm_limit": args.rpm,
            }
            made.append((name, call("POST", "/key/generate", body)["key"]))
    finally:
        if made:
            write(args, made)
    most = args.budget * len(made)
    print(f"{len(made)} keys, USD {args.budget:.2f} each, USD {most:.2f} together: {args.sheet}")
    print(f"They end in {args.hours} hours. Print the sheet, cut it, then delete the file.")


def write(args: argparse.Namespace, made: list[tuple[str, str]]) -> None:
    """The sheet, which only its owner can read where the system knows such files."""
    slips = [
        f"<section><h2>{name}</h2><p>USD {args.budget:.2f}, for {args.hours} hours, only yours.</p><pre>"
        f"OPENAI_BASE_URL={html.escape(args.address)}\nOPENAI_API_KEY={html.escape(key)}\n"
        f"OAIWORKBOOK_MODE=live\nOAIWORKBOOK_MAX_USD={args.budget:.2f}</pre></section>"
        for name, key in made
    ]
    style = "section{border:1px dashed;padding:0 1em;break-inside:avoid}pre{font-size:12pt;white-space:pre-wrap}"
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Keys</title><style>{style}</style>'
        f"{''.join(slips)}</html>\n"
    )
    with open(
        os.open(args.sheet, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(page)


def spent(args: argparse.Namespace) -> None:
    keys = class_keys()
    for key in sorted(keys, key=lambda key: -key["spend"]):
        budget = key["max_budget"]
        used = "  used up" if key["spend"] > budget - 1e-9 else ""  # the proxy adds floats
        blocked = "  blocked" if key.get("blocked") else ""
        print(f"{key['key_alias']}  USD {key['spend']:.6f} of {budget:.2f}{used}{blocked}")
    print(f"{len(keys)} keys, USD {sum(key['spend'] for key in keys):.6f} together")


def revoke(args: argparse.Namespace) -> None:
    if bool(args.names) == args.all:
        raise Refused("Name keys, such as seat-07, or say --all.")
    there = [key["key_alias"] for key in class_keys()]
    names = there if args.all else args.names
    if missing := [name for name in names if name not in there]:
        raise Refused(
            f"There is no key {missing[0]}. `python keys.py spent` lists those there are."
        )
    if names:
        call("POST", "/key/delete", {"key_aliases": names})
    print(f"{len(names)} keys ended: {', '.join(names)}" if names else "There was no key left.")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser("make", help="make keys and write a sheet to print")
    making.add_argument("count", type=int)
    making.add_argument("--budget", type=float, default=0.50, help="USD a key (0.50)")
    making.add_argument("--hours", type=int, default=10, help="until the keys end (10)")
    making.add_argument("--rpm", type=int, default=60, help="requests a minute a key (60)")
    making.add_argument("--models", default=MODELS, help=f"what a key may call ({MODELS})")
    making.add_argument("--address", required=True, help="the proxy as learners reach it, with /v1")
    making.add_argument("--sheet", type=Path, default=Path("keys.html"), help="the file to write")
    making.set_defaults(run=make)
    commands.add_parser("spent", help="who spent what").set_defaults(run=spent)
    ending = commands.add_parser("revoke", help="end keys at once")
    ending.add_argument("names", nargs="*")
    ending.add_argument("--all", action="store_true")
    ending.set_defaults(run=revoke)
    args = parser.parse_args(argv)
    try:
        args.run(args)
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
