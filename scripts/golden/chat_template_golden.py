#!/usr/bin/env python3
"""Writes tests/golden/chat_templates.json and tests/golden/jinja_cases.json: what jinja2 renders.

usage: chat_template_golden.py SHARED_DIR MODEL.gguf OUT_DIR
       SHARED_DIR holds tokenizers/<name>/tokenizer_config.json
needs: scripts/golden/requirements.txt
The environment is the one transformers builds in utils/chat_template_utils.py.
"""
import hashlib
import json
import os
import sys

import jinja2
from gguf import GGUFReader
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    return env


ENV = environment()


def special_text(value):
    return value["content"] if isinstance(value, dict) else value


def templates(shared, gguf):
    reader = GGUFReader(gguf)
    field = lambda key: reader.fields[key].contents()
    tokens = field("tokenizer.ggml.tokens")
    yield ("smollm2", field("tokenizer.chat_template"), tokens[field("tokenizer.ggml.bos_token_id")],
           tokens[field("tokenizer.ggml.eos_token_id")])
    for name in ("qwen2_5", "llama3_1", "qwen3", "deepseek_v3"):
        config = json.load(open(f"{shared}/tokenizers/{name}/tokenizer_config.json", encoding="utf-8"))
        yield name, config["chat_template"], special_text(config["bos_token"]) or "", special_text(config["eos_token"]) or ""


WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Wetter für \"Orte\" <b>&'</b> 天气",
    "parameters": {"type": "object", "properties": {"place": {"type": "string", "enum": ["Zürich", "東京"]},
                                                    "days": {"type": "integer", "minimum": 1, "maximum": 7},
                                                    "exact": {"type": "number", "default": 0.5}},
                   "required": ["place"], "additionalProperties": False}}}
ADD = {"type": "function", "function": {"name": "add", "parameters": {"b": 1, "a": [1, 2.0, 1e20, None, True, "x\u007f\n\t\x01/\\"], "": {}}}}

CONTENTS = ["Hi", "", " ", "\n", "  lead and trail  ", "line one\nline two\n", "\ttab\r\nCRLF\r", "naïve café", "e\u0301 combining",
            "你好，世界", "مرحبا بالعالم", "नमस्ते दुनिया", "🙂👩‍👩‍👧‍👦 🏳️‍🌈", "<|im_start|>user\nfake<|im_end|>", "{{ 7 * 7 }} {% raw %}", "\"quotes\" 'and' \\back\\",
            "\u00a0nbsp\u2003em\u3000", "\x0b\x0c\x1c\x1dcontrols\x1e\x1f", "<think>\nwhy\n</think>\n\nbecause", "<tool_response>x</tool_response>",
            "a" * 300, "1,234.5e6 - 7/8", "</think>"]


def conversations():
    user = lambda text: {"role": "user", "content": text}
    assistant = lambda text: {"role": "assistant", "content": text}
    system = lambda text: {"role": "system", "content": text}
    call = lambda *fns: [{"type": "function", "function": {"name": n, "arguments": a}} for n, a in fns]
    for text in CONTENTS:
        yield [user(text)], None
    for text in CONTENTS[:8]:
        yield [system(text), user("Q")], None
        yield [user("Q"), assistant(text), user("again")], None
    for text in ("<think>\nwhy\n</think>\n\nbecause", "plain", "", "<think></think>\n\n\nx"):
        yield [system("S"), user("Q1"), assistant(text), user("Q2"), assistant(text)], None
        yield [user("Q1"), assistant(text)], None
    yield [system("a"), system("b"), user("c")], None
    yield [user("a"), user("b")], None
    yield [assistant("first")], None
    for tools in ([WEATHER], [WEATHER, ADD]):
        yield [user("weather?")], tools
        yield [system("S"), user("weather?")], tools
        args = {"place": "Zürich", "days": 2}
        yield [user("w?"), {"role": "assistant", "content": "", "tool_calls": call(("get_weather", args))},
               {"role": "tool", "content": "{\"t\": 21}"}, assistant("21 degrees"), user("thanks")], tools
        yield [system("S"), user("w?"), {"role": "assistant", "content": "Let me see.", "tool_calls": call(("get_weather", args), ("add", {"b": 1}))},
               {"role": "tool", "content": "21"}, {"role": "tool", "content": "22"}], tools
        yield [user("w?"), {"role": "assistant", "content": None, "tool_calls": call(("get_weather", json.dumps(args)))},
               {"role": "tool", "content": "21"}, assistant("done")], tools
        yield [user("w?"), {"role": "assistant", "content": "x", "reasoning_content": "\nbecause\n"}], tools


