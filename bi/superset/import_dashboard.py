"""Imports an archive of `segmart dashboard` into the Superset whose Python runs this, as `make bi` does.

    SUPERSET_CONFIG_PATH=superset_config.py .venv/bin/python import_dashboard.py ../../target/dashboard.zip

What an earlier import made is replaced: database, datasets with their metrics, charts and dashboard.
`superset import-dashboards` would leave all of them but the dashboard as they were.

The metadata database and the user `admin` are made where they are missing. The password is that of the
environment (SEGMART_BI_PASSWORD), or one is made and kept beside the metadata database.
"""

import argparse
import contextlib
import io
import logging
import os
import secrets
import zipfile
from pathlib import Path

USER = "admin"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archive", type=Path, help="what `segmart dashboard` wrote")
    archive = parser.parse_args().archive
    if not zipfile.is_zipfile(archive):
        parser.error(f"{archive} is no archive; write one with `segmart dashboard --out {archive}`")

    from superset.app import create_app  # takes seconds, and needs SUPERSET_CONFIG_PATH

    app = create_app()
    logging.disable(logging.WARNING)
    with app.app_context():
        # Migrations tell what they mend in an empty database; what goes wrong is raised.
        with contextlib.redirect_stdout(io.StringIO()):
            _prepare(Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")).parent)
        _import(archive)
    print(
        "The dashboard is imported: `make bi-serve` shows it, at /superset/dashboard/segmart/ of the server."
    )


def _prepare(home: Path) -> None:
    """Bring the metadata database up to date, and make its roles and the user who owns the dashboard."""
    from flask_migrate import upgrade
    from superset import appbuilder, security_manager

    upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    if security_manager.find_user(username=USER) is None:
        password = os.environ.get("SEGMART_BI_PASSWORD")
        if password is None:
            password = secrets.token_urlsafe(12)
            kept = home / "admin_password"
            kept.touch(mode=0o600)
            kept.write_text(password + "\n", encoding="utf-8")
        role = security_manager.find_role("Admin")
        security_manager.add_user(USER, "Dashboard", "Owner", "admin@example.com", role, password)


def _import(archive: Path) -> None:
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.commands.importers.v1.utils import get_contents_from_bundle
    from superset.utils.core import override_user

    with zipfile.ZipFile(archive) as bundle:
        contents = get_contents_from_bundle(bundle)
    with override_user(security_manager.find_user(username=USER)):
        ImportAssetsCommand(contents).run()


if __name__ == "__main__":
    main()
