"""The files that pages need: held for ever where their address has the digest, asked for again elsewhere."""

import re

import pytest

from aseancan_kg.web.assets import assets


def test_a_page_names_its_files_by_an_address_that_may_be_held_for_ever(client):
    page = client.get("/").text
    [address] = re.findall('<link rel="stylesheet" href="([^"]+)">', page)
    response = client.get(address)
    assert response.headers["content-type"].startswith("text/css")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.content == assets().files["style.css"]


@pytest.mark.parametrize("path", ["/static/style.css", "/static/000000000000/style.css"])
def test_by_another_address_a_file_is_asked_for_again(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"
    assert client.get(path, headers={"If-None-Match": response.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/static/", "/static/none.css", "/static/..%2fapp.py", "/static/%2e%2e/app.py"])
def test_nothing_but_the_files_is_served(client, path):
    assert client.get(path).status_code == 404
