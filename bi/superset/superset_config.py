"""Superset for one machine: what it knows is kept in one folder, and nothing is asked of the network.

Superset finds this file by the environment variable SUPERSET_CONFIG_PATH. Its folder (SEGMART_BI_HOME, else
`bi/superset/home`) holds the metadata database and, where SUPERSET_SECRET_KEY is not set, a key made once.
"""

import os
import secrets
from pathlib import Path

HOME = Path(os.environ.get("SEGMART_BI_HOME", Path(__file__).parent / "home")).absolute()
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)


def secret_key(home: Path) -> str:
    """Return the key that signs sessions: the environment's, else one made once for this folder.

    Whoever serves others sets SUPERSET_SECRET_KEY, so that the key does not lie beside what it protects.
    """
    given = os.environ.get("SUPERSET_SECRET_KEY")
    if given is not None:
        if len(given) < 32:
            raise ValueError(
                "SUPERSET_SECRET_KEY is shorter than 32 characters; make one with `openssl rand -base64 42`, "
                "or leave it out to have one made for this machine"
            )
        return given
    kept = home / "secret_key"
    try:
        # Made readable for its owner only, and by one process only.
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(42))
    except FileExistsError:
        pass
    return kept.read_text(encoding="utf-8")


SECRET_KEY = secret_key(HOME)
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'metadata.db'}"

# A publication replaces all marts at once: if answers were kept, charts of two versions would stand together.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# The browser is held to this server. Superset's own list also allows map tiles, avatars, and a pixel that
# counts installations, which every page has and no setting takes out.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}

# Told apart with every common kind of colour blindness, each at least 3 : 1 against white.
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "segmart",
        "label": "segmart",
        "description": "Told apart with every common kind of colour blindness",
        "colors": ["#3C679B", "#E47300", "#2AA3A1", "#59003D", "#39009A", "#725301"],
    }
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "segmart_blue",
        "label": "segmart blue",
        "description": "One hue, from light to dark",
        "colors": ["#EEF3F9", "#C3D4E8", "#8FB0D3", "#5D89B8", "#3C679B", "#1F3F68"],
        "isDiverging": False,
    }
]
