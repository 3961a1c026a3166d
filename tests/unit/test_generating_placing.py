"""Files are placed all together or not at all."""

import os

import pytest

from segmart.errors import InputError
from segmart.generating import placing


def content(folder) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }


def test_files_come_with_their_folders_and_obsolete_ones_go(tmp_path):
    (tmp_path / "old.sql").write_text("old")
    (tmp_path / "kept.yml").write_text("before")
    placing.place(tmp_path, {"a/b/new.sql": "new", "kept.yml": "after"}, obsolete=["old.sql"])
    assert content(tmp_path) == {"a/b/new.sql": "new", "kept.yml": "after"}


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_when_a_move_fails_everything_is_as_it_was(tmp_path, monkeypatch, fails_at):
    (tmp_path / "kept.yml").write_text("before")
    moves = []

    def replace(source, target):
        if len(moves) == fails_at:
            raise OSError(28, "No space left on device", str(target))
        moves.append(target)
        os.rename(source, target)

    monkeypatch.setattr(placing.os, "replace", replace)
    with pytest.raises(InputError, match="nothing was changed"):
        placing.place(tmp_path, {"a/new.sql": "new", "kept.yml": "after", "c/other.sql": "x"})
    assert content(tmp_path) == {"kept.yml": "before"}
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "c").exists()


def test_what_is_there_already_is_named(tmp_path):
    (tmp_path / "a.sql").write_text("a")
    (tmp_path / "link.sql").symlink_to(tmp_path / "nowhere")
    assert placing.existing(tmp_path, ["b.sql", "link.sql", "a.sql"]) == ["a.sql", "link.sql"]
