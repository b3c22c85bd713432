"""The page's service as it is started: what it refuses, and what it says."""

import socket
import ssl
import subprocess
import sys
import urllib.request

import pytest
import trustme

from report.brokers import free_port, wait_until
from web.live.stations import Box, interrupt


def started(tmp_path, *lines, port=None):
    """Start with settings of these lines; the process and its settings' file."""
    settings = tmp_path / "runout.toml"
    settings.write_text("\n".join(["[web]", f"port = {port or free_port()}", *lines]) + "\n")
    box = Box(tmp_path)
    command = [sys.executable, "-m", "runout", "web", "--config", str(settings)]
    return subprocess.run(
        command, env=box.env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_strangers_are_kept_out_from_the_start(tmp_path, host):
    done = started(tmp_path, f'host = "{host}"')
    assert done.returncode == 78
    assert done.stdout == ""
    assert done.stderr == (
        f"runout: web.host {host} can be reached from other machines: set web.password_file or "
        "web.token_file, or leave it at 127.0.0.1\n"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('cert_file = "/no/such.pem"', "web.cert_file /no/such.pem: can't be used: No such file"),
        ('key_file = "/no/such.key"', "web.key_file is set, but web.cert_file isn't"),
        ('password_file = "/no/such"', "web.password_file /no/such: can't be read: No such file"),
        ('host = "no.such.name.invalid"', "web.host no.such.name.invalid: no address of this"),
        ('colour = "red"', "web.colour: no such key"),
    ],
)
def test_settings_that_can_not_be_used_are_one_line(tmp_path, line, words):
    done = started(tmp_path, line)
    assert done.returncode == 78
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_a_port_that_is_taken_is_one_line_and_worth_another_try(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = started(tmp_path, port=port)
    assert done.returncode == 1
    assert done.stderr == f"runout: web: 127.0.0.1 port {port}: Address already in use\n"


def test_it_serves_by_tls_and_says_where(tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(pem)
    certificate.private_key_pem.write_to_path(key)
    box = Box(tmp_path)
    settings = tmp_path / "runout.toml"
    settings.write_text(f'[web]\nport = {box.port}\ncert_file = "{pem}"\nkey_file = "{key}"\n')
    context = ssl.create_default_context()
    authority.configure_trust(context)
    where = f"https://127.0.0.1:{box.port}/"
    page = box.run("web", "--config", settings)
    try:

        def answers():
            assert page.poll() is None, box.log("web")
            try:
                with urllib.request.urlopen(where + "api/health", context=context) as answer:
                    return answer.status == 200
            except OSError:
                return False

        wait_until(answers, 60.0)
        # It may answer a moment before it says so.
        wait_until(lambda: bool(box.log("web")), 60.0)
        assert box.log("web") == f"runout: the listening station is at {where}\n"
        assert interrupt(page) == 0
    finally:
        box.close()


def test_the_service_leaves_to_others_what_is_heavy():
    """It shares a small board with the ear: what needs these runs in a process of its own."""
    code = (
        "import sys; import runout.web.serve; "
        "heavy = 'numpy scipy soundfile tflite_runtime ai_edge_litert matplotlib'.split(); "
        "print(*(set(heavy) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("\n", "", 0)
