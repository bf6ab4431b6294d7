"""TLS of its own: certificates that cannot be used are refused in words, those that can are served."""

import datetime as dt
import ipaddress
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.conftest import START, answers, free_port
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.ui.server import Listening, certificate_warning, refusal

HOST = "127.0.0.1"


def certificate(folder, days, secret=b""):
    """Write a certificate that holds for so many days from now on, and its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]),
    )
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days, hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - dt.timedelta(days=100))
        .not_valid_after(ends)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False
        )
        .sign(key, hashes.SHA256())
    )
    kinds = serialization
    shut = kinds.BestAvailableEncryption(secret) if secret else kinds.NoEncryption()
    paths = folder / f"{days}{len(secret)}.pem", folder / f"{days}{len(secret)}.key"
    paths[0].write_bytes(made.public_bytes(kinds.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(kinds.Encoding.PEM, kinds.PrivateFormat.PKCS8, shut))
    return paths


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", str(tmp_path / "store.db"))
    return tmp_path


def test_one_that_is_over_is_refused_and_one_that_ends_soon_is_told(store):
    over, soon, well = (certificate(store, days) for days in (-3, 5, 90))
    assert f"证书 {over[0]} 已过期 3 天" in refusal(Listening(cert=over[0], key=over[1]))
    assert refusal(Listening(cert=soon[0], key=soon[1])) == ""
    assert certificate_warning(Listening(cert=soon[0], key=soon[1])).startswith("证书还有 5 天到期")
    assert certificate_warning(Listening(cert=well[0], key=well[1])) == ""


def test_what_is_no_pair_is_refused_in_words(store):
    cert, key = certificate(store, 90)
    other, shut = certificate(store, 80)[1], certificate(store, 70, b"geheim")
    (store / "text.pem").write_text("这不是证书", encoding="utf-8")
    assert "证书和私钥要一起给" in refusal(Listening(cert=cert))
    assert "没有这个文件" in refusal(Listening(cert=cert, key=store / "none.key"))
    for pair in ((cert, other), shut, (store / "text.pem", key)):
        assert "证书或私钥不能用" in refusal(Listening(cert=pair[0], key=pair[1]))


def test_pages_are_served_over_tls_and_over_nothing_else(store):
    cert, key = certificate(store, 90)
    port = free_port()
    words = ["serve", "--port", port, "--cert", cert, "--key", key]
    process = subprocess.Popen(
        [sys.executable, "-m", "wenming_metrics", *map(str, words)],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    trusted, latest = ssl.create_default_context(cafile=str(cert)), time.monotonic() + START
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    try:
        while True:
            assert process.poll() is None
            assert time.monotonic() < latest
            try:
                with opener.open(f"https://{HOST}:{port}/healthz", timeout=10) as answer:
                    assert answer.status == 200
                    break
            except urllib.error.URLError:
                time.sleep(0.1)
        assert not answers(f"http://{HOST}:{port}", "/healthz")
    finally:
        process.terminate()
        process.wait(30)
