"""A browser without a network, and the documentation page in it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from processes import ROOT
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

SECONDS = 30
SCREENSHOTS = ROOT / "build/screenshots"
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def program(*names: str) -> str:
    """Return the path of the first of some programs that there is."""
    found = next((path for name in names if (path := which(name))), None)
    assert found, f"there is none of {', '.join(names)} on PATH: `make browser` says how to install them"
    return found


@contextmanager
def opened(profile: Path) -> Iterator[Chrome]:
    """Start a browser, with its profile in a new folder, and end it."""
    options = ChromeOptions()
    options.binary_location = program("google-chrome", "chromium")
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # With both programs named, selenium looks for none in the network.
    with Chrome(options, ChromeService(program("chromedriver"))) as driver:
        yield driver


def find(driver: Chrome, selector: str) -> WebElement:
    """Return the first element that a CSS selector selects, once it is there."""
    wait: WebDriverWait[Chrome] = WebDriverWait(driver, SECONDS, poll_frequency=0.05)
    return wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector), f"there is no {selector}")


class Operation:
    """An operation on the page, opened, and ready to be tried out."""

    def __init__(self, driver: Chrome, path: str) -> None:
        self._driver = driver
        self._block = f'.opblock:has([data-path="{path}"])'
        self._find(".opblock-summary-control").click()
        self._find(".try-out__btn").click()

    def _find(self, selector: str) -> WebElement:
        return find(self._driver, f"{self._block} {selector}")

    @property
    def _examples(self) -> Select:
        return Select(self._find(".examples-select select"))

    @property
    def examples(self) -> list[str]:
        """The named examples of the request."""
        return [option.text for option in self._examples.options]

    def choose(self, example: str) -> None:
        """Choose a named example."""
        self._examples.select_by_visible_text(example)

    @property
    def body(self) -> object:
        """The request's body, as it is shown."""
        return self._find("textarea").get_property("value")

    def execute(self) -> tuple[str, str, str]:
        """Send the request, and return the status, the body and the time that are shown."""
        for clear in self._driver.find_elements(By.CSS_SELECTOR, f"{self._block} .btn-clear"):
            clear.click()  # what was answered before
        self._find(".execute").click()
        response = ".live-responses-table tbody"
        duration = self._find(f"{response} .response-col_description > div:nth-child(3) pre").text
        status = self._find(f"{response} .response-col_status").text
        body = self._find(f"{response} .highlight-code pre").text
        return status, body, duration


def console(driver: Chrome) -> list[str]:
    """Return what the browser's console has said since it was last asked: what the policy forbids, for example."""
    return [entry["message"] for entry in driver.get_log("browser")]  # type: ignore[no-untyped-call] # (selenium's own)


def authorize(driver: Chrome, key: str) -> None:
    """Give the page the key that its operations are sent with."""
    find(driver, ".auth-wrapper .authorize").click()
    find(driver, ".auth-container input").send_keys(key)
    find(driver, ".auth-btn-wrapper .authorize").click()
    find(driver, ".auth-btn-wrapper .btn-done").click()


@contextmanager
def screen(driver: Chrome, width: int, color_scheme: str) -> Iterator[None]:
    """Show the page on a screen of a width in pixels, to a person who likes it light or dark."""
    scheme = {"features": [{"name": "prefers-color-scheme", "value": color_scheme}]}
    metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    yield
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def save_screenshot(driver: Chrome, name: str) -> None:
    """Keep a picture of the whole page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))
