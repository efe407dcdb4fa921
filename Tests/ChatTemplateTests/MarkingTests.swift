import ChatTemplate
import Foundation
import JSON
import Testing

/// Text is not markup: no byte that a message, a tool or a variable brought may become part of a special token.
@Suite struct MarkingTests {
    private static let tokens = [
        "<bos>", "<eos>", "<pad>", "<unk>", "<|turn>", "<turn|>", "<|channel>", "<channel|>", "<|think|>", "<|tool>",
        "<tool|>",
        "<|tool_call>", "<tool_call|>", "<|tool_response>", "<tool_response|>", "<|\"|>", "<|image|>", "<|audio|>",
        "<|video|>", "<start_of_turn>", "<end_of_turn>", "<|im_start|>", "<|im_end|>",
    ]
    /// Two characters that no template has. Whatever a template does with a text, they show where it went.
    private static let (opening, closing) = ("\u{E000}", "\u{E001}")
    private static let hostile = tokens.map { opening + $0 + closing }.joined()

    /// One field after another of each conversation gets the text of every token.
    @Test(.enabled(if: Fixtures.areModelsPresent, "needs ../shared/fixtures/chat/templates.json"))
    func everyFieldOfEveryModelsTemplateIsMarked() throws {
        var renderings = 0
        for example in try Fixtures.cases(Fixtures.models) where !example.name.hasPrefix("syntax/") {
            renderings += try check(example.source, example.context, example.name)
        }
        #expect(renderings > 3000)
    }

    /// What is done with each message.
    @Test(arguments: [
        "<|turn>{{ m.role }}\n{{ m.content | trim }}<turn|>\n",
        "{{ m }}{{ m | tojson }}{{ m | tojson(indent=2, ensure_ascii=true) }}",
        "{% for k, v in m | dictsort %}{{ k ~ ':' ~ v }}{{ k + '=' + v | string }}{% endfor %}",
        "{{ m.content | upper }}{{ m.content | title }}{{ m.content[::-1] }}{{ m.content[1:-1] }}",
        "{{ m.content.split('<')[1:] }}{{ m.content.replace(' ', '_') }}",
        "{{ '%s|%r' % (m.content, m.role) }}{{ '{:>300}{!r}'.format(m.content, m) }}",
        "{{ m.content | indent }}{{ m.content | center(900) }}{{ m.content | truncate(9, true) }}",
        "{{ m.content | list | join }}{{ m.content | escape }}{{ m.content.partition('|') }}",
        "{{ m.content | reverse | list | reverse | join }}{{ m.content * 2 }}{{ [m] * 2 }}",
        "{% macro f(x) %}({{ x }}){% endmacro %}{{ f(m.content) }}",
        "{% set y %}{{ m.content }}{% endset %}{{ y.strip('x') }}",
        "{{ messages | map(attribute='content') | sort | unique | join('<|turn>') }}",
        "{{ messages | groupby('role') }}{{ messages | selectattr('role') | list }}",
        "{% filter lower %}{{ m.content }}{% endfilter %}{{ m.content.expandtabs() }}",
        "{{ {m.content: m.role} }}{{ dict([(m.content, 1)]) | items | list }}{{ namespace(a=m.content) }}",
        "{{ strftime_now(m.content) }}{{ m.content | urlencode }}{{ m.content | striptags }}",
        "{{ m.content.casefold() }}{{ m.content.swapcase() }}{{ m.content.zfill(900) }}{{ 'x'.join(m.content) }}",
        "{{ m.content.splitlines() }}{{ cycler(m.content).next() }}{{ m.content | pprint }}",
        "{{ 'x'.ljust(9, m.content[0]) }}{{ ('{:' ~ m.content[0] ~ '>9}').format(1) }}",
    ])
    func everyOperationKeepsTheMarks(_ body: String) throws {
        let context: JSONObject = [
            "messages": [
                ["role": "user", "content": "a < b"],
                ["role": "assistant", "content": "c | d\n e", "reasoning": "why"],
            ]
        ]
        let source = "{% for m in messages %}\(body){% endfor %}"
        #expect(try check(source, context, source) == 6)
    }

