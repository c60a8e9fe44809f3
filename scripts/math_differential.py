#!/usr/bin/env python3
"""r1's math verifier beside math-verify on pairs whose truth is known, because mathematics made them. Development only.

  math_differential.py generate PAIRS.jsonl [--pairs 20000] [--seed 1] [--data shared/data]
  math_differential.py compare PAIRS.jsonl R1_RESULTS.jsonl R1_SECONDS > docs/results/math_differential.md

scripts/math_differential.sh does both. Every line of PAIRS: id, class, gold, answer, truth ("equal" or "different").
Both judges get the bare answer and the bare gold; math-verify reads each from a \\boxed{}, its defaults otherwise.
"""
import argparse
import collections
import json
import math
import os
import random
import re
import sys
import time
from fractions import Fraction as F

# ---- writing numbers ------------------------------------------------------------------------------------------------


def frac(q, style="frac"):
    q = F(q)
    if q.denominator == 1:
        return str(q.numerator)
    sign = "-" if q < 0 else ""
    n, d = abs(q.numerator), q.denominator
    return {"frac": f"{sign}\\frac{{{n}}}{{{d}}}", "dfrac": f"{sign}\\dfrac{{{n}}}{{{d}}}", "slash": f"{sign}{n}/{d}"}[style]


def terminating(r):
    """A fraction with a short decimal."""
    return F(r.randint(-9999, 9999), 10 ** r.randint(1, 3))


def decimal(q):
    """Exact decimal text of a terminating fraction."""
    places = 0
    while (q * 10 ** places).denominator != 1:
        places += 1
    digits = str(abs(q * 10 ** places).numerator).rjust(places + 1, "0")
    text = digits if places == 0 else digits[:-places] + "." + digits[-places:]
    return ("-" if q < 0 else "") + text


def grouped(n):
    return f"{n:,}".replace(",", "{,}")


def poly(coefficients, x="x"):
    """Highest power first in, text out; zero terms left out."""
    out = ""
    top = len(coefficients) - 1
    for i, c in enumerate(coefficients):
        p = top - i
        if c == 0:
            continue
        body = "" if abs(c) == 1 and p > 0 else str(abs(c))
        body += "" if p == 0 else x if p == 1 else f"{x}^{{{p}}}"
        out += ("-" if c < 0 else "+" if out else "") + body
    return out or "0"


def times(a, b):
    out = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    return out


def other(r, low, high, *not_these):
    while True:
        n = r.randint(low, high)
        if n not in not_these:
            return n


# ---- one function per class: (gold, right answer, wrong answer) -----------------------------------------------------


def c_integer(r):
    n = r.randint(-10 ** 6, 10 ** 6)
    right = r.choice([f"{n}.0", f"{n}.00", grouped(n), f"+{n}" if n > 0 else str(n), f"\\frac{{{3 * n}}}{{3}}", f"x={n}"])
    return str(n), right, str(r.choice([-n or 1, n + 1, n * 10 or 10, n - 1]))


def c_big_integer(r):
    n = r.randint(10 ** 30, 10 ** 40)
    return str(n), grouped(n), str(n + r.choice([1, -1, 10 ** 12]))


def c_tiny(r):
    k = r.randint(8, 40)
    m = r.randint(1, 9)
    return f"{m} \\times 10^{{-{k}}}", "0." + "0" * (k - 1) + str(m), f"{m} \\times 10^{{-{k + 1}}}"


def c_decimal(r):
    q = terminating(r)
    return frac(q), decimal(q), decimal(q + F(1, 10 ** r.randint(2, 4)))


def c_fraction(r):
    q = F(r.randint(-200, 200), r.randint(2, 97))
    k = r.randint(2, 9)
    right = r.choice([f"\\dfrac{{{q.numerator * k}}}{{{q.denominator * k}}}", f"{q.numerator}/{q.denominator}"])
    wrong = F(q.numerator + r.choice([1, -1]), q.denominator)
    return frac(q), right, frac(wrong, "dfrac")