def render(source, variables):
    try:
        return {"text": ENV.from_string(source).render(**variables)}
    except Exception as error:  # jinja2 and Python errors alike: the other side must refuse too
        return {"error": type(error).__name__}


def chat_goldens(shared, gguf):
    out = {}
    for name, source, bos, eos in templates(shared, gguf):
        cases = []
        for messages, tools in conversations():
            for prompt in (True, False):
                for extra in ({}, {"enable_thinking": False}) if name == "qwen3" else ({},):
                    variables = {"messages": messages, "tools": tools, "documents": None, "add_generation_prompt": prompt}
                    if bos: variables["bos_token"] = bos
                    if eos: variables["eos_token"] = eos
                    case = {"messages": messages, "add_generation_prompt": prompt}
                    if tools: case["tools"] = tools
                    if extra: case["variables"] = extra
                    cases.append(case | render(source, variables | extra))
        out[name] = {"sha256": hashlib.sha256(source.encode()).hexdigest(), "bos": bos, "eos": eos, "cases": cases}
    return out


VARIABLES = {"s": "  Straße\n日本 ", "word": "Abc", "n": 7, "neg": -7, "f": 2.5, "big": 1e16, "small": 1e-05, "t": True, "no": None, "empty": "",
             "xs": [3, 1, 2], "words": ["b", "A", "c"], "nested": [[1, 2], [3, 4]], "d": {"z": 1, "a": {"k": "v"}, "items": "shadow"},
             "ms": [{"role": "user", "content": "q", "n": 1}, {"role": "assistant", "content": "r", "n": 2}]}

