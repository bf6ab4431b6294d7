"""Build a folder that runs on an office PC without Python and without internet.

    python .ci/package/build.py linux-x64 --python ARCHIVE [--out out/package] [--libraries FOLDER]

ARCHIVE is a stand-alone Python of the platform (.tar.gz, .zip, .nupkg, or a folder that holds one); nothing is
fetched but packages. The folder: python/ the interpreter, site-packages/ the packages, the software, start and update
files. What an office keeps is data/store, and rules of its own; `update` brings them over from the folder before.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
CONTENT = (
    "app.py",
    "pages",
    "data",
    "wenming_metrics",
    ".streamlit",
    "requirements.txt",
    "README.md",
)
GLIBC = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
"""What 统信 20 and 麒麟 V10 bring: glibc 2.28."""
PLATFORMS = {
    "linux-x64": [f"{glibc}_x86_64" for glibc in GLIBC],
    "linux-aarch64": [f"{glibc}_aarch64" for glibc in GLIBC],
    "windows-x64": ["win_amd64"],
}
MARKERS = {
    "linux-x64": {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
    "linux-aarch64": {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "aarch64",
    },
    "windows-x64": {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
}
ONLY_WINDOWS = ("colorama",)
"""Needed there alone: pip asks the machine that builds whether a package is needed."""
_NOT_NEEDED = shutil.ignore_patterns(
    "__pycache__",
    "test",
    "tests",
    "site-packages",
    "config-*",
    "idlelib",
    "tkinter",
    "turtledemo",
    "*.a",
)


def main() -> int:
    """Build what the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(description="Build a package for an office PC.")
    parser.add_argument("platform", choices=PLATFORMS)
    parser.add_argument(
        "--python", type=Path, required=True, help="stand-alone Python: archive or folder"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "package")
    parser.add_argument("--version", default="3.11", help="of that Python")
    parser.add_argument(
        "--libraries", type=Path, help="site-packages that are there already (for tests)"
    )
    options = parser.parse_args()
    folder = options.out / f"wenming-{options.platform}"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    copy_software(folder)
    lay_python(options.python, folder / "python")
    if options.libraries:
        os.symlink(options.libraries.resolve(), folder / "site-packages")
    else:
        install(options.platform, options.version, folder / "site-packages")
        missing = missing_in(folder / "site-packages", options.platform, options.version)
        if missing:
            sys.stderr.write("not in the package: " + ", ".join(missing) + "\n")
            return 1
    lay_start(options.platform, folder)
    print(folder)
    return 0


def copy_software(folder: Path) -> None:
    """Copy what is under version control: nothing of a store, of tests or of this machine."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *CONTENT], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)


def lay_python(source: Path, target: Path) -> None:
    """Unpack a stand-alone Python, or copy its folder; its own packages and tests are left out."""
    with tempfile.TemporaryDirectory() as place:
        if source.is_dir():
            folder = source
        elif source.suffix in (".zip", ".nupkg"):
            with zipfile.ZipFile(source) as archive:
                archive.extractall(place)
            folder = Path(place)
        else:
            with tarfile.open(source) as archive:
                archive.extractall(place, filter="data")
            folder = Path(place)
        home = _home_of(folder)
        shutil.copytree(home, target, symlinks=True, ignore=_NOT_NEEDED)
    for path in (target / "bin").glob("*"):
        if not path.name.startswith("python"):
            path.unlink()  # programs of whoever laid it out
    for path in target.glob("python*._pth"):  # the embeddable Python looks nowhere else
        path.write_text(path.read_text() + "..\\site-packages\n..\n")


def _home_of(folder: Path) -> Path:
    """Find the folder with the interpreter in it."""
    for name in ("python.exe", "bin/python3"):
        for path in sorted(folder.rglob(name), key=lambda path: len(path.parts)):
            return path.parents[name.count("/")]
    raise SystemExit(f"no Python in {folder}")


def install(platform: str, version: str, target: Path) -> None:
    """Put the wheels of a platform into a folder, whatever platform this is."""
    tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    more = ONLY_WINDOWS if platform.startswith("windows") else ()
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *(
                "--target",
                str(target),
                "--only-binary=:all:",
                "--no-compile",
                "--no-warn-conflicts",
            ),
            *("--implementation", "cp", "--python-version", version, *tags),
            *("-r", str(ROOT / "requirements.txt"), *more),
        ],
        check=True,
    )
    shutil.rmtree(target / "bin", ignore_errors=True)


def missing_in(lib: Path, platform: str, version: str) -> list[str]:
    """List what the packages of a folder need on a platform and do not find there."""
    from pip._vendor.packaging.requirements import Requirement

    texts = [path.read_text("utf-8") for path in lib.glob("*.dist-info/METADATA")]
    headers = [HeaderParser().parsestr(text) for text in texts]
    present = {_normal(header["Name"]) for header in headers}
    environment = {
        **MARKERS[platform],
        "os_name": "nt" if platform.startswith("windows") else "posix",
        "python_version": version,
        "python_full_version": f"{version}.7",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    missing = set()
    for header in headers:
        for line in header.get_all("Requires-Dist") or ():
            needed = Requirement(line)
            if needed.marker and not needed.marker.evaluate(environment):
                continue
            if _normal(needed.name) not in present:
                missing.add(f"{header['Name']} -> {needed.name}")
    return sorted(missing)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lay_start(platform: str, folder: Path) -> None:
    """Put the files to double-click beside the software."""
    shutil.copy2(HERE / "update.py", folder / "update.py")
    shutil.copy2(HERE / "说明.txt", folder / "说明.txt")
    is_windows = platform.startswith("windows")
    for path in sorted(HERE.glob("*.bat" if is_windows else "*.sh")):
        text = path.read_text("utf-8")
        target = folder / path.name
        target.write_text(text, "utf-8", newline="\r\n" if is_windows else "\n")
        target.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