def c_mixed(r):
    whole, d = r.randint(1, 30), r.randint(2, 12)
    n = r.randint(1, d - 1)
    q = whole + F(n, d)
    return frac(q), f"{whole}\\frac{{{n}}}{{{d}}}", f"{whole + 1}\\frac{{{n}}}{{{d}}}"


def c_percent(r):
    q = F(r.randint(1, 9999), 100)
    return decimal(q) + "\\%", frac(q / 100), decimal(q / 10) + "\\%"


def c_repeating(r):
    digits = str(r.randint(1, 98)).rjust(2, "0")
    q = F(int(digits), 99)
    return frac(q), f"0.\\overline{{{digits}}}", f"0.{digits}{digits}{digits}"


def c_scientific(r):
    m, k = F(r.randint(101, 999), 100), r.randint(3, 12)
    return grouped(int(m * 10 ** k)), f"{decimal(m)} \\times 10^{{{k}}}", f"{decimal(m)} \\times 10^{{{k + 1}}}"


def c_radical(r):
    a, b = r.randint(2, 12), r.choice([2, 3, 5, 6, 7, 10, 11])
    return f"{a}\\sqrt{{{b}}}", f"\\sqrt{{{a * a * b}}}", f"\\sqrt{{{a * a * b + 1}}}"


def c_rationalised(r):
    a, b = r.sample([2, 3, 5, 6, 7, 10, 11, 13], 2)
    a, b = max(a, b), min(a, b)
    c = a - b
    gold = f"\\frac{{\\sqrt{{{a}}}+\\sqrt{{{b}}}}}{{{c}}}" if c > 1 else f"\\sqrt{{{a}}}+\\sqrt{{{b}}}"
    return gold, f"\\frac{{1}}{{\\sqrt{{{a}}}-\\sqrt{{{b}}}}}", f"\\frac{{1}}{{\\sqrt{{{a}}}+\\sqrt{{{b}}}}}"


def c_denested(r):
    a, b = r.sample([2, 3, 5, 6, 7, 10, 11, 13], 2)
    return f"\\sqrt{{{a}}}+\\sqrt{{{b}}}", f"\\sqrt{{{a + b}+2\\sqrt{{{a * b}}}}}", f"\\sqrt{{{a + b}+2\\sqrt{{{a * b + 1}}}}}"


def c_surd_root(r):
    p, q, d, k = r.randint(1, 15), r.randint(1, 9), r.choice([2, 3, 5, 7, 11]), r.randint(2, 8)
    gold = f"\\frac{{{p}+{q}\\sqrt{{{d}}}}}{{{k}}}"
    return gold, f"\\frac{{{p}}}{{{k}}}+\\frac{{\\sqrt{{{q * q * d}}}}}{{{k}}}", f"\\frac{{{p}-{q}\\sqrt{{{d}}}}}{{{k}}}"


def c_log(r):
    b, k = r.choice([2, 3, 5, 7]), r.randint(2, 9)
    c = other(r, 2, 30, b)
    if r.random() < 0.5:
        return f"{k}", f"\\log_{{{b}}} {b ** k}", f"\\log_{{{b}}} {b ** k + 1}"
    return f"{k}\\ln {c}", f"\\ln {c ** k}", f"\\ln {c ** k + 1}"


def c_pi(r):
    q = F(r.randint(1, 40), r.randint(2, 12))
    return f"{frac(q)}\\pi", f"\\frac{{{q.numerator}\\pi}}{{{q.denominator}}}", decimal(F(round(float(q) * math.pi * 10 ** 4), 10 ** 4))


TRIG = [("\\sin 30^\\circ", "\\frac{1}{2}"), ("\\cos 45^\\circ", "\\frac{\\sqrt{2}}{2}"), ("\\tan 60^\\circ", "\\sqrt{3}"),
        ("\\sin 15^\\circ", "\\frac{\\sqrt{6}-\\sqrt{2}}{4}"), ("\\cos 15^\\circ", "\\frac{\\sqrt{6}+\\sqrt{2}}{4}"),
        ("\\tan 15^\\circ", "2-\\sqrt{3}"), ("\\cos 36^\\circ", "\\frac{1+\\sqrt{5}}{4}"), ("\\sin 18^\\circ", "\\frac{\\sqrt{5}-1}{4}"),
        ("\\sin \\frac{\\pi}{3}", "\\frac{\\sqrt{3}}{2}"), ("\\cos \\frac{2\\pi}{3}", "-\\frac{1}{2}"), ("\\tan \\frac{\\pi}{8}", "\\sqrt{2}-1")]


