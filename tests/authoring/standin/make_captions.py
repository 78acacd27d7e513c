"""Packs assets/34_captions_1.zip and _2.zip, what the downloads of lesson 34's skill bring.

python -m tests.authoring.standin.make_captions
"""

from zipfile import ZipFile, ZipInfo

from . import ASSETS

HEAD = "---\nname: captions\ndescription: Write captions for our scans.\n---\n"
RULES = ("Place, then year.", "Place, then month and year.")


def main() -> None:
    for number, rule in enumerate(RULES, start=1):
        with ZipFile(ASSETS / f"34_captions_{number}.zip", "w") as bundle:
            # A ZipInfo has a fixed time: the same bytes on every day.
            bundle.writestr(ZipInfo("captions/SKILL.md"), HEAD + rule)


if __name__ == "__main__":
    main()
