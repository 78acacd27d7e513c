"""The loop of lesson 35 in a real browser, on a page of its own.

It needs `pip install openai playwright`, `playwright install chromium`, and a key. It costs tokens: each
step reads all screenshots so far.
"""

from base64 import b64encode

from openai import OpenAI
from playwright.sync_api import sync_playwright

HTML = """<h1>Alderby tennis court</h1><input id="name" placeholder="Name">
<button onclick="document.title = 'Booked: ' + document.getElementById('name').value">
Book Thursday 18:00</button>"""
KEYS = {"ENTER": "Enter", "TAB": "Tab", "BACKSPACE": "Backspace", "CTRL": "Control"}
SETUP = {"model": "gpt-6-luna", "tools": [{"type": "computer"}]}


def act(page, action):
    if action.type == "click":
        page.mouse.click(action.x, action.y)
    elif action.type == "type":
        page.keyboard.type(action.text)
    elif action.type == "scroll":
        page.mouse.move(action.x, action.y)
        page.mouse.wheel(action.scroll_x, action.scroll_y)
    elif action.type == "keypress":
        page.keyboard.press("+".join(KEYS.get(key, key) for key in action.keys))
    elif action.type not in ("screenshot", "wait"):
        raise ValueError(f"This program does not {action.type}.")


def run(page, task, steps=8):
    client = OpenAI(timeout=60)
    response = client.responses.create(**SETUP, input=task)
    for _ in range(steps):
        calls = [item for item in response.output if item.type == "computer_call"]
        if not calls:
            return response.output_text
        if calls[0].pending_safety_checks:
            raise PermissionError(calls[0].pending_safety_checks[0].message)
        for action in calls[0].actions:
            act(page, action)
        url = "data:image/png;base64," + b64encode(page.screenshot()).decode()
        shot = {"type": "computer_screenshot", "image_url": url, "detail": "original"}
        item = {"type": "computer_call_output", "call_id": calls[0].call_id}
        response = client.responses.create(
            **SETUP, input=[item | {"output": shot}], previous_response_id=response.id
        )
    raise RuntimeError("stopped at the limit of steps")


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(env={})
        page = browser.new_page(viewport={"width": 480, "height": 320})
        page.set_content(HTML)
        print(run(page, "Book Thursday at 18:00 for Mara Holt."))
        print(page.title())
        browser.close()


if __name__ == "__main__":
    main()