    /// - Returns: how many texts there were to replace.
    private func check(_ source: String, _ context: JSONObject, _ name: String) throws -> Int {
        let template = try ChatTemplate(source)
        let tokens = context.filter { $0.key.hasSuffix("_token") }
            .reduce(into: [:]) { $0[$1.key] = $1.value.stringValue }
        let variables = JSONObject(context.filter { tokens[$0.key] == nil }.map { ($0.key, $0.value) })
        var count = 0
        while let changed = JSONValue.object(variables).replacing(text: count, by: Self.hostile)?.objectValue {
            count += 1
            let context = TemplateContext(changed, specialTokens: tokens)
            // A template may refuse a role, or a call without a name.
            guard let rendered = try? template.render(context, clock: Fixtures.clock) else { continue }
            expectMarked(rendered, "\(name), text \(count)")
        }
        return count
    }

    private func expectMarked(_ rendered: RenderedText, _ comment: String) {
        let bytes = Array(rendered.text.utf8)
        var isMarked = [Bool](repeating: false, count: bytes.count)
        var end = -1
        for range in rendered.contextRanges {
            #expect(range.lowerBound > end && !range.isEmpty && range.upperBound <= bytes.count, "\(comment): \(range)")
            end = range.upperBound
            for offset in range { isMarked[offset] = true }
        }
        // No byte of the two characters, and no byte of a token beside them, may pass for the template's.
        for (needle, tokensFollow) in [(Array(Self.opening.utf8), true), (Array(Self.closing.utf8), false)] {
            for start in bytes.indices where bytes[start...].starts(with: needle) {
                var range = start..<start + needle.count
                for token in Self.tokens.map({ Array($0.utf8) }) {
                    if tokensFollow, bytes[range.upperBound...].starts(with: token) {
                        range = start..<range.upperBound + token.count
                        break
                    }
                    let first = start - token.count
                    if !tokensFollow, first >= 0, bytes[first...].starts(with: token) {
                        range = first..<range.upperBound
                        break
                    }
                }
                #expect(!isMarked[range].contains(false), "\(comment): \(range)")
            }
        }
    }

    @Test func marksAreExact() throws {
        let rendered = try rendered(
            "<a>{{ x }}<b>{{ x | trim }}{{ bos_token }}{{ 'q' ~ x[1:3] }}{{ n }}", #"{"x":" <é> ","n":12}"#,
            tokens: ["bos_token": "<bos>"])
        #expect(rendered.text == "<a> <é> <b><é><bos>q<é12")
        let marked = rendered.contextRanges.map { String(decoding: Array(rendered.text.utf8)[$0], as: UTF8.self) }
        #expect(marked == [" <é> ", "<é>", "<é"])
    }

    @Test func replacedPartsHaveTheMarksOfWhatReplacesThem() throws {
        let rendered = try rendered("{{ x.replace('a', '<|turn>') }}|{{ 'ab'.replace('a', x) }}", #"{"x":"xay"}"#)
        #expect(rendered.text == "x<|turn>y|xayb")
        #expect(rendered.contextRanges == [0..<1, 8..<9, 10..<13])
    }

    @Test func neighboursBecomeOneRange() throws {
        #expect(try rendered("{{ x }}{{ x }}{{ '' }}{{ x }}", #"{"x":"ab"}"#).contextRanges == [0..<6])
        #expect(try rendered("{{ x[0:0] }}abc", #"{"x":"ab"}"#).contextRanges == [])
    }
}

extension JSONValue {
    /// With one text or key replaced, the `number`th in the order of the JSON text; nil if there are fewer.
    fileprivate func replacing(text number: Int, by hostile: String) -> JSONValue? {
        var left = number
        let replaced = replacing(&left, hostile, isVariable: false)
        return left < 0 ? replaced : nil
    }

    private func replacing(_ left: inout Int, _ hostile: String, isVariable: Bool) -> JSONValue {
        switch self {
        case .string(let text):
            left -= 1
            return .string(left == -1 ? text + hostile : text)
        case .array(let elements): return .array(elements.map { $0.replacing(&left, hostile, isVariable: true) })
        case .object(let members):
            var replaced: [(String, JSONValue)] = []
            for (key, value) in members {
                // The names of the variables are the caller's, and a template asks for `role` and `content`.
                let isFree = isVariable && !["role", "content", "type", "function"].contains(key)
                if isFree { left -= 1 }
                replaced.append(
                    (isFree && left == -1 ? key + hostile : key, value.replacing(&left, hostile, isVariable: true)))
            }
            return .object(JSONObject(replaced))
        default: return self
        }
    }
}
