"""The page of `invocation-lint graph --format html` in a real browser, at 5 and at 60 functions.

Run by `.ci/run`; it needs Chromium (`$CHROMIUM`, or `chromium` on the path) and Playwright. With `PICTURES=folder` the
pictures are kept, to be looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
HEAD = "import json\nimport os\n\nimport boto3\n\nclient = boto3.client('lambda')\n\n\ndef handler(event, context):\n"
CALL = "    client.invoke(FunctionName=os.environ['{name}'], InvocationType='{mode}', Payload=json.dumps({{}}))\n"


def write_project(folder: Path, count: int) -> None:
    """So many functions: each third is behind a queue, each fourth on schedule, and each invokes one or two others."""
    (folder / ".git").mkdir()
    (folder / "src").mkdir()
    lines = [
        "Transform: AWS::Serverless-2016-10-31",
        "Globals: {Function: {Runtime: python3.12, CodeUri: src/, Timeout: 30}}",
        "Resources:",
    ]
    for number in range(count):
        called = sorted({(number * 2 + 1) % count, (number * 3 + 2) % count} - {number}) if number % 2 == 0 else []
        variables = ", ".join(f"NEXT{one}: !Ref Function{one}" for one in called)
        events = []
        if number % 3 == 0:
            lines.append(f"  Queue{number}: {{Type: AWS::SQS::Queue}}")
            events.append(f"Queue: {{Type: SQS, Properties: {{Queue: !GetAtt Queue{number}.Arn, BatchSize: 5}}}}")
        if number % 4 == 0:
            events.append("Night: {Type: Schedule, Properties: {Schedule: rate(1 day)}}")
        lines += [
            f"  Function{number}:",
            "    Type: AWS::Serverless::Function",
            "    Properties:",
            f"      Handler: f{number}.handler",
            f"      Environment: {{Variables: {{{variables}}}}}",
            f"      Events: {{{', '.join(events)}}}",
        ]
        calls = [CALL.format(name=f"NEXT{one}", mode="Event" if one % 2 else "RequestResponse") for one in called]
        (folder / "src" / f"f{number}.py").write_text(HEAD + ("".join(calls) or "    return 1\n"))
    (folder / "template.yaml").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="session", params=[5, 60])
def html(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    write_project(folder, request.param)
    command = [sys.executable, "-m", "invocation_lint", "graph", "--format", "html"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True, env=environment)
    path = folder / f"graph-{request.param}.html"
    path.write_text(done.stdout)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert chromium, "install chromium, or name it by $CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, html: Path) -> Iterator[Page]:
    made = browser.new_page(viewport={"width": 1500, "height": 950}, color_scheme="light")
    problems: list[str] = []
    asked: list[str] = []
    made.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)
    made.on("pageerror", lambda error: problems.append(str(error)))
    made.on("request", lambda request: asked.append(request.url))
    made.goto(html.as_uri())
    made.wait_for_selector("html[data-ready=yes]")
    yield made
    assert problems == []
    assert [one for one in asked if not one.startswith(("data:", "blob:")) and one != html.as_uri()] == []
    made.close()


def keep(page: Page, html: Path, name: str) -> None:
    if os.environ.get("PICTURES"):
        page.screenshot(path=Path(os.environ["PICTURES"]) / f"{html.stem}-{name}.png")


def ask(page: Page, what: str) -> Any:
    return page.evaluate(f"() => {{ const cy = window.invocations.cy; return {what}; }}")


def test_nothing_covers_anything_and_the_names_can_be_read(page: Page, html: Path) -> None:
    keep(page, html, "light")
    boxes = ask(page, "cy.nodes().not('.away').map((one) => one.boundingBox({ includeLabels: false }))")
    assert len(boxes) >= 5
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = one["x2"] <= other["x1"] or other["x2"] <= one["x1"]
            assert apart or one["y2"] <= other["y1"] or other["y2"] <= one["y1"]
    shown = ask(page, "cy.elements().not('.away').renderedBoundingBox()")
    assert shown["x1"] >= 0 and shown["y1"] >= 0 and shown["x2"] <= 1500 and shown["y2"] <= 950
    letters = ask(page, "cy.nodes().not('.away').map((one) => parseFloat(one.style('font-size')) * cy.zoom())")
    assert min(letters) > 5  # pixels of a letter of a name when all is in sight


def test_search(page: Page, html: Path) -> None:
    page.keyboard.press("/")
    page.keyboard.type("function3")
    keep(page, html, "search")
    clear = ask(page, "cy.nodes().not('.faint').not('.away').map((one) => one.id())")
    assert "n:Function3" in clear
    assert len(clear) < ask(page, "cy.nodes().not('.away').length")
    listed = page.locator("#edges button").all_inner_texts()
    assert listed and all("Function3" in text for text in listed)
    page.keyboard.press("Escape")
    assert ask(page, "cy.elements('.faint').length") == 0


def test_filter_by_kind(page: Page) -> None:
    before = ask(page, "cy.edges('[kind = \"queue\"]').not('.away').length")
    page.get_by_label("queue").uncheck()
    assert before > 0
    assert ask(page, "cy.edges('[kind = \"queue\"]').not('.away').length") == 0
    assert ask(page, "cy.edges('[kind = \"sync\"]').not('.away').length") > 0
    page.get_by_label("queue").check()
    assert ask(page, "cy.edges('[kind = \"queue\"]').not('.away').length") == before


def test_only_what_is_marked(page: Page) -> None:
    page.get_by_label("marked only").check()
    shown = page.locator("#edges button").count()
    assert 0 < shown <= ask(page, "cy.edges().length")


def test_a_click_on_an_edge_shows_its_call(page: Page, html: Path) -> None:
    edge = "cy.edges('[kind = \"sync\"]').first()"
    ask(page, f"cy.center({edge}) && cy.zoom({{ level: 1.5, position: {edge}.midpoint() }}) && 1")
    middle = ask(page, f"{edge}.renderedMidpoint()")
    box = page.locator("#picture").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + middle["x"], box["y"] + middle["y"])
    keep(page, html, "edge")
    assert re.search(r"called at\nsrc/f\d+\.py:1[01]\n", page.locator("#details").inner_text())
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    assert page.locator("#details").inner_text() == ""


def test_an_edge_of_the_list_by_keyboard(page: Page) -> None:
    button = page.locator("#edges button").first
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-current") == "true"
    assert page.locator("#details h2").inner_text() != ""
    assert ask(page, "cy.edges('.chosen').length") == 1


def test_arrow_keys_go_from_node_to_node(page: Page) -> None:
    page.locator("#picture").focus()
    names = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        names.append(page.locator("#details h2").inner_text())
    assert len(set(names)) > 1
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert ask(page, "cy.elements('.chosen').length") == 1


def test_dark_and_light(page: Page, html: Path) -> None:
    def back() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = back()
    page.locator("#picture").focus()
    page.keyboard.press("d")
    keep(page, html, "dark")
    assert (light, back()) == ("rgb(255, 255, 255)", "rgb(20, 24, 29)")
    page.get_by_role("button", name="Dark or light").click()
    assert back() == light


def test_it_begins_as_the_system_is_set(browser: Browser, html: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(html.as_uri())
    page.wait_for_selector("html[data-theme=dark]")
    page.close()


def test_print(page: Page, html: Path, tmp_path: Path) -> None:
    page.emulate_media(media="print")
    keep(page, html, "print")
    assert page.locator("#printed").is_visible()
    assert not page.locator("#picture").is_visible()
    assert not page.locator("#search").is_visible()
    assert page.evaluate("document.getElementById('printed').naturalWidth") > 300
    page.pdf(path=tmp_path / "graph.pdf")
    assert (tmp_path / "graph.pdf").stat().st_size > 10_000


def test_from_afar_a_node_says_its_name_and_from_near_all_that_is_told(page: Page) -> None:
    ask(page, "cy.zoom(0.3) && 1")
    assert ask(page, "cy.getElementById('n:Function1').style('label')").replace("\n", "") == "Function1"
    ask(page, "cy.zoom(1) && 1")
    assert ask(page, "cy.getElementById('n:Function1').style('label')").startswith("Function1\n30 s")


def test_what_two_edges_say_does_not_meet(page: Page) -> None:
    """Of edges between the same nodes."""
    apart = page.evaluate(
        """() => {
            const far = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
            const near = (one) => one.parallelEdges().not(one).map((other) => far(one.midpoint(), other.midpoint()));
            const several = window.invocations.cy.edges().filter((one) => one.parallelEdges().length > 1);
            return several.map((one) => Math.min(...near(one)));
        }"""
    )
    assert apart and min(apart) > 18  # two lines of letters