JINJA = r"""
a{{ n }}b|{{ n + 1 }}|{{ n / 2 }}|{{ n // 2 }}|{{ neg // 2 }}|{{ neg % 3 }}|{{ n % 3 }}|{{ 2 ** 10 }}|{{ 2 ** -1 }}|{{ f * 2 }}|{{ -n }}|{{ +n }}
{{ big }}|{{ small }}|{{ 1.0 }}|{{ 0.1 + 0.2 }}|{{ 100000 * 100000 }}
{{ 1 + 2 * 3 }}|{{ (1 + 2) * 3 }}|{{ 10 - 3 - 2 }}|{{ "a" ~ 1 ~ none ~ true }}|{{ "x" * 3 }}|{{ 2 ~ 3 * 4 }}
{{ not t }}|{{ not no and t }}|{{ no or "x" }}|{{ 0 or empty or "last" }}|{{ t and "yes" }}|{{ "" and 1 }}
{{ 1 < n < 10 }}|{{ 1 < 2 > 3 }}|{{ n == 7.0 }}|{{ n != "7" }}|{{ "a" < "b" }}|{{ [1, 2] < [1, 3] }}|{{ 1 == true }}
{{ "tra" in s }}|{{ "ß" in s }}|{{ 3 in xs }}|{{ 9 not in xs }}|{{ "z" in d }}|{{ "q" in nothing }}|{{ "a" in "" }}
{{ "yes" if t else "no" }}|{{ "yes" if no else "no" }}|[{{ "yes" if no }}]|{{ 1 if t else 2 if t else 3 }}
{{ xs }}|{{ words }}|{{ d }}|{{ [1, 2.0, none, true, "it's", 'say "hi"', "both ' and \"", "\n\t\\"] }}|{{ (1, 2)[0] }}
{{ xs[0] }}|{{ xs[-1] }}|[{{ xs[9] }}]|{{ xs[1:] }}|{{ xs[::-1] }}|{{ xs[:2] }}|{{ xs[-2:] }}|{{ word[1] }}|{{ word[::-1] }}|{{ s[2:8] }}|{{ xs[5:1] }}|{{ xs[::2] }}
{{ d.z }}|{{ d["a"]["k"] }}|{{ d.a.k }}|[{{ d.missing }}]|{{ d["items"] }}|{{ ms[0].role }}|{{ ms[1]["content"] }}|{{ d.get("z") }}|{{ d.get("q", 5) }}|{{ d.get("q") }}
{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}|{{ "xxhixx".strip("x") }}|{{ "ab,c".split(",") }}|{{ " a  b ".split() }}|{{ "a b c".split(" ", 1) }}|{{ "a.b.c".rsplit(".", 1) }}
{{ word.upper() }}|{{ word.lower() }}|{{ "hello wORLD".title() }}|{{ "hELLO".capitalize() }}|{{ "a-b-a".replace("a", "x") }}|{{ "aaa".replace("a", "b", 2) }}
{{ word.startswith("A") }}|{{ word.endswith("c") }}|{{ word.endswith(("x", "c")) }}|{{ "abcabc".find("c") }}|{{ "abcabc".count("bc") }}|{{ "-".join(words) }}|{{ "a\nb\r\nc".splitlines() }}
{{ "12".isdigit() }}|{{ "".isdigit() }}|{{ "ab".isalpha() }}|{{ " ".isspace() }}
{{ s | trim }}|{{ word | upper | lower }}|{{ "a b" | title }}|{{ xs | length }}|{{ s | length }}|{{ "日本" | length }}|{{ d | length }}|{{ nothing | length }}
{{ xs | join(", ") }}|{{ xs | join }}|{{ ms | join("/", attribute="role") }}|{{ words | first }}|{{ words | last }}|[{{ [] | first }}]
{{ nothing | default("d") }}|{{ empty | default("d") }}|{{ empty | default("d", true) }}|{{ no | default("d") }}|{{ nothing | d }}|{{ no | default("d", boolean=true) }}
{{ d | tojson }}|{{ d | tojson(indent=2) }}|{{ "é\u0001\u007f\"" | tojson }}|{{ "é🙂" | tojson(ensure_ascii=true) }}|{{ {"b": 1, "a": [] } | tojson(sort_keys=true, indent=1) }}|{{ [1.0, 1e20, none] | tojson }}
{{ "42" | int }}|{{ "x" | int }}|{{ "x" | int(5) }}|{{ 3.9 | int }}|{{ "3.9" | int }}|{{ "2.5" | float }}|{{ -3 | abs }}|{{ 5 | string ~ "x" }}|{{ "abc" | list }}|{{ "abc" | reverse }}
{{ xs | sort }}|{{ words | sort }}|{{ xs | sort(reverse=true) }}|{{ ms | sort(attribute="n", reverse=true) | map(attribute="n") | list }}|{{ xs | reverse | list }}|{{ [1, 1, 2] | unique | list }}
{{ ms | map(attribute="role") | list }}|{{ words | map("upper") | list }}|{{ ms | selectattr("role", "equalto", "user") | list }}|{{ ms | rejectattr("role", "==", "user") | map(attribute="content") | join }}|{{ xs | select("odd") | list }}|{{ [0, 1] | reject | list }}
{{ "a\nb\n\nc" | indent }}|{{ "a\nb" | indent(2, true) }}|{{ "x" | safe }}|{{ "aXa" | replace("a", "b") }}|{{ ({"k": 1} | items | list)[0][0] }}
{{ n is defined }}|{{ nothing is defined }}|{{ nothing is undefined }}|{{ no is none }}|{{ no is not none }}|{{ s is string }}|{{ n is number }}|{{ t is boolean }}|{{ n is integer }}|{{ f is float }}|{{ d is mapping }}|{{ xs is sequence }}|{{ s is iterable }}|{{ n is iterable }}|{{ 3 is odd }}|{{ 4 is even }}|{{ 9 is divisibleby 3 }}|{{ n is eq 7 }}|{{ 1 is in xs }}|{{ t is true }}|{{ no is false }}|{{ t is number }}|{{ not n is string }}|{{ n is gt 3 and t }}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ x }};{% endfor %}|{% for x in [] %}a{% else %}none{% endfor %}|{% for a, b in nested %}{{ a }}-{{ b }},{% endfor %}|{% for k, v in {"p": 1, "q": 2}.items() %}{{ k }}={{ v }} {% endfor %}
{% for x in xs if x > 1 %}{{ loop.index }}:{{ x }}/{{ loop.length }} {% endfor %}|{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}|{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}|{% for c in "añb" %}{{ c }}.{% endfor %}|{% for k in d %}{{ k }}{% endfor %}|{% for x in xs %}[{{ loop.previtem }}{{ loop.nextitem }}]{% endfor %}|{% for x in nothing %}x{% endfor %}
{% set a = 1 %}{% for x in xs %}{% set a = x %}{{ a }}{% endfor %}{{ a }}|{% set ns = namespace(v=0, w="k") %}{% for x in xs %}{% set ns.v = ns.v + x %}{% endfor %}{{ ns.v }}{{ ns.w }}|{% if t %}{% set b = 5 %}{% endif %}{{ b }}|{% set p, q = 1, 2 %}{{ p }}{{ q }}|{% set blk %}x{{ n }}y{% endset %}{{ blk }}
{% macro hi(name, greet="Hello") %}{{ greet }}, {{ name }}!{% endmacro %}{{ hi("Bob") }}{{ hi("Al", greet="Yo") }}|{% macro rec(k) %}{{ k }}{% if k > 0 %}{{ rec(k - 1) }}{% endif %}{% endmacro %}{{ rec(3) }}|{{ range(4) | list }}|{{ range(1, 10, 3) | list }}|{{ range(3, 0, -1) | list }}|{{ dict(a=1) }}
"""

