"""Who signed in elsewhere: at a proxy that names them in a header, or at an identity provider (OpenID Connect).

Both are off unless a settings file asks for them. Neither makes accounts: whoever is named needs one of the
same name here, with a role. The file:

    [proxy]
    header = "X-Remote-User"    # in which the proxy names the account
    secret = "..."              # what the proxy sends as X-Wenming-Proxy, at least 32 signs

    [provider]
    title = "市统一身份认证"      # on the page to sign in by
    metadata = "https://.../.well-known/openid-configuration"
    client_id = "..."
    client_secret = "..."
    claim = "preferred_username" # which of the provider's facts is the account
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import tomllib
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from wenming_metrics.runtime.settings import SettingsError

PROOF = "x-wenming-proxy"
BEGIN, BACK = "/sign-in/provider", "/sign-in/back"
_SHORTEST_SECRET = 32
_MINUTES = 10
"""So long a browser may stay at the provider."""
_FIELDS = {
    "proxy": {"header", "secret"},
    "provider": {"title", "metadata", "client_id", "client_secret", "claim"},
}
_TAKEN = {PROOF, "cookie", "host", "origin", "authorization", "x-forwarded-for"}
_UNSOUND = (RuntimeError, ValueError, KeyError, TypeError, AttributeError)
"""What the library raises where a provider's answer is of another shape than the standard says."""
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class SignOnError(RuntimeError):
    """Nobody was named; the message says why, in Chinese."""


@dataclass(frozen=True)
class Proxy:
    """A proxy that names who signed in there: the header, and the secret it proves itself by."""

    header: str
    secret: str = field(repr=False)

    def named(self, sent: Headers) -> str:
        """Give who is named; "" where nobody is, or where the proxy has not proved itself.

        A header given twice names nobody: a proxy that leaves the browser's own copy in would else let
        anybody say who they are.
        """
        proofs, names = sent.getlist(PROOF), sent.getlist(self.header)
        if len(proofs) != 1 or len(names) != 1:
            return ""
        is_proved = hmac.compare_digest(proofs[0].encode("latin-1"), self.secret.encode())
        # Headers come as bytes that Starlette reads as Latin-1; proxies write UTF-8.
        return names[0].encode("latin-1").decode("utf-8", "replace").strip() if is_proved else ""


@dataclass(frozen=True)
class Provider:
    """An identity provider. claim - which of its facts is the account; title - how it is called here"""

    title: str
    metadata: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str


@dataclass(frozen=True)
class SignOn:
    """Where else somebody may sign in; None: not there."""

    proxy: Proxy | None = None
    provider: Provider | None = None


NOWHERE = SignOn()


def read_sign_on(path: Path | None) -> SignOn:
    """Read the settings file; None: nowhere else.

    Raises SettingsError that names the file and what is wrong in it.
    """
    if path is None:
        return NOWHERE
    try:
        parts = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"没有统一认证的设置文件 {path}。") from None
    except UnicodeDecodeError:
        raise SettingsError(f"统一认证的设置文件 {path} 要存成 UTF-8 编码。") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"统一认证的设置文件 {path} 读不了：{error}") from error
    for part, facts in parts.items():
        _check_fields(path, part, facts)
    if not parts:
        raise SettingsError(f"统一认证的设置文件 {path} 是空的，要写 [proxy] 或 [provider]。")
    sign_on = SignOn(
        Proxy(**parts["proxy"]) if "proxy" in parts else None,
        Provider(**parts["provider"]) if "provider" in parts else None,
    )
    _check_values(path, sign_on)
    return sign_on


def _check_fields(path: Path, part: str, facts: object) -> None:
    if part not in _FIELDS:
        raise SettingsError(f"{path} 里不认识 [{part}]，只能写 [proxy]、[provider]。")
    given = facts if isinstance(facts, dict) else {}
    wrong = [name for name in _FIELDS[part] if not str(given.get(name, "")).strip()]
    wrong += [name for name, value in given.items() if not isinstance(value, str)]
    if wrong:
        raise SettingsError(f"{path} 的 [{part}] 里要用文字写明 {'、'.join(sorted(set(wrong)))}。")
    if extra := sorted(given.keys() - _FIELDS[part]):
        raise SettingsError(f"{path} 的 [{part}] 里不认识 {'、'.join(extra)}。")


