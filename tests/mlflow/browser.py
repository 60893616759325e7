"""Chromium without a window, driven over its DevTools protocol: opens pages and says what went wrong in them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import pathlib
import re
import shutil
import subprocess
import time

import aiohttp


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One browser process with one page."""

    def __init__(self, profile: pathlib.Path):
        self._profile = profile
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future] = {}
        self._addresses: dict[str, str] = {}
        self.problems: list[str] = []

    async def __aenter__(self) -> Browser:
        self._log = self._profile.with_suffix(".log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1400,1000",
             "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={self._profile}", "about:blank"],
            stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        port = await self._port()
        self._session = aiohttp.ClientSession()
        async with self._session.get(f"http://127.0.0.1:{port}/json") as answer:
            (page,) = [target for target in await answer.json() if target["type"] == "page"]
        self._socket = await self._session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)
        self._reader = asyncio.create_task(self._read())
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        return self

    async def __aexit__(self, *_) -> None:
        self._reader.cancel()
        await self._session.close()
        self._process.terminate()
        self._process.wait(20)
        self._log.close()

    async def _port(self) -> int:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            self._log.seek(0)
            if found := re.search(r"DevTools listening on ws://127\.0\.0\.1:(\d+)/", self._log.read()):
                return int(found.group(1))
            if self._process.poll() is not None:
                break
            await asyncio.sleep(0.1)
        self._log.seek(0)
        raise RuntimeError(f"the browser did not start: {self._log.read()[-2000:]}")

    async def _read(self) -> None:
        async for message in self._socket:
            event = message.json()
            if "id" in event:
                self._answers.pop(event["id"]).set_result(event)
            else:
                self._note(event["method"], event["params"])

    def _note(self, method: str, params: dict) -> None:
        """Keeps what a user would see in the console as an error, and every request that failed."""
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(f"exception: {details.get('exception', {}).get('description', details['text'])}")
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.problems.append("console: " + " ".join(str(a.get("value", a.get("description", ""))) for a in params["args"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(f"log: {params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self._addresses[params["requestId"]] = params["request"]["url"]
        elif method == "Network.responseReceived" and params["response"]["status"] >= 400:
            self.problems.append(f"{params['response']['status']} {params['response']['url']}")
        elif method == "Network.loadingFailed" and not params.get("canceled"):
            self.problems.append(f"failed: {self._addresses.get(params['requestId'])} {params['errorText']}")

    async def call(self, method: str, **params) -> dict:
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        event = await asyncio.wait_for(answer, 60)
        if "error" in event:
            raise RuntimeError(f"{method}: {event['error']}")
        return event["result"]

    async def text(self) -> str:
        result = await self.call("Runtime.evaluate", expression="document.body ? document.body.innerText : ''", returnByValue=True)
        return result["result"].get("value", "")

    async def open(self, url: str, *expected: str, seconds: float = 60) -> str:
        """Opens a page and waits until all the texts are shown; gives all the page's text."""
        # Between two addresses that differ after '#' alone the page would not load anew.
        await self.call("Page.navigate", url="about:blank")
        await self.call("Page.navigate", url=url)
        end = time.monotonic() + seconds
        shown = ""
        while not all(text in shown for text in expected):
            if time.monotonic() > end:
                raise TimeoutError(
                    f"{url} does not show {[text for text in expected if text not in shown]}; {self.problems}; it shows:\n{shown}"
                )
            await asyncio.sleep(0.2)
            with contextlib.suppress(RuntimeError):  # The page is just being replaced.
                shown = await self.text()
        await asyncio.sleep(1)  # For what comes after the texts.
        return await self.text()

    async def picture(self, path: pathlib.Path) -> None:
        import base64

        path.write_bytes(base64.b64decode((await self.call("Page.captureScreenshot"))["data"]))
