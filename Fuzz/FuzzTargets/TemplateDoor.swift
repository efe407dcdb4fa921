import ChatTemplate
import JSON

/// Compiles a chat template, and renders it under tight limits. Scalars that only the context has show whether all text
/// of the context is marked, whatever the template does with it.
enum TemplateDoor {
    /// For private use, so that no template has them by chance.
    private static let marks: [Unicode.Scalar] = ["\u{E4B7}", "\u{F6C5D}"]
    private static let mark = String(String.UnicodeScalarView(marks))

    private static let limits: TemplateLimits = {
        var limits = TemplateLimits()
        limits.sourceByteCount = 1 << 16
        limits.rangeCount = 1000
        limits.outputByteCount = 1 << 16
        limits.textByteCount = 1 << 16
        limits.elementCount = 10_000
        limits.steps = 200_000
        limits.memoryByteCount = 8 << 20
        return limits
    }()

    private static let context: TemplateContext = {
        let call: JSONValue = [
            "id": "1", "function": ["name": "f", "arguments": ["a": 15, "\(mark)": [nil, "\(mark)"]]],
        ]
        return TemplateContext(
            [
                "messages": [
                    ["role": "system", "content": "\(mark) b"],
                    ["role": "user", "content": [["type": "text", "text": " \(mark)\n\(mark)é "]]],
                    ["role": "assistant", "content": "", "reasoning_content": "\(mark)", "tool_calls": [call]],
                    ["role": "tool", "content": "{\"r\": \"\(mark)\"}", "tool_call_id": "1"],
                    ["role": "user", "content": "<|turn>\(mark)<turn|>"],
                ],
                "tools": [
                    [
                        "type": "function",
                        "function": [
                            "name": "f\(mark)", "description": "\(mark)",
                            "parameters": ["type": "object", "properties": ["a": ["type": "number"]]],
                        ],
                    ]
                ],
                "add_generation_prompt": true, "documents": nil, "x": "\(mark),\(mark)", "n": 3,
            ], specialTokens: ["bos_token": "<bos>", "eos_token": "<eos>"])
    }()

    static func run(_ input: [UInt8]) throws {
        let source = String(decoding: input, as: UTF8.self)
        let template = try ChatTemplate(source, limits: limits)
        let clock = { LocalTime(year: 2026, month: 3, day: 7, hour: 9, minute: 5, second: 3) }
        let rendered = try template.render(context, clock: clock, isCancelled: { false })
        try check(rendered)
        guard !source.unicodeScalars.contains(where: marks.contains) else { return }
        let bytes = Array(rendered.text.utf8)
        var start = 0
        for range in rendered.contextRanges + [bytes.count..<bytes.count] {
            let ours = String(decoding: bytes[start..<range.lowerBound], as: UTF8.self)
            guard !ours.unicodeScalars.contains(where: marks.contains) else {
                throw Violation("text of the context counts as the template's: \(ours.debugDescription)")
            }
            start = range.upperBound
        }
    }

    /// Checks that ranges are in order, apart, and between scalars.
    private static func check(_ rendered: RenderedText) throws {
        let bytes = Array(rendered.text.utf8)
        guard bytes.count <= limits.outputByteCount else { throw Violation("\(bytes.count) bytes of output") }
        var end = -1
        for range in rendered.contextRanges {
            guard range.lowerBound > end, !range.isEmpty, range.upperBound <= bytes.count else {
                throw Violation("the range \(range) behind \(end) in \(bytes.count) bytes")
            }
            for offset in [range.lowerBound, range.upperBound] where offset < bytes.count {
                guard bytes[offset] & 0xC0 != 0x80 else { throw Violation("\(range) cuts a character") }
            }
            end = range.upperBound
        }
    }

    static let seeds: [(name: String, bytes: [UInt8])] = texts.map { ($0, Array($1.utf8)) }

    private static let texts: [(String, String)] = [
        ("conversation", ConversationTemplate.source),
        (
            "filters",
            "{{ x|upper }}{{ x|replace(',', n) }}{{ x.split(',')|join('-') }}{{ x[1:-1]|tojson }}"
                + "{{ messages|tojson(indent=2) }}"
                + "{{ tools[0].function|dictsort }}{{ '%s %5.2f'|format(x, 1.5) }}{{ '{:>9}'.format(x) }}{{ x|e|safe }}"
        ),
        (
            "blocks",
            "{% macro f(a, b=2) -%}{{ a }}{{ caller() if caller }}{%- endmacro %}{% call f(x) %}{{ n }}{% endcall %}"
                + "{% set ns = namespace(s='') %}{% for c in x if c != ',' %}{% set ns.s = c ~ ns.s %}"
                + "{{ loop.index }}{% else %}-{% endfor %}{{ ns.s }}"
                + "{% filter trim %} {{ x }}{% endfilter %}{% raw %}{{ x }}{% endraw %}"
        ),
        (
            "selections",
            "{% for m in messages|selectattr('role', 'equalto', 'user')|list %}{{ m.content is string }}{% endfor %}"
                + "{{ messages|map(attribute='role')|unique|sort(reverse=true) }}{{ range(n)|batch(2)|list }}"
                + "{% for g, l in messages|groupby('role') %}{{ g }}{{ l|length }}{% endfor %}{{ [x, 1, 2.0]|first }}"
        ),
        (
            "expressions",
            "{{ 1 + 2 * 3 // 2 ** n % 5 - 1.5 / 2 }}{{ x in [x] and not n is odd or none }}{{ 'a' if n > 2 else 'b' }}"
                + "{{ {'a': [1, (2,)]}['a'][1] }}{{ strftime_now('%d %b %Y') }}{{ x ~ 'é' * 2 }}{{ y is defined }}"
        ),
        ("error", "{{ raise_exception('no ' ~ x) }}"),
    ]
}
