import ChatTemplate
import Testing

/// What the fixtures do not have. Every expected text is Jinja2's.
@Suite struct LanguageTests {
    @Test(arguments: [
        // A store further down makes the name the template's own.
        ("{% for i in [1] %}[{{ x }}]{% endfor %}{% set x = 1 %}", #"{"x":5}"#, "[]"),
        ("{{ x }}{% set x = 1 %}{{ x }}", #"{"x":5}"#, "51"),
        ("{% if no %}{% set x = 1 %}{% endif %}{{ x }}", #"{"x":5}"#, "5"),
        ("{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}", #"{"x":5}"#, "1"),
        ("{% for x in [1] %}{% for x in [2] %}{% endfor %}{{ x }}{% endfor %}{{ x }}", #"{"x":5}"#, "15"),
        ("{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(b=2) }}", "{}", "112"),
        ("{% set x = 1 %}{% with x = 2, y = x %}{{ x }}{{ y }}{% endwith %}{{ x }}", "{}", "211"),
        ("{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "{}", "21"),
        ("{% set x = 1 %}{% block b %}{{ x }}{% set y = 2 %}{% endblock %}{{ y }}", "{}", "1"),
        ("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, a=3) }}", "{}", "(1, 2){'a': 3}"),
        ("{% macro m() %}<{{ caller(1) }}>{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}", "{}", "<1>"),
        ("{% filter upper | trim %} a{{ 'b' }} {% endfilter %}", "{}", "AB"),
        // A test sees what earlier rounds did, and a round that ends early counts as none.
        (
            "{% set n = namespace(x=0) %}{% for i in [1, 2, 3] if n.x < 2 %}{{ i }}{% set n.x = i %}{% endfor %}", "{}",
            "12"
        ),
        ("{% for i in [1] %}{% continue %}{% else %}else{% endfor %}", "{}", "else"),
        (
            "{% for x in [[1, [2]], 3] recursive %}{{ loop(x) if x is sequence else x }}{{ loop.depth }}{% endfor %}",
            "{}", "12232131"
        ),
        ("{% for i in range(5) %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{}", "ababa"),
        // Jinja looks for the closing tag only outside of brackets.
        ("{{ {'a': {}} }}", "{}", "{'a': {}}"),
        ("{{ [1, 2][0:][-1] }}{{ 'abc'[::-1] }}{{ range(9)[::4] | list }}", "{}", "2cba[0, 4, 8]"),
        ("{{ 1 if 0 else 2 if 0 else 3 }}{{ not 1 in [2] }}{{ 2 ** 3 ** 2 }}", "{}", "3True64"),
        ("{{ '%s|%5.1f|%-3d|%(a)s' | replace('%(a)s', '') % ('x', 1.25, 7) }}", "{}", "x|  1.2|7  |"),
        ("{{ '{:>4}{:04d}{:,}{!r}'.format('a', 7, 1234567, 'q') }}", "{}", "   a00071,234,567'q'"),
        (
            "{{ 12345678901234567890123 }}{{ n }}", #"{"n":98765432109876543210}"#,
            "1234567890123456789012398765432109876543210"
        ),
        ("{{ 'ΑΣ ΑΣΑ' | lower }}{{ 'ǆ' | title }}{{ 'ŉ'.capitalize() }}", "{}", "ας ασαǄʼN"),
        ("{{ x }}{{ x == 1 }}{{ x | tojson }}", #"{"x":1.0}"#, "1.0True1.0"),
        ("{{ {'b': 1, 'a': [1, {}]} | tojson(indent=1) }}", "{}", "{\n \"b\": 1,\n \"a\": [\n  1,\n  {}\n ]\n}"),
    ])
    func templatesRenderAsJinjaRendersThem(_ source: String, _ context: String, _ expected: String) throws {
        #expect(try render(source, context) == expected)
    }

    @Test func aTemplateIsRenderedAgainFromTheBeginning() throws {
        let template = try ChatTemplate("{% set n = namespace(x=x) %}{% set n.x = n.x + 1 %}{{ n.x }}")
        for _ in 0..<3 { #expect(try template.render(TemplateContext(["x": 1])).text == "2") }
    }

    @Test func theClockIsTheCallers() throws {
        let template = try ChatTemplate("{{ strftime_now('%A %-d %B %Y, %H:%M, week %V, day %j') }}")
        let text = try template.render(TemplateContext([:]), clock: { LocalTime(year: 2024, month: 12, day: 30) }).text
        #expect(text == "Monday 30 December 2024, 00:00, week 01, day 365")
        #expect(try template.render(TemplateContext([:])).text.hasSuffix("week") == false)
    }
}
