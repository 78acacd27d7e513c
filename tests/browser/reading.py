"""What a page is like for readers with weak eyes: what axe finds in it, and what 200 % zoom cuts off.

axe is the copy that axe-playwright-python brings. Judged is what a lesson brings, its text and its outputs: the
frames of JupyterLab and nbconvert, and their colours of code, are theirs.
"""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

OURS = {
    "include": [[".jp-OutputArea-output"], [".jp-MarkdownOutput"]],
    "exclude": [[".highlight"], [".jp-RenderedMarkdown pre"]],
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ZOOMED: ViewportSize = {"width": 640, "height": 400}  # what 200 % leaves of 1280 x 800
# axe takes for hidden what lies in a page that hides its overflow, as JupyterLab's does, and finds no colour wrong.
SEEN = "html, body { overflow: visible !important }"

_CUT = """
() => [...document.querySelectorAll(
  '.jp-Notebook :is(table, img, audio, pre, figure, summary, .jp-OutputArea-output, .jp-MarkdownOutput)'
)].filter(node => {
  const scrolls = each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX);
  const end = node.getBoundingClientRect().right;
  if (end === 0 || node.closest('.jp-InputArea-editor')) return false;
  for (let each = node.parentElement; each; each = each.parentElement) {
    if (!node.matches('img') && scrolls(each)) return false;
    if (end > each.getBoundingClientRect().right + 1 && each.matches('.jp-Cell')) return true;
  }
  return end > innerWidth + 1;
}).map(node => node.outerHTML.slice(0, 120))
"""


def findings(page: Page) -> list[str]:
    """What axe finds critical or serious, a line each. Raises AssertionError where it looked at no colour."""
    page.add_style_tag(content=SEEN)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "([ours, rules]) => axe.run(ours, {runOnly: {type: 'tag', values: rules}})", [OURS, RULES]
    )
    judged = {rule["id"] for kind in ("passes", "violations") for rule in found[kind]}
    assert "color-contrast" in judged, "axe saw no text: the page hides it"
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("critical", "serious")
        for node in rule["nodes"]
    ]


def cut_off(page: Page) -> list[str]:
    """What is wider than its cell and does not scroll; a picture is to fit, too."""
    cut: list[str] = page.evaluate(_CUT)
    return cut


def pictures_and_sounds(page: Page) -> None:
    """Pictures are drawn and have alt text; sounds have a name and can be played."""
    for image in page.locator(".jp-Notebook img").all():
        # JupyterLab itself writes "Image" where there is nothing.
        assert image.get_attribute("alt") not in (None, "", "Image"), "a picture without alt text"
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    for player in page.locator(".jp-Notebook audio").all():
        assert (player.get_attribute("aria-label") or "").strip(), "a player without a name"
        seconds = player.evaluate(
            "player => new Promise(done => { const say = () => done(player.duration || 0);"
            "player.readyState || player.error ? say() : (player.onloadedmetadata = player.onerror = say) })"
        )
        assert 0 < seconds < 3600, f"a sound of {seconds} s"
