"""The wall screen in a real browser: it outlives its server and the net."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.publishing.bulletin_city import signed_city
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.ui.wall.door import page_of

pytestmark = pytest.mark.browser


class Shelf:
    """A server of one page, which can be ended and begun again at the same address."""

    def __init__(self) -> None:
        self.text, self.port = "", 0
        self.begin()

    def begin(self) -> None:
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                content = shelf.text.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                """Nothing is printed."""

        ThreadingHTTPServer.allow_reuse_address = True
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_a_wall_outlives_its_server_and_the_net(page, tmp_path):
    office = signed_city(tmp_path)
    shown = page_of(office, {"sheets": "得分", "night": "0-0"}, renew=200)
    score = f"{frozen(office, issues(office)[0].key).lists.city.score:.2f}"
    shelf = Shelf()
    shelf.text = shown
    try:
        page.goto(f"http://127.0.0.1:{shelf.port}/?wall=1")
        page.locator("section.shown .score", has_text=score).wait_for()
        for number in (1, 2):  # the server is killed twice, and has something new each time
            shelf.end()
            page.locator("#state", has_text="连接中断").wait_for()
            assert page.locator("section.shown .score").inner_text() == score
            shelf.text = shown.replace(f">{score}<", f">{number}1.11<")
            shelf.begin()
            page.locator("section.shown .score", has_text=f"{number}1.11").wait_for()
            shelf.text = shown
            page.locator("section.shown .score", has_text=score).wait_for()
        page.context.set_offline(True)
        page.locator("#state", has_text="连接中断").wait_for()
        page.context.set_offline(False)
        page.locator("#state", has_text="签发").wait_for()
    finally:
        shelf.end()
