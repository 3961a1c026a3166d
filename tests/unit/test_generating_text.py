"""Text from a file comes out of YAML, and out of dbt's templates, as it went in."""

import jinja2
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from segmart.generating.text import comment, flow, flow_list, scalar, template

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
hostile = st.sampled_from(
    [
        "yes",
        "null",
        "2024",
        "{{ x }}",
        "{% raw",
        "{#",
        "a: b",
        "# a",
        "- a",
        '"',
        "'",
        "a\n",
        "\u2028",
        "\x00",
        "~",
        "",
    ]
)


@given(texts | hostile)
@example("{{ '{' }}")
def test_a_scalar_reads_back_as_the_same_text_wherever_it_stands(text):
    assert yaml.safe_load(scalar(text)) == text
    written = flow({"a": scalar(text), "b": flow_list([scalar(text), scalar(text)])})
    assert yaml.safe_load(f"x:\n  - {written}\n") == {"x": [{"a": text, "b": [text, text]}]}


@given(texts | hostile)
@example("{{ x }}\n")
@example("{{{%")
@example("\r")
def test_what_dbt_renders_is_the_text_that_was_meant(text):
    rendered = jinja2.Environment().from_string(yaml.safe_load(template(text))).render()
    # Templates know one kind of line end.
    assert rendered == text.replace("\r\n", "\n").replace("\r", "\n")


@given(texts | hostile, st.integers(0, 20))
def test_a_comment_is_nothing_but_a_comment(text, indent):
    written = comment(f"a {text}", indent)
    assert yaml.safe_load(f"{written}\nb: 1\n") == {"b": 1}
    assert all(line.lstrip().startswith("#") for line in written.split("\n"))
