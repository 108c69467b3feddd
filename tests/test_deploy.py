"""What deploy/ says is true of the app, as far as it can be known without Docker: names, files, and a real nginx."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from gradio_client import handle_file

from saliency_viz.serving.rate_limit import RateLimit
from saliency_viz.ui.server.auth import DOORS
from saliency_viz.ui.server.flags import PHOTOGRAPHS, PREFIX, parser

from .app_browser import api_client, open_site, write_examples
from .ports import free_port
from .proxies import FRAME, nginx, program
from .traces import png

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def lines(word):
    """What stands after a Dockerfile's instruction, each time."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return [line.split(" ", 1)[1] for line in joined.splitlines() if line.startswith(f"{word} ")]


def test_the_image_runs_without_rights_from_a_pinned_base_and_is_asked_how_it_is():
    (base,) = lines("FROM")
    assert re.fullmatch(r"nvidia/cuda:\d+\.\d+\.\d+-base-ubuntu24\.04", base)
    assert lines("USER") == ["10001"] and "--uid 10001" in DOCKERFILE
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("ENTRYPOINT")
    assert "/healthz" in lines("HEALTHCHECK")[0] and "/healthz" in DOORS
    assert lines("VOLUME") == ["/weights"] and "HF_HOME=/weights" in lines("ENV")[1]


def test_all_that_is_copied_is_there_and_not_ignored():
    root = DEPLOY.parent
    wanted = [name for line in lines("COPY") for name in line.split()[:-1]]
    kept = {line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((root / name).exists() for name in wanted) and set(wanted) == kept
    assert "gradio[mcp]==6.31.0" in DOCKERFILE and "gradio==6.31.0" in (root / "requirements.txt").read_text()


def test_the_entry_and_the_environment_are_flags_of_the_app():
    app = COMPOSE["services"]["app"]
    options = parser(app["environment"]).parse_args(["--host", "0.0.0.0"])
    assert lines("ENTRYPOINT") == ['["python", "app.py", "--host", "0.0.0.0"]']
    assert options.model == PHOTOGRAPHS and options.behind_proxy and options.metrics and options.runs_per_minute == 12
    flags = {PREFIX + name.upper() for name in vars(options)}
    assert set(app["environment"]) <= flags
    assert set(re.findall(rf"{PREFIX}\w+", (DEPLOY / "compose.yaml").read_text())) <= flags


def test_only_nginx_can_be_reached_and_waits_until_the_app_answers():
    app, proxy = COMPOSE["services"]["app"], COMPOSE["services"]["nginx"]
    assert "ports" not in app and proxy["ports"] == ["80:80", "443:443"]
    assert proxy["depends_on"]["app"]["condition"] == "service_healthy"
    assert app["read_only"] and app["cap_drop"] == ["ALL"] and app["init"]
    mounted = dict(volume.split(":")[:2] for volume in proxy["volumes"])
    assert (DEPLOY / "nginx.conf").is_file() and mounted["./nginx.conf"].endswith("/conf.d/default.conf")
    for name in re.findall(r"ssl_certificate(?:_key)? ([^;]+);", NGINX):
        assert name.startswith(mounted["./tls"])


def test_the_memory_told_for_a_box_is_what_the_chooser_says():
    from saliency_viz.serving.model_catalog import size_of

    text = (DEPLOY.parent / "docs" / "serving.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| `([\w/.-]+/[\w.-]+)` \| ([\d.]+) \| ([\d.]+) \|", text)
    assert len(rows) == 6
    for name, whole, small in rows:
        found = [size_of(name, "bfloat16", kind).needed / 2**30 for kind in (None, "4bit")]
        assert [f"{size:.1f}" for size in found] == [whole, small], name


def servers(apps, port):
    """deploy/nginx.conf on a port, without TLS, before these apps (host:port)."""
    text = NGINX.replace("server app:7860;", "".join(f"server {app}; " for app in apps))
    text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, flags=re.S)
    text = re.sub(r"\n *ssl_[^\n]*", "", text).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    return text


@pytest.mark.slow
def test_a_visitor_stays_with_one_of_several_servers_and_sees_no_metrics(tmp_path):
    examples = write_examples(tmp_path / "examples")
    served, behind = {"metrics": True}, RateLimit(behind_proxy=True)
    sites = [open_site(examples, limits=behind, served=served, pause=0.0) for _ in range(2)]
    path, port = tmp_path / "picture.png", free_port()
    path.write_bytes(png())
    apps = [site.address.removeprefix("http://") for site in sites]
    try:
        with nginx(tmp_path, port, servers(apps, port)):
            for _ in range(3):
                client = api_client(f"http://localhost:{port}")
                client.predict(image=handle_file(str(path)), max_new_tokens=3, api_name="/caption")
            assert sorted(len(site.backend.calls) for site in sites) == [0, 3]
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://localhost:{port}/metrics")
            assert refused.value.code == 403
            assert urllib.request.urlopen(f"http://localhost:{port}/healthz").status == 200
    finally:
        for site in sites:
            site.page.close()


def test_nginx_reads_the_file_with_tls(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    made = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=viz.example", "-days", "2"]
    files = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run([*made, *files], check=True, capture_output=True)
    text = NGINX.replace("server app:7860;", "server 127.0.0.1:7860;").replace("/etc/nginx/tls", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(FRAME.format(folder=tmp_path, server=text))
    command = [program("nginx"), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    tried = subprocess.run(command, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
