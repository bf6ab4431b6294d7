"""The pages that the gate itself serves: signing in, and one's own account. Plain HTML, no scripts."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import defaultdict
from html import escape
from urllib.parse import parse_qs, quote

from starlette.requests import Request

from wenming_metrics.access.passwords import LONGEST, SHORTEST
from wenming_metrics.ui.frame.navigation import PRODUCT

_LARGEST_FORM, _MOST_FIELDS = 4_096, 10
_STYLE = """
body { margin: 0; background: #f4f6f9; color: #1f2933; font: 16px/1.6 'Microsoft YaHei', 'PingFang SC',
  'Noto Sans CJK SC', 'Noto Sans SC', sans-serif; }
main { max-width: 360px; margin: 12vh auto 0; padding: 28px 32px; background: #fff; border: 1px solid #d9dee4;
  border-radius: 4px; }
h1 { margin: 0 0 4px; font-size: 22px; color: #1f4e79; }
h2 { margin: 24px 0 8px; font-size: 16px; }
p { margin: 0 0 16px; color: #52606d; font-size: 14px; }
p.refusal { color: #a61b1b; } p.done { color: #2b6338; }
label { display: block; margin: 12px 0 4px; font-size: 14px; }
input { box-sizing: border-box; width: 100%; padding: 8px 10px; font: inherit; border: 1px solid #9aa5b1;
  border-radius: 4px; }
button { width: 100%; margin-top: 20px; padding: 9px; font: inherit; color: #fff; background: #1f4e79; border: 0;
  border-radius: 4px; cursor: pointer; }
button.quiet { color: #1f4e79; background: #fff; border: 1px solid #1f4e79; }
a { color: #1f4e79; }
@media (max-width: 480px) { main { margin-top: 0; border: 0; min-height: 100vh; max-width: none; } }
"""
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What such a page may load: its own style and nothing else."""


def sign_in_page(
    refusal: str = "", login: str = "", hint: str = "", goal: str = "/", elsewhere: str = ""
) -> str:
    """Give the page to sign in by. Takes: goal - path that was asked for; elsewhere - see `elsewhere_link`"""
    return _page(
        "登录",
        f"""<p>请用本人的账号登录。</p>{_told(refusal, "refusal")}{_told(hint, "done")}
<form method="post" action="/sign-in">
<input type="hidden" name="goal" value="{escape(goal)}">
<label for="login">账号</label>
<input id="login" name="login" value="{escape(login)}" maxlength="40" autocomplete="username" required autofocus>
<label for="password">密码</label>
<input id="password" name="password" type="password" maxlength="{LONGEST}" autocomplete="current-password" required>
<button>登录</button></form>{elsewhere}""",
    )


def elsewhere_link(address: str, title: str, goal: str) -> str:
    """Give the way to another place to sign in at. Takes: goal - path that was asked for"""
    return (
        f'<p></p><p><a href="{address}?goal={quote(goal, safe="")}">用{escape(title)}登录</a></p>'
    )


def going_on_page(goal: str) -> str:
    """Give a page that goes on by itself: a browser that was sent here by another site would not bring the
    cookie of its new session along a plain redirect.
    """
    href = escape(goal)
    refresh = f'<meta http-equiv="refresh" content="0;url={href}">'
    return _page(
        "登录", f'<p>已登录，正在打开……</p><p><a href="{href}">没有打开，请点这里</a></p>', refresh
    )


def own_page(name: str, post: str, refusal: str = "") -> str:
    """Give the page of one's own account: to sign out, and to change the password."""
    return _page(
        "我的账号",
        f"""<p>{escape(name)}（{escape(post)}）</p>{_told(refusal, "refusal")}
<form method="post" action="/sign-out"><button>退出登录</button></form>
<h2>修改密码</h2>
<form method="post" action="/me">
<label for="present">原密码</label>
<input id="present" name="present" type="password" maxlength="{LONGEST}" autocomplete="current-password" required>
<label for="fresh">新密码（至少 {SHORTEST} 个字符）</label>
<input id="fresh" name="fresh" type="password" maxlength="{LONGEST}" autocomplete="new-password" required>
<label for="again">再输一次新密码</label>
<input id="again" name="again" type="password" maxlength="{LONGEST}" autocomplete="new-password" required>
<button class="quiet">修改密码</button></form>
<p></p><p><a href="/">返回首页</a></p>""",
    )


def _told(sentence: str, kind: str) -> str:
    return f'<p class="{kind}">{escape(sentence)}</p>' if sentence else ""


def _page(title: str, body: str, extra: str = "") -> str:
    return f"""<!DOCTYPE html><html lang="zh-CN" translate="no"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · {PRODUCT}</title>
<style>{_STYLE}</style>{extra}</head><body><main><h1>{PRODUCT}</h1>{body}</main></body></html>"""


def goal_of(path: str) -> str:
    """Give the path that was asked for; "/" for any other server's."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() and len(path) < 1_000 else "/"


async def read_form(request: Request) -> defaultdict[str, str] | None:
    """Read the fields of a form, "" for what is missing; None for one that is too long."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST_FORM:
            return None
    if content.count(b"&") > _MOST_FIELDS:
        return None
    fields = parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True)
    return defaultdict(str, {name: values[0] for name, values in fields.items()})
