"""What answers say of themselves, which names are answered to, and TLS of one's own."""

import logging
import re
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from api_rig import ApiRig
from starlette.testclient import TestClient

from api.app import create_app
from api.headers import HEADERS
from api.tls import check_tls
from models.config import SecurityRule, TlsRule
from models.errors import InputRefused
from models.user import Role


@pytest.fixture
def console(tmp_path: Path) -> Path:
    folder = tmp_path / "console"
    folder.mkdir()
    (folder / "index.html").write_text("<html><head>\n<title>x</title></head></html>")
    (folder / "app.js").write_text("1")
    return folder


def test_every_answer_carries_every_header(api: ApiRig, console: Path) -> None:
    client = TestClient(create_app(api.context, console_dir=console))
    for path in ("/api/health", "/api/nothing", "/api/alerts", "/app.js", "/none.js"):
        headers = client.get(path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS, path
        assert "strict-transport-security" not in headers


def test_over_tls_browsers_are_told_to_stay_there_and_cookies_too(api: ApiRig) -> None:
    client = TestClient(create_app(api.context, console_dir=None), base_url="https://testserver")
    body = {"name": "viewer", "password": "viewer-viewer"}
    answer = client.post("/api/session", json=body)
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_no_policy_lets_anything_inline_in(api: ApiRig, console: Path) -> None:
    client = TestClient(create_app(api.context, console_dir=console))
    policies = [client.get(path).headers["content-security-policy"] for path in ("/", "/api/site")]
    for policy in policies:
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "object-src 'none'" in policy


def test_each_page_has_a_nonce_of_its_own_in_its_policy_and_in_itself(
    api: ApiRig, console: Path
) -> None:
    client = TestClient(create_app(api.context, console_dir=console))
    nonces = []
    for path in ("/", "/index.html", "/"):
        answer = client.get(path)
        found = re.search(r'property="csp-nonce" nonce="([\w-]{22})"', answer.text)
        assert found is not None
        assert f"style-src 'self' 'nonce-{found[1]}';" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-cache"
        nonces.append(found[1])
    assert len(set(nonces)) == 3
    assert client.post("/").status_code == 405
    assert client.head("/").status_code == 200


def test_only_the_phone_page_may_ask_where_its_phone_is_and_it_is_never_an_old_one(
    api: ApiRig, console: Path
) -> None:
    (console / "field").mkdir()
    (console / "field/index.html").write_text("<html><head>\n<title>x</title></head></html>")
    (console / "field/sw.js").write_text("1")
    client = TestClient(create_app(api.context, console_dir=console))
    for path in ("/field/", "/field/index.html", "/field"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "geolocation=(self)" in answer.headers["permissions-policy"], path
        assert "camera=()" in answer.headers["permissions-policy"], path
        assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
        assert answer.headers["cache-control"] == "no-cache"
        assert "set-cookie" not in answer.headers
    worker = client.get("/field/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    for path in ("/", "/app.js", "/api/health", "/fields"):
        assert "geolocation=()" in client.get(path).headers["permissions-policy"], path
    assert client.post("/field/").status_code == 405


@pytest.mark.parametrize(
    ("hosts", "stated", "status"),
    [
        ((), "anything.example:8000", 200),
        ((), "[::1]:8000", 200),
        ((), "evil/../x", 421),
        ((), "a b", 421),
        (("firewatch.example", "10.1.2.3", "[::1]"), "firewatch.example", 200),
        (("firewatch.example", "10.1.2.3", "[::1]"), "FIREWATCH.example:8443", 200),
        (("firewatch.example", "10.1.2.3", "[::1]"), "10.1.2.3", 200),
        (("firewatch.example", "10.1.2.3", "[::1]"), "[::1]:80", 200),
        (("firewatch.example", "10.1.2.3", "[::1]"), "evil.example", 421),
        (("firewatch.example", "10.1.2.3", "[::1]"), "firewatch.example.evil.example", 421),
    ],
)
def test_the_server_answers_to_its_own_names(
    api: ApiRig, hosts: tuple[str, ...], stated: str, status: int
) -> None:
    rule = SecurityRule(hosts=hosts)
    settings = api.context.settings.model_copy(update={"security": rule})
    app = create_app(replace(api.context, settings=settings), console_dir=None)
    answer = TestClient(app).get("/api/health", headers={"host": stated})
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["code"] == "host_refused"
        assert "content-security-policy" in answer.headers


def test_a_form_of_an_old_browser_changes_nothing(api: ApiRig) -> None:
    """One that says neither where it comes from nor that it is our own script."""
    client = api.client(Role.MONITOR)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; a=b"):
        answer = client.post("/api/incidents/1/steps", content="{}", headers={"content-type": kind})
        assert answer.json()["code"] == "cross_site", kind
    answer = client.post("/api/incidents/1/steps", json={})
    assert answer.json()["code"] == "input_refused"


def make_certificate(folder: Path, name: str = "a") -> TlsRule:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", str(key)]
    done = subprocess.run(  # noqa: S603  # our own arguments
        [*command, "-out", str(certificate)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    key.chmod(0o600)
    return TlsRule(certificate=certificate, key=key)


def test_a_certificate_with_its_key_is_taken_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    check_tls(TlsRule())
    good, other = make_certificate(tmp_path), make_certificate(tmp_path, "b")
    check_tls(good)
    assert not caplog.text
    bad = [
        TlsRule(certificate=good.certificate, key=other.key),
        TlsRule(certificate=good.key, key=good.certificate),
        TlsRule(certificate=tmp_path / "none", key=good.key),
        TlsRule(certificate=good.certificate, key=tmp_path),
    ]
    for rule in bad:
        with pytest.raises(InputRefused, match="certificate"):
            check_tls(rule)
    assert good.key is not None
    good.key.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        check_tls(good)
    assert "chmod 640" in caplog.text
    assert ssl.HAS_TLSv1_3
