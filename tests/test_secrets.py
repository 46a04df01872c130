"""The repository holds no secret: no key, no token, no password, in no file under version control.

The rules know the forms of real secrets and little else, so that a finding is one. A finding names
the file, the line and the rule; it does not repeat the secret.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What stands for a password in documentation and in tests of how an address is read.
PLACEHOLDERS = {b"password", b"p%40ss"}
TEST_SETTINGS = "src/unipact/settings/test.py"


@dataclass(frozen=True)
class Rule:
    """What a secret looks like, and where the same form is none."""

    pattern: re.Pattern[bytes]
    except_in: re.Pattern[str] = re.compile(r"(?!)")


RULES = {
    "private key": Rule(re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    "key that signs notes": Rule(
        re.compile(rb"PRIVATE\+KEY\+[^\s+]+\+[0-9a-f]{8}\+[\w+/=]{20}"),
        # Published on purpose: anybody signs the example. Each file must say so (see below).
        # So is the key of Go's own documentation, among the vectors.
        except_in=re.compile(
            r"examples/[a-z0-9-]+/[a-z]+\.demo-key|src/unipact/tlog/tests/vectors/"
        ),
    ),
    # 43 letters of chance hold a capital or a digit; a long Python name does not.
    "token of unipact": Rule(
        re.compile(rb"(?<![\w-])unipact_(?=[a-z_-]{0,42}[A-Z0-9])[A-Za-z0-9_-]{43}")
    ),
    "key of AWS": Rule(re.compile(rb"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")),
    "token of GitHub": Rule(re.compile(rb"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60}")),
    "token of GitLab": Rule(re.compile(rb"(?<![\w-])glpat-[A-Za-z0-9_-]{20}")),
    "token of PyPI": Rule(re.compile(rb"pypi-AgE[A-Za-z0-9_-]{50}")),
    "token of npm": Rule(re.compile(rb"(?<![\w-])npm_[A-Za-z0-9]{36}")),
    "token of Slack": Rule(re.compile(rb"(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{20}")),
    "JSON web token": Rule(
        re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10}")
    ),
    "password in an address": Rule(
        re.compile(rb"[a-z][a-z0-9+.]*://[^\s/:@'\"<>`{}]+:(?P<value>[^\s/:@'\"<>`{}]{3,})@")
    ),
    "secret key": Rule(
        re.compile(
            rb"SECRET_KEY[\"']?\]?\s*(?:"
            rb"(?:[:=]|:\s*str\s*=)\s*[\"'][^\"'\n]{20}"  # given to a name
            rb"|,\s*[\"'][^\"'\s]{20})"  # given to a function, after it; not what explains it
        ),
        except_in=re.compile(re.escape(TEST_SETTINGS)),
    ),
    "secret key of a shell": Rule(re.compile(rb"SECRET_KEY=[^\s\"'$({<,)]{20}")),
    "password": Rule(
        re.compile(rb"(?i)passw(?:or)?d[\"']?\s*[:=]\s*[\"'][^\"'\n{}$]{6,}[\"']"),
        except_in=re.compile(r"(?:^|/)tests/|/vendor/"),
    ),
}
KEY_FILE = re.compile(r"(?:^|/)(?:\.env|id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:pem|key|p12|pfx|jks))$")


def _tracked(root: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    if listed.returncode == 0:
        return [name for name in listed.stdout.decode().split("\0") if (root / name).is_file()]
    # An unpacked archive has no list of its files.
    inside = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return [str(path) for path in inside if not path.parts[0].startswith(".")]


def _secrets(root: Path) -> list[str]:
    found: list[str] = []
    for name in _tracked(root):
        if KEY_FILE.search(name):
            found.append(f"{name}: file of a key")
        content = (root / name).read_bytes()
        for title, rule in RULES.items():
            if rule.except_in.search(name):
                continue
            for match in rule.pattern.finditer(content):
                if match.groupdict().get("value") not in PLACEHOLDERS:
                    line = content.count(b"\n", 0, match.start()) + 1
                    found.append(f"{name}:{line}: {title}")
    return found


# Each in two parts, so that this file holds none of them.
PLANTED = [
    ("private key", "-----BEGIN " + "PRIVATE KEY-----"),
    ("private key", "-----BEGIN OPENSSH " + "PRIVATE KEY-----"),
    ("private key", "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----"),
    ("key that signs notes", "PRIVATE+" + "KEY+usst.example+0a1b2c3d+" + "AbCd" * 11),
    ("token of unipact", "unipact" + "_Jq3" + "k_-Z9" * 8),
    ("key of AWS", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("token of GitHub", "ghp" + "_" + "a1B2" * 9),
    ("token of GitHub", "github" + "_pat_" + "a1B2" * 20),
    ("token of GitLab", "glpat" + "-" + "a1B2c" * 4),
    ("token of PyPI", "pypi" + "-AgE" + "IcHlwaS5" * 8),
    ("token of npm", "npm" + "_" + "a1B2" * 9),
    ("token of Slack", "xoxb" + "-123456789012-AbCdEfGhIjKl"),
    ("JSON web token", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
    ("password in an address", "postgresql://" + "unipact:hunter22@db.example/pact"),
    ("secret key", "SECRET_KEY" + ' = "' + "k" * 50 + '"'),
    ("secret key", "SECRET_KEY" + ': str = "' + "k" * 50 + '"'),
    ("secret key", 'environ["UNIPACT_SECRET_KEY' + '"] = "' + "k" * 50 + '"'),
    ("secret key", 'setenv("UNIPACT_SECRET_KEY' + '", "' + "k" * 50 + '")'),
    ("secret key of a shell", "UNIPACT_SECRET_KEY" + "=" + "k" * 50),
    ("password", "password" + ' = "hunter22"'),
    ("password", '"password' + '": "hunter22"'),
]
HARMLESS = [
    "postgresql://user:password@host:5432/name",
    "SECRET_KEY = _secret_key()",
    'SECRET_KEY = _required("UNIPACT_SECRET_KEY", "a long random text that stays secret")',
    "UNIPACT_SECRET_KEY=$(openssl rand -base64 48)",
    "unipact_agreement_commitment_evidence_of_a_metric_and_more",
    "the file begins with BEGIN PRIVATE KEY",
    'password = ""',
    'password = "{{ form.password.value }}"',
]


def _repository(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"first\n{text}\n", encoding="utf-8")
    for command in (["init", "--quiet"], ["add", "--force", "."]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder


def test_no_file_under_version_control_holds_a_secret():
    assert len(_tracked(ROOT)) > 100
    assert _secrets(ROOT) == []


@pytest.mark.parametrize(("rule", "text"), PLANTED)
def test_a_planted_secret_is_found_and_not_repeated(rule, text, tmp_path):
    found = _secrets(_repository(tmp_path, "src/planted.py", text))

    assert f"src/planted.py:2: {rule}" in found
    assert text not in "\n".join(found)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_is_not_found(text, tmp_path):
    assert _secrets(_repository(tmp_path, "src/harmless.py", text)) == []


@pytest.mark.parametrize("name", [".env", "deploy/id_ed25519", "tls/server.key", "a.pem"])
def test_a_file_named_like_a_key_is_found(name, tmp_path):
    assert _secrets(_repository(tmp_path, name, "anything")) == [f"{name}: file of a key"]


def test_every_rule_has_a_planted_secret():
    assert {rule for rule, _ in PLANTED} == set(RULES)


def test_only_the_test_settings_may_name_a_secret_key(tmp_path):
    text = "SECRET_KEY" + ' = "' + "k" * 50 + '"'

    assert _secrets(_repository(tmp_path / "a", TEST_SETTINGS, text)) == []
    assert _secrets(_repository(tmp_path / "b", "src/unipact/settings/demo.py", text))


def test_a_secret_in_a_binary_file_is_found(tmp_path):
    _repository(tmp_path, "plain.txt", "plain")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\x00" + b"AKIA" + b"IOSFODNN7EXAMPLE\x00")
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)

    assert _secrets(tmp_path) == ["picture.png:1: key of AWS"]


def test_published_keys_say_in_both_languages_that_they_are_no_secret():
    files = [ROOT / name for name in _tracked(ROOT) if name.endswith(".demo-key")]
    assert len(files) == 3
    for path in files:
        first, second, *_ = path.read_text(encoding="utf-8").splitlines()
        assert first.startswith("# DEMO KEY")
        assert "no secret" in first
        assert "演示密钥" in second
