"""The client for Java: its example suite against a served world, and its own launcher. Debian's JUnit, no Maven."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import mockservers
from tests.languages.conftest import CLIENTS, Served, needed, run

JAVA = CLIENTS / "java"
JARS = Path("/usr/share/java")
LIGHT = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For programs that live for a second."""


def test_the_example_runs_and_speaks_as_the_document_says(served: Served, tmp_path: Path) -> None:
    """And `launch` starts a server of its own: one virtual machine for both, since each costs a second."""
    needed("java", "javac", str(JARS / "junit-platform-console.jar"))
    names = ("junit-jupiter-*[a-z]", "junit-platform-*[a-z]", "opentest4j*[a-z]", "apiguardian-api", "picocli")
    jars = sorted({str(jar) for name in names for jar in JARS.glob(f"{name}.jar")})
    path = os.pathsep.join([str(tmp_path), *jars])
    sources = sorted(str(source) for source in JAVA.rglob("*.java"))
    light = [f"-J{option}" for option in LIGHT]
    compiled = [
        "javac",
        *light,
        "-Xlint:all,-classfile,-path",
        "-proc:none",
        "--release",
        "17",
        "-d",
        str(tmp_path),
        "-cp",
        path,
    ]
    warned = run([*compiled, *sources], tmp_path)
    assert "warning" not in warned
    console = ["org.junit.platform.console.ConsoleLauncher", "--scan-classpath", str(tmp_path), "--disable-ansi-colors"]
    found = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = served.run(["java", *LIGHT, "-cp", path, *console], tmp_path, PATH=found)
    assert "8 tests successful" in told


def test_the_package_can_be_published() -> None:
    pom = ElementTree.parse(JAVA / "pom.xml").getroot()  # our own file
    assert pom.findtext("{*}version") == mockservers.__version__
    assert {each.findtext("{*}scope") for each in pom.findall(".//{*}dependency")} == {"provided"}
