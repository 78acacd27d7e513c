"""Sorts what people report about their streets: `python street_reports.py "The lamp is out."`"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, Literal

from openai import AsyncOpenAI
from pydantic import BaseModel

INSTRUCTIONS = (
    "Sort a report that a resident has sent to the town. Take the street from its text. "
    "It is urgent where somebody may be hurt today."
)


class Report(BaseModel):
    team: Literal["lights", "roads", "trees", "other"]
    street: str
    urgent: bool


class NotSorted(Exception):
    """The model has not answered in the form that was asked for."""


async def sort_report(client: AsyncOpenAI, text: str) -> Report:
    """Raises NotSorted, and openai.APIError where the call fails."""
    asked: dict[str, Any] = {"model": "gpt-6-luna", "instructions": INSTRUCTIONS, "input": text}
    answer = await client.responses.parse(**asked, text_format=Report, max_output_tokens=200)
    if answer.output_parsed is None:
        raise NotSorted(f"No answer in the form of a report: {answer.output_text or text!r}")
    return answer.output_parsed


async def work_list(client: AsyncOpenAI, texts: Sequence[str]) -> list[Report]:
    """The reports sorted at the same time, urgent ones first."""
    reports = await asyncio.gather(*(sort_report(client, text) for text in texts))
    return sorted(reports, key=lambda report: not report.urgent)


if __name__ == "__main__":
    for report in asyncio.run(work_list(AsyncOpenAI(timeout=30), sys.argv[1:])):
        print(f"{report.team:7} {report.street}{' (urgent)' if report.urgent else ''}")
