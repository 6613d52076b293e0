"""What the tests use from npm: each use has a folder with a list of packages and its lock file, without registry hosts."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

_INSTALL_S: Final = 300


def installed(home: Path) -> Path:
    """Run `npm ci` in `home`, unless the packages are there and newer than their list; return where they are."""
    packages = home / "node_modules"
    there = packages / ".package-lock.json"
    if there.exists() and there.stat().st_mtime > (home / "package-lock.json").stat().st_mtime:
        return packages
    npm = shutil.which("npm")
    assert npm, "this test needs npm: apt-get install nodejs npm"
    done = subprocess.run(
        [npm, "ci"], cwd=home, capture_output=True, text=True, timeout=_INSTALL_S, check=False
    )
    assert done.returncode == 0, f"npm ci failed in {home.name}: {done.stderr}"
    return packages
