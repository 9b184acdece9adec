"""Folders of forms that tests write."""

import io
from pathlib import Path

from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject

A4 = (595.28, 841.89)
DEPARTMENTS = """
[[department]]
id = "civil"
name = "民政"
name_en = "Seniors"
"""
FORM = """
number = "9"
title = "居住证明"
title_en = "Proof of residence"
department = "civil"
purpose = "证明住在这里"
purpose_en = "Proves that you live here"
notice = "打印后盖章"
notice_en = "To be stamped"
bring = ["身份证"]
bring_en = ["Identity card"]
hand_in = "窗口"
hand_in_en = "Window"
pages = 1

[[field]]
key = "name"
kind = "name"
label = "姓名"
label_en = "Name"
ask = "叫什么名字？"
ask_en = "What is your name?"
sample = "张三"
at = { x = 50, y = 50, width = 60, height = 8 }
"""
TEMPLATE = """
#let form = json(bytes(sys.inputs.form))
#set text(font: ("Noto Serif CJK SC", "HanaMinB"))
#set page(paper: "a4")
#form.title #form.answers.at("name", default: "")
"""


def folder_of(path: Path) -> Path:
    """An empty folder of forms."""
    folder = path / "forms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "departments.toml").write_text(DEPARTMENTS, "utf-8")
    return folder


def add_form(folder: Path, number: str, description: str = FORM, template: str | bytes = TEMPLATE) -> Path:
    """A form in it; a template in bytes is an official PDF."""
    form = folder / number
    form.mkdir(parents=True)
    (form / "form.toml").write_text(description.replace('number = "9"', f'number = "{number}"', 1), "utf-8")
    if isinstance(template, bytes):
        (form / "form.pdf").write_bytes(template)
    else:
        (form / "form.typ").write_text(template, "utf-8")
    return form


def official(change: str = "") -> bytes:
    writer = PdfWriter()
    width, height = (612, 792) if change == "letter" else A4
    writer.add_blank_page(width, height)
    if change == "two pages":
        writer.add_blank_page(width, height)
    match change:
        case "script":
            writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
                {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")}
            )
        case "attachment":
            writer.add_attachment("x.txt", b"x")
        case "launch":
            action = DictionaryObject(
                {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("x")}
            )
            writer.root_object[NameObject("/OpenAction")] = action
        case "encrypted":
            writer.encrypt("secret")
        case "note":
            writer.add_annotation(0, FreeText(text="annotated", rect=(50, 550, 200, 650)))
        case "turned":
            writer.pages[0].rotate(90)
        case "cropped":
            writer.pages[0].cropbox = RectangleObject((0, 0, 1, A4[1]))
        case "many":
            for _ in range(20):
                writer.add_blank_page(*A4)
        case _:
            pass
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
