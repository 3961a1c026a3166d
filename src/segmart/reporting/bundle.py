"""The libraries that draw: Vega-Embed, Vega-Lite and Vega as one script, put together without network."""

import importlib.metadata
from pathlib import Path

SNIPPET = "window.vegaEmbed = vegaEmbed;"


def bundle(cache: Path | None = None) -> str:
    """Return the script; making it takes seconds, so it is kept in the folder `cache` if one is given.

    It is the text between script tags, so nothing in it may end one.
    """
    version = importlib.metadata.version("vl-convert-python")
    kept = cache / f"vega_bundle_{version}.js" if cache else None
    if kept and kept.exists():
        return kept.read_text(encoding="utf-8")
    import vl_convert  # loads an engine of its own, which only this needs

    script = vl_convert.javascript_bundle(SNIPPET).replace("</script", "<\\/script")
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".partial")
        beside.write_text(script, encoding="utf-8")
        beside.replace(kept)
    return script