def c_trig(r):
    (a, va), (b, vb) = r.sample(TRIG, 2)
    k = r.randint(2, 9)
    return f"{k} \\cdot \\left({va}\\right)", f"{k} {a}", f"{k} {b}"


def c_degrees(r):
    k = r.randint(1, 35) * 10
    return f"{k}^\\circ", f"{frac(F(k, 180))}\\pi", f"{frac(F(k + 10, 180))}\\pi"


def c_complex(r):
    a, b, c, d = (other(r, -9, 9, 0) for _ in range(4))
    re_, im = a * c - b * d, a * d + b * c

    def z(x, y):
        return f"{x}{'+' if y >= 0 else '-'}{abs(y)}i"
    return z(re_, im), f"({z(a, b)})({z(c, d)})", z(re_, -im) if im else z(re_ + 1, im)


def c_expanded(r):
    fs = [[other(r, -3, 3, 0), other(r, -9, 9, 0)] for _ in range(r.randint(2, 4))]
    product = [1]
    for f in fs:
        product = times(product, f)
    wrong = list(product)
    wrong[r.randrange(1, len(wrong))] += r.choice([1, -1])
    return poly(product), "".join(f"({poly(f)})" for f in fs), poly(wrong)


def c_power_of_sum(r):
    n, a = r.randint(3, 7), other(r, -4, 4, 0)
    product = [1]
    for _ in range(n):
        product = times(product, [1, a])
    wrong = list(product)
    wrong[r.randrange(1, n + 1)] *= -1
    return f"({poly([1, a])})^{n}", poly(product), poly(wrong)


def c_two_variables(r):
    a, b = other(r, -5, 5, 0), other(r, -5, 5, 0)
    gold = f"({a}x{b:+d}y)^2"
    cross = 2 * a * b
    return gold, f"{a * a}x^2{cross:+d}xy{b * b:+d}y^2", f"{a * a}x^2{-cross:+d}xy{b * b:+d}y^2"


def c_rational_function(r):
    a, b = r.sample(range(1, 10), 2)
    gold = f"\\frac{{1}}{{x+{a}}}-\\frac{{1}}{{x+{b}}}"
    return gold, f"\\frac{{{b - a}}}{{(x+{a})(x+{b})}}", f"\\frac{{{a - b}}}{{(x+{a})(x+{b})}}"


def c_identity(r):
    k, x = r.randint(2, 9), r.choice("xyt")
    gold, right, wrong = r.choice([
        (f"{k}", f"{k}\\sin^2 {x}+{k}\\cos^2 {x}", f"{k}\\sin^2 {x}-{k}\\cos^2 {x}"),
        (f"{k}\\sin 2{x}", f"{2 * k}\\sin {x}\\cos {x}", f"{k}\\sin {x}\\cos {x}"),
        (f"{k}\\cos 2{x}", f"{k}-{2 * k}\\sin^2 {x}", f"{k}-{k}\\sin^2 {x}"),
        (f"{k}e^{{2{x}}}", f"{k}(e^{{{x}}})^2", f"{k}e^{{{x}^2}}"),
        (f"{k}|{x}|", f"{k}\\sqrt{{{x}^2}}", f"{k}{x}"),
        (f"{k}\\cdot 2^{{{x}+1}}", f"{2 * k}\\cdot 2^{{{x}}}", f"{k}\\cdot 2^{{{x}}}+1"),
    ])
    return gold, right, wrong


def c_interval(r):
    a = r.randint(-20, 20)
    b = a + r.randint(1, 20)
    left, right_ = r.choice("(["), r.choice(")]")
    gold = f"{left}{a}, {b}{right_}"
    less = {"(": "<", "[": "\\le"}[left], {")": "<", "]": "\\le"}[right_]
    return gold, f"{a} {less[0]} x {less[1]} {b}", f"{'[' if left == '(' else '('}{a}, {b}{right_}"