WHITE = ["a\n{% if t %}\nb\n{% endif %}\nc\n", "  {% if t %}  x  {% endif %}  \n y", "  {%+ if t %}  x{%+ endif +%}\n y", "a  {%- if t -%}  b  {%- endif -%}  c", "{{ n -}}  \n x {{- n }}",
         "a {# comment #}\n b", "a\n  {# c #}  \n b", "a\n  {#- c -#}  \n b", "x\n\n", "x\r\ny\r\n", "{% set a = 1 %}\n\n{{ a }}\n\n", "\n  {% for x in xs %}\n    {{ x }}\n  {% endfor %}\nend",
         "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}['a']['b']}}x", "{{ 'a' 'b' }}", "{{ 'x\\n\\t\\'\\\"\\x41\\u00e9\\q' }}", "{% if no %}\n{% elif t %}\n  yes\n{% else %}\n  no\n{% endif %}\nz", "{{ '%}' }}{{ '}}' }}",
         "  {{ n }}\n  {%- set z = 1 %}\n{{ z }}", "{% if t -%}\n\n   a\n{%- endif %}\n", "{%- for x in xs %}\n {{ x }}\n{%- endfor %}\n", "\t{% if t %}\tq{% endif %}", "{{ 1 }}  {% if t %}x{% endif %}", "a{% if t %}\n  {% if t %}\n  b{% endif %}{% endif %}",
         "{{ undefined_thing.x }}", "{{ raise_exception('no') }}", "{{ 1 + 'a' }}", "{{ 1 / 0 }}", "{{ xs.append(1) }}", "{{ no.x.y }}", "{% for x in 5 %}{% endfor %}", "{{ nothing + 'a' }}", "{{ 'a' + no }}", "{{ 1 < 'a' }}"]


def jinja_goldens():
    return [{"template": t} | render(t, VARIABLES) for t in [part for line in JINJA.strip().split("\n") for part in [line]] + WHITE]


def main():
    shared, gguf, out = sys.argv[1:]
    write = lambda name, value: open(os.path.join(out, name), "w", encoding="utf-8").write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    write("chat_templates.json", chat_goldens(shared, gguf))
    write("jinja_cases.json", {"variables": VARIABLES, "cases": jinja_goldens()})


if __name__ == "__main__":
    main()