def _check_values(path: Path, sign_on: SignOn) -> None:
    proxy, provider = sign_on.proxy, sign_on.provider
    if proxy and not re.fullmatch(r"[A-Za-z0-9-]+", proxy.header):
        raise SettingsError(f"{path} 里 header 只能由字母、数字和 - 组成，现在是“{proxy.header}”。")
    if proxy and proxy.header.lower() in _TAKEN:
        raise SettingsError(f"{path} 里 header 不能用“{proxy.header}”，它另有用处。")
    if proxy and not re.fullmatch(r"[\x21-\x7e]+", proxy.secret):
        raise SettingsError(f"{path} 里 secret 只能用字母、数字和英文符号，不能有空格。")
    if proxy and len(proxy.secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"{path} 里 secret 至少要 {_SHORTEST_SECRET} 个字符，现在是 {len(proxy.secret)} 个。"
        )
    if provider:
        if not _is_safe(provider.metadata):
            raise SettingsError(
                f"{path} 里 metadata 要用 https 的地址，现在是“{provider.metadata}”。"
            )
        try:
            import authlib.integrations.starlette_client  # noqa: F401, PLC0415
        except ImportError as error:
            raise SettingsError(
                "用统一身份认证要先安装两个程序库：pip install authlib httpx2"
            ) from error


def _is_safe(address: str) -> bool:
    """Say whether nobody on the way can read or change what is asked there."""
    try:
        url = urlsplit(address)
    except ValueError:
        return False
    is_here = url.hostname in ("127.0.0.1", "localhost")
    return bool(url.hostname) and url.scheme in ({"http", "https"} if is_here else {"https"})


class ProviderClient:
    """Sends a browser to the provider and learns who came back: state, nonce and PKCE are the library's."""

    def __init__(self, provider: Provider) -> None:
        from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415

        self.provider = provider
        self._client = OAuth().register(
            "provider",
            server_metadata_url=provider.metadata,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": 10,
            },
        )

    async def send_there(self, request: Request, return_address: str, goal: str) -> Response:
        """Answer with the way to the provider. Takes: return_address - where it sends the browser to afterwards

        Raises SignOnError.
        """
        request.session["goal"] = goal
        return await _told(self._client.authorize_redirect(request, return_address), self.provider)

    async def who_came_back(self, request: Request) -> tuple[str, str]:
        """Give the account that the provider names, and the page that was asked for.

        Raises SignOnError where the answer is not the provider's, not for this browser, or too old.
        """
        token = await _told(self._client.authorize_access_token(request), self.provider)
        name = (token.get("userinfo") or {}).get(self.provider.claim)
        if not isinstance(name, str) or not name.strip():
            raise SignOnError(
                f"{self.provider.title}没有给出账号（{self.provider.claim}），请找管理员。"
            )
        return name, str(request.session.pop("goal", "/"))


async def _told(answer: Awaitable[_T], provider: Provider) -> _T:
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from httpx2 import HTTPError  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        return await answer
    except HTTPError as error:
        _log.warning("%s: %r", provider.title, error)
        raise SignOnError(f"{provider.title}现在连不上，请稍后再试，或用密码登录。") from error
    except (AuthlibBaseError, JoseError, *_UNSOUND) as error:
        _log.warning("%s: %r", provider.title, error)
        raise SignOnError(f"{provider.title}的答复不能用，没有登录，请再试一次。") from error


def with_short_memory(app: ASGIApp, provider: Provider, *, is_secure: bool) -> SessionMiddleware:
    """Let a browser carry what was agreed with the provider, signed, while it is there.

    It comes back from another site, so this cookie is not a strict one; it says nothing of who somebody is.
    """
    key = hashlib.sha256(f"sign-on {provider.client_secret}".encode()).hexdigest()
    return SessionMiddleware(
        app,
        secret_key=key,  # the same in each process of the server
        session_cookie="wenming_sign_on",
        max_age=_MINUTES * 60,
        same_site="lax",
        https_only=is_secure,
        path="/sign-in",
    )