def c_union(r):
    a = r.randint(-20, 0)
    b = a + r.randint(2, 20)
    gold = f"(-\\infty, {a}) \\cup ({b}, \\infty)"
    return gold, f"x < {a} \\text{{ or }} x > {b}", f"(-\\infty, {a}] \\cup ({b}, \\infty)"


def c_set(r):
    items = r.sample(range(-50, 50), r.randint(2, 6))
    shuffled = r.sample(items, len(items))
    wrong = list(shuffled)
    wrong[0] = other(r, -50, 50, *items)
    return "\\{" + ", ".join(map(str, items)) + "\\}", "\\{" + ",".join(map(str, shuffled)) + "\\}", "\\{" + ",".join(map(str, wrong)) + "\\}"


def c_tuple(r):
    items = r.sample(range(-50, 50), r.randint(2, 4))
    wrong = items[1:] + items[:1]
    return "(" + ", ".join(map(str, items)) + ")", "\\left(" + ",".join(f"{i}.0" for i in items) + "\\right)", "(" + ", ".join(map(str, wrong)) + ")"


def c_list(r):
    items = r.sample(range(-50, 50), r.randint(2, 3))
    return ", ".join(map(str, items)), " \\text{ and } ".join(map(str, items[::-1])), ", ".join(map(str, items[:-1] + [items[-1] + 100]))


def c_matrix(r):
    m = [[r.randint(-9, 9) for _ in range(2)] for _ in range(2)]
    m[0][1] = other(r, -9, 9, m[1][0])

    def write(m, kind):
        return f"\\begin{{{kind}}} " + " \\\\ ".join(" & ".join(map(str, row)) for row in m) + f" \\end{{{kind}}}"
    transposed = [[m[0][0], m[1][0]], [m[0][1], m[1][1]]]
    return write(m, "pmatrix"), write(m, "bmatrix"), write(transposed, "pmatrix")


def c_equation(r):
    a, b, c, k = other(r, -9, 9, 0), other(r, -9, 9, 0), r.randint(-20, 20), other(r, -5, 5, 0, 1)
    wrong = f"{a * k}x{b * k:+d}y={c * k + 1}"
    return f"{a}x{b:+d}y={c}", f"{a * k}x{b * k:+d}y{-c * k:+d}=0", wrong


def c_plus_minus(r):
    a, d = other(r, -9, 9, 0), r.choice([2, 3, 5, 7, 11])
    return f"{a} \\pm \\sqrt{{{d}}}", f"{a}+\\sqrt{{{d}}}, {a}-\\sqrt{{{d}}}", f"{a}+\\sqrt{{{d}}}, {a}-\\sqrt{{{d + 1}}}"


UNITS = [("km", "m", 1000), ("m", "cm", 100), ("kg", "g", 1000), ("hours", "minutes", 60), ("L", "mL", 1000), ("cm", "mm", 10)]


def c_units(r):
    big, small, factor = r.choice(UNITS)
    n = r.randint(1, 90)
    return f"{n} \\text{{ {big}}}", f"{n * factor} \\text{{ {small}}}", f"{n} \\text{{ {small}}}"


def c_currency(r):
    q = F(r.randint(100, 99999), 100)
    return f"\\${decimal(q)}", decimal(q), f"\\${decimal(q + 1)}"


def c_binomial(r):
    n = r.randint(5, 30)
    k = r.randint(2, n - 2)
    return str(math.comb(n, k)), f"\\binom{{{n}}}{{{k}}}", f"\\binom{{{n}}}{{{k - 1}}}" if 2 * k - 1 != n else str(math.comb(n, k) + 1)


