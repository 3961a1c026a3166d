"""Workbooks for tests: sound ones written by openpyxl, and two kinds that it cannot write."""

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook

FREE, END_OF_CHAIN, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def workbook(
    path: Path, sheets: dict[str, Iterable[list]], merged: dict[str, str] | None = None, hidden: str = ""
) -> Path:
    """Write sheets, row by row, with ranges merged (by sheet) and one sheet hidden."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in (merged or {}):
            sheet.merge_cells(merged[name])
        if name == hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def protected_workbook(path: Path) -> Path:
    """Write what a workbook with a password is from outside: a compound file with an encrypted stream.

    Header, one sector of the allocation table, one of the directory (MS-CFB); nothing in the streams.
    """
    header = struct.pack(
        "<8s16x5H6x10I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0, 0),
    )
    table = struct.pack("<128I", FAT_SECTOR, END_OF_CHAIN, *[FREE] * 126)
    directory = (
        _directory_entry("Root Entry", kind=5, child=1, right=FREE)
        + _directory_entry("EncryptedPackage", kind=2, child=FREE, right=2)
        + _directory_entry("EncryptionInfo", kind=2, child=FREE, right=FREE)
    )
    path.write_bytes(header.ljust(512, b"\xff") + table + directory.ljust(512, b"\0"))
    return path


def _directory_entry(name: str, kind: int, child: int, right: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, FREE, right, child, b"", 0, 0, 0, END_OF_CHAIN, 0
    )


def open_document(path: Path, sheet: str, rows: Iterable[list[str]]) -> Path:
    """Write text cells as an OpenDocument spreadsheet."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="{sheet}">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path
