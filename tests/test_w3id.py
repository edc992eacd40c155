"""The redirect rules shipped for w3id.org, followed by a real Apache as w3id.org runs it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

RULES = Path(__file__).parents[1] / "docs" / "w3id" / ".htaccess"
SERVICE = "https://aseancan.example.org"
MODULES = Path("/usr/lib/apache2/modules")
CONFIGURATION = """
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {root}/httpd.pid
ErrorLog {root}/error.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule setenvif_module {modules}/mod_setenvif.so
LoadModule rewrite_module {modules}/mod_rewrite.so
DocumentRoot {root}/site
<Directory {root}/site>
  AllowOverride All
  Require all granted
</Directory>
"""


@pytest.fixture(scope="module")
def w3id(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the rules as the directory `aseancan` of a site; return its address."""
    apache = tool("apache2")
    root = tmp_path_factory.mktemp("apache")
    root.chmod(0o755)
    (root / "site" / "aseancan").mkdir(parents=True)
    shutil.copy(RULES, root / "site" / "aseancan" / ".htaccess")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = root / "httpd.conf"
    configuration.write_text(CONFIGURATION.format(port=port, root=root, modules=MODULES))
    for directory in (root, *root.parents):
        if directory.stat().st_uid == os.getuid() and directory != directory.parent:
            directory.chmod(directory.stat().st_mode | 0o011)  # Apache's workers are another user
    server = subprocess.Popen([apache, "-f", configuration, "-DFOREGROUND"], stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            if server.poll() is not None:
                pytest.fail(f"Apache ended: {server.communicate()[1]}")
            try:
                httpx2.get(address)
                break
            except httpx2.ConnectError:
                time.sleep(0.1)
        yield f"{address}/aseancan"
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("/", 303, "/"),
        ("/id/instrument/actip-2015", 303, "/id/instrument/actip-2015"),
        ("/id/instrument/asean-canada-poa-2021-2025/action/1.2.6", 303, None),
        ("/doc/body/asean.ttl", 303, "/doc/body/asean.ttl"),
        ("/ont", 303, "/ont"),
        ("/scheme/topic/trade", 303, None),
        ("/graph/bodies", 303, None),
        ("/dataset", 303, None),
        ("/.well-known/void", 303, None),
        ("/?uri=https%3A%2F%2Fw3id.org%2Faseancan%2Fid%2Fbody%2Fasean", 303, None),
        ("/sparql?query=ASK%20%7B%7D", 303, None),
        ("/r", 303, "/r"),
        ("/r/0.1.0/doc/body/asean", 303, None),
        ("/r/b0c752e3c0a8ec01", 301, None),
        ("/r/b0c752e3c0a8ec01/doc/body/asean.nt", 301, None),
        ("/id/instrument/caf%C3%A9", 303, "/id/instrument/caf%c3%a9"),
    ],
)
def test_identifiers_are_sent_to_the_service(w3id: str, path: str, status: int, target: str | None) -> None:
    response = httpx2.get(w3id + path, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (status, SERVICE + (target or path))