def c_factorial(r):
    n = r.randint(3, 12)
    return f"{n}!", str(math.factorial(n)), str(math.factorial(n) // n)


def c_huge_power(r):
    b, k = r.choice([2, 3, 5, 7]), r.randint(10 ** 4, 10 ** 6)
    return f"{b * b}^{{{k}}}", f"{b}^{{{2 * k}}}", f"{b}^{{{2 * k + 1}}}"


def c_power(r):
    b, n, d = r.choice([2, 3, 5, 7]), r.randint(2, 5), r.choice([2, 3])
    return str(b ** n), f"{b ** d}^{{{frac(F(n, d), 'slash')}}}", f"{b ** d}^{{{n}}}"


def c_sum(r):
    n = r.randint(5, 60)
    return str(n * (n + 1) // 2), f"\\frac{{{n}\\cdot {n + 1}}}{{2}}", str(n * (n - 1) // 2)


def c_base(r):
    b = r.choice([2, 3, 5, 7, 8])
    n, digits = r.randint(20, 500), ""
    m = n
    while m:
        digits = str(m % b) + digits
        m //= b
    last = (int(digits[-1]) + 1) % b
    return f"{digits}_{{{b}}}", f"{digits}_{b}", f"{digits[:-1]}{last}_{b}"


def c_base_suffix(r):
    b = r.choice([5, 6, 7, 8])
    digits = str(r.randint(1, 4)) + str(r.randint(0, 4)) + str(r.randint(0, 4))
    return f"{digits}_{b}", f"{digits}_{{{b}}}", f"{digits}_{b + 1}"


def c_ratio(r):
    a, b = r.sample([2, 3, 5, 7, 11], 2)
    k = r.randint(2, 6)
    return f"{a}:{b}", f"{a * k}:{b * k}", f"{b}:{a}"


def c_choice(r):
    letters = r.sample("ABCDE", 2)
    return f"\\text{{({letters[0]})}}", letters[0], letters[1]


def c_word(r):
    words = r.choice([("\\text{yes}", "Yes", "No"), ("\\text{no solution}", "\\emptyset", "0"), ("\\text{undefined}", "undefined", "0"),
                      ("\\text{Monday}", "monday", "Tuesday"), ("\\text{even}", "even", "odd"), ("\\infty", "+\\infty", "-\\infty")])
    return words


def c_parameter(r):
    q, p = F(r.randint(1, 11), 12), r.choice(["\\pi", "2\\pi"])
    return f"{frac(q)}\\pi + {p} k", f"{frac(q)}\\pi + {p} n", f"{frac(q)}\\pi + 3\\pi k"


def c_function_name(r):
    a, b = other(r, -9, 9, 0, 1), other(r, -9, 9, 0)
    return poly([a, b]), f"f(x) = {poly([a, b])}", f"f(x) = {poly([a, -b])}"


def c_time(r):
    h, m = r.randint(1, 11), r.randint(10, 59)
    return f"{h}:{m} \\text{{ p.m.}}", f"{h + 12}:{m}", f"{h}:{m} \\text{{ a.m.}}"


def c_rounded(r):
    q = F(r.randint(1, 50), r.choice([3, 7, 9, 11]))
    while q.denominator == 1:
        q += F(1, 7)
    return frac(q), frac(q, "slash"), f"{float(q):.3f}"


CLASSES = {name[2:]: f for name, f in list(globals().items()) if name.startswith("c_")}


def generate(pairs, seed):
    r = random.Random(seed)
    names = sorted(CLASSES)
    for i in range(pairs):
        name = names[i % len(names)]
        gold, right, wrong = CLASSES[name](r)
        truth = r.random() < 0.5
        yield {"class": name, "gold": gold, "answer": right if truth else wrong, "truth": "equal" if truth else "different"}


# ---- golds of benchmarks --------------------------------------------------------------------------------------------


def last_box(text):
    at = text.rfind("\\boxed{")
    if at < 0:
        return None
    depth = 0
    for i in range(at + 6, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[at + 7:i]
    return None


def benchmark_golds(folder):
    for file, key in [("math500/test.jsonl", "answer"), ("gsm8k/test.jsonl", "answer"), ("math/test.jsonl", "solution"), ("aime24/test.jsonl", "answer"),
                      ("aime25/test.jsonl", "answer"), ("amc23/test.jsonl", "answer")]:
        path = os.path.join(folder, file)
        if not os.path.exists(path):
            print(f"{path} is missing; its golds are left out", file=sys.stderr)
            continue
        for line in open(path, encoding="utf-8"):
            value = str(json.loads(line)[key])
            gold = value.split("####")[-1].strip() if file.startswith("gsm8k") else last_box(value) if key == "solution" else value
            if not gold:
                continue
            name = file.split("/")[0]
            yield {"class": f"{name} itself", "gold": gold, "answer": gold, "truth": "equal"}
            digit = max((i for i, c in enumerate(gold) if c.isascii() and c.isdigit()), default=None)
            if digit is not None:  # one digit up: another answer, whatever the form
                near = gold[:digit] + ("1" if gold[digit] == "9" else str(int(gold[digit]) + 1)) + gold[digit + 1:]
                yield {"class": f"{name} one digit off", "gold": gold, "answer": near, "truth": "different"}


# ---- the other verifier ---------------------------------------------------------------------------------------------


def math_verify_judge():
    import logging
    logging.disable(logging.CRITICAL)  # it logs every pair that it cannot read
    from math_verify import parse, verify

    def judge(gold, answer):
        try:
            return "true" if verify(parse("\\boxed{" + gold + "}"), parse("\\boxed{" + answer + "}")) else "false"
        except Exception as error:  # a time-out is one, too
            return "error: " + type(error).__name__
    return judge


# ---- the report -----------------------------------------------------------------------------------------------------


def percent(part, whole):
    return "-" if whole == 0 else f"{100 * part / whole:.2f} %"


def escape(text):
    text = text.replace("\n", " ")
    return "`" + (text if len(text) <= 70 else text[:67] + "...").replace("|", "\\|").replace("`", "'") + "`"


def kind_of(row):
    """Which side is wrong, for the table of disagreements."""
    right = row["truth"] == "equal"
    r1 = {"EQUAL": True, "DIFFERENT": False}.get(row["r1"])
    mv = row["mv"] == "true"
    return {(True, True): "", (True, False): "math-verify rejects what is right", (False, False): "",
            (False, True): "math-verify accepts what is wrong"}[(right, mv)], (
        "r1 cannot decide" if r1 is None else "" if r1 == right else "r1 accepts what is wrong" if r1 else "r1 rejects what is right")


def report(rows, r1_seconds, mv_seconds, slowest):
    out = []
    versions = __import__("importlib.metadata").metadata.version("math-verify")
    out.append("# r1 and math-verify on the same pairs\n")
    out.append(f"`scripts/math_differential.sh VENV`: {len(rows)} pairs, math-verify {versions} on Python {sys.version.split()[0]}, one thread each, one after the other on the same machine.")
    out.append("Generated pairs are right or wrong by construction; a benchmark's gold is compared with itself and with one digit changed.\n")
    out.append("| | r1 | math-verify |\n| --- | --- | --- |")
    out.append(f"| pairs per second | {len(rows) / r1_seconds:,.0f} | {len(rows) / mv_seconds:,.0f} |")
    out.append(f"| seconds | {r1_seconds:.2f} | {mv_seconds:.1f} |")
    out.append(f"| slowest pair of math-verify | | {slowest[0]:.2f} s, {escape(slowest[1])} |\n")
    out.append("## Confusion\n")
    for title, chosen in [("Generated pairs", [x for x in rows if " " not in x["class"]]), ("Golds of benchmarks", [x for x in rows if " " in x["class"]])]:
        out.append(f"{title}:\n\n| truth | pairs | r1 EQUAL | r1 DIFFERENT | r1 UNKNOWN, other | math-verify true | false | error |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
        for truth in ("equal", "different"):
            some = [x for x in chosen if x["truth"] == truth]
            count = collections.Counter(x["r1"] for x in some)
            theirs = collections.Counter(x["mv"].split(":")[0] for x in some)
            rest = len(some) - count["EQUAL"] - count["DIFFERENT"]
            out.append(f"| {truth} | {len(some)} | {count['EQUAL']} ({percent(count['EQUAL'], len(some))}) | {count['DIFFERENT']} ({percent(count['DIFFERENT'], len(some))}) | {rest} ({percent(rest, len(some))}) | "
                       f"{theirs['true']} ({percent(theirs['true'], len(some))}) | {theirs['false']} ({percent(theirs['false'], len(some))}) | {theirs['error']} |")
        out.append("")
    out.append("## By class\n\nRight answers accepted, wrong answers accepted (the worst error), and what r1 left UNKNOWN.\n")
    out.append("| class | pairs | r1 right accepted | r1 wrong accepted | r1 unknown | math-verify right accepted | wrong accepted |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name in sorted({x["class"] for x in rows}, key=lambda n: (" " in n, n)):
        some = [x for x in rows if x["class"] == name]
        equal, different = [x for x in some if x["truth"] == "equal"], [x for x in some if x["truth"] == "different"]
        unknown = sum(x["r1"] not in ("EQUAL", "DIFFERENT") for x in some)
        out.append(f"| {name} | {len(some)} | {percent(sum(x['r1'] == 'EQUAL' for x in equal), len(equal))} | {percent(sum(x['r1'] == 'EQUAL' for x in different), len(different))} | {unknown} | "
                   f"{percent(sum(x['mv'] == 'true' for x in equal), len(equal))} | {percent(sum(x['mv'] == 'true' for x in different), len(different))} |")
    out.append("\n## Disagreements\n\nUp to three pairs of each kind, by class.\n")
    kinds = collections.defaultdict(list)
    for row in rows:
        mv, r1 = kind_of(row)
        for kind in (mv, r1):
            if kind:
                kinds[(kind, row["class"])].append(row)
    out.append("| kind | class | pairs | gold | answer | r1's reason |\n| --- | --- | --- | --- | --- | --- |")
    for (kind, name), some in sorted(kinds.items(), key=lambda item: (item[0][0], -len(item[1]))):
        for i, row in enumerate(some[:3]):
            out.append(f"| {kind if i == 0 else ''} | {name if i == 0 else ''} | {len(some) if i == 0 else ''} | {escape(row['gold'])} | {escape(row['answer'])} | {row['reason'][:80]} |")
    return "\n".join(out)


def compare(pairs_file, results_file, r1_seconds):
    judge = math_verify_judge()
    rows = [json.loads(line) for line in open(pairs_file, encoding="utf-8")]
    results = [json.loads(line) for line in open(results_file, encoding="utf-8")]
    if len(rows) != len(results):
        sys.exit(f"{results_file}: {len(results)} results for {len(rows)} pairs; run r1 verify math on {pairs_file} again")
    judge("1", "1")  # its imports are not its speed
    slowest, total = (0.0, ""), 0.0
    for i, (row, result) in enumerate(zip(rows, results)):
        begin = time.perf_counter()
        row["mv"] = judge(row["gold"], row["answer"])
        elapsed = time.perf_counter() - begin
        total += elapsed
        slowest = max(slowest, (elapsed, row["gold"] + " ; " + row["answer"]))
        row["r1"], row["reason"] = result.get("verdict", "error"), result.get("reason", result.get("error", ""))
        if i % 1000 == 999:
            print(f"{i + 1} of {len(rows)} pairs, math-verify {(i + 1) / total:.0f} pairs/s", file=sys.stderr)
    print(report(rows, r1_seconds, total, slowest))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("generate")
    make.add_argument("file")
    make.add_argument("--pairs", type=int, default=20000)
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--data", default="")
    beside = verbs.add_parser("compare")
    beside.add_argument("file")
    beside.add_argument("results")
    beside.add_argument("r1_seconds", type=float)
    flags = parser.parse_args()
    if flags.verb == "compare":
        return compare(flags.file, flags.results, flags.r1_seconds)
    rows = list(generate(flags.pairs, flags.seed)) + (list(benchmark_golds(flags.data)) if flags.data else [])
    with open(flags.file, "w", encoding="utf-8") as out:
        for i, row in enumerate(rows):
            out.write(json.dumps({"id": i, **row}, ensure_ascii=False) + "\n")
    print(f"{flags.file}: {len(rows)} pairs of {len({row['class'] for row in rows})} classes", file=sys.stderr)


if __name__ == "__main__":
    main()
