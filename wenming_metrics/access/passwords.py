"""Passwords: what is refused as one, and their argon2id hashes."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
"""Characters. The longest keeps a stranger from making the server hash whatever he sends."""
_FEWEST_DIFFERENT = 5


def weakness(password: str, *words: str) -> str:
    """Say why a password is refused; "" where it is not.

    Takes: words - that a guess would begin with: the account, the name
    """
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符，现在是 {len(password)} 个。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符，现在是 {len(password)} 个。"
    if len(set(password)) < _FEWEST_DIFFERENT or password.isdecimal():
        return f"密码太容易猜：不能全是数字，至少要有 {_FEWEST_DIFFERENT} 个不同的字符。"
    if any(word and word.lower() in password.lower() for word in words):
        return "密码里不能有账号或姓名。"
    return ""


def hashed(password: str) -> str:
    """Hash a password, with a salt of its own (argon2id, the parameters of RFC 9106 for small memory)."""
    return _hasher().hash(password)


def is_password(password: str, known_hash: str) -> bool:
    """Compare a password with a hash; takes as long where there is no hash ("") as where there is one."""
    try:
        return _hasher().verify(known_hash or _nobody(), password) and bool(known_hash)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this one")
