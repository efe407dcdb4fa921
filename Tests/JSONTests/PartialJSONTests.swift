import JSON
import Testing

/// JSON texts that are not complete yet.
@Suite("Partial JSON")
struct PartialJSONTests {
    private func value(_ text: String) throws -> String? {
        var json = PartialJSON()
        try json.append(text)
        return json.value?.json
    }

    @Test(
        "What was begun is shown as far as it is known",
        arguments: [
            ("", nil), ("  ", nil), ("tru", nil), ("12", nil), ("\"a", "\"a\""), ("\"a\"", "\"a\""), ("{", "{}"),
            ("{\"a", "{}"),
            ("{\"a\"", "{}"), ("{\"a\":", "{}"), ("{\"a\": 1", "{}"), ("{\"a\": 1 ", "{\"a\":1}"),
            ("{\"a\": \"x", "{\"a\":\"x\"}"),
            ("{\"a\": [1, 23", "{\"a\":[1]}"), ("{\"a\": [1, 23,", "{\"a\":[1,23]}"), ("[[], {", "[[],{}]"),
            ("[{\"a\": [{\"b\": \"c", "[{\"a\":[{\"b\":\"c\"}]}]"), ("[true, fal", "[true]"),
            ("\"a\\", "\"a\""), ("\"a\\u00", "\"a\""), ("\"a\\u00e9", "\"aé\""), ("\"\\ud83d", "\"\""),
            ("\"\\ud83d\\ude0", "\"\""), ("\"\\ud83d\\ude00", "\"😀\""), ("\"\\ud83dx", "\"\u{FFFD}x\""),
            ("\"\\ud83d\\n", "\"\u{FFFD}\\n\""), ("\"\\ude00", "\"\u{FFFD}\""),
        ] as [(String, String?)])
    func beginnings(_ text: String, _ expected: String?) throws {
        #expect(try value(text) == expected)
    }

    /// Texts with everything that JSON has.
    static let texts = [
        #"{"name": "Oslo \"é\" \\ \u00e5\ud83d\ude00\n", "a": [1, -2.5e3, true, false, null, []],"#
            + #" "b": {"c": {}}, "d": ""}"#,
        "[[[1], [\"x\", {\"y\": [0]}]], {\"k\": \"v\", \"l\": [\"m\", \"n\"]} ]",
        "\"text\\t\"",
    ]

    @Test("However a text is divided, it says the same, and at the end all", arguments: texts)
    func cuts(_ text: String) throws {
        let whole = try JSONValue(json: text)
        let characters = Array(text.unicodeScalars.map(String.init))
        var slowly = PartialJSON()
        for count in 0...characters.count {
            var atOnce = PartialJSON()
            let beginning = characters.prefix(count).joined()
            try atOnce.append(beginning)
            #expect(atOnce.value == slowly.value, "\(beginning)")
            #expect(atOnce.openLevels == slowly.openLevels)
            #expect(atOnce.isComplete == (count == characters.count))
            if count < characters.count { try slowly.append(characters[count]) }
        }
        #expect(slowly.value == whole)
        #expect(slowly.openLevels == 0)
    }

    @Test("What is known never changes, but grows", arguments: texts)
    func grows(_ text: String) throws {
        var json = PartialJSON()
        var before: JSONValue?
        for scalar in text.unicodeScalars {
            try json.append(String(scalar))
            if let before { #expect(try continues(#require(json.value), before), "\(before)") }
            before = json.value
        }
    }

    /// Whether `value` is `before` and more.
    private func continues(_ value: JSONValue, _ before: JSONValue) -> Bool {
        switch (value, before) {
        case (.string(let value), .string(let before)): value.hasPrefix(before)
        case (.array(let value), .array(let before)):
            value.count >= before.count && zip(value, before).allSatisfy(continues)
        case (.object(let value), .object(let before)):
            value.keys.starts(with: before.keys) && zip(value.values, before.values).allSatisfy(continues)
        default: value == before
        }
    }

    @Test(
        "What cannot become JSON is refused where it stops to be",
        arguments: [
            ("{a", 1), ("[1 2", 3), ("{\"a\" 1", 5), ("{\"a\": 1]", 7), ("[1}", 2), ("\"\\x", 1), ("\"a\nb", 2),
            ("tru}", 0), ("[01,", 1),
            ("{} x", 3), ("]", 0), ("[1,]", 3), ("\"\\u00g", 1),
        ])
    func refusals(_ text: String, _ offset: Int) {
        var json = PartialJSON()
        let error = #expect(throws: JSONError.self) { try json.append(text) }
        #expect(error?.offset == offset, "\(String(describing: error))")
    }

    @Test("Texts that are too deep or too long are refused")
    func limits() throws {
        var json = PartialJSON(limits: JSONLimits(depth: 2, byteCount: 100))
        #expect(throws: JSONError.self) { try json.append("[[[") }
        json = PartialJSON(limits: JSONLimits(depth: 2, byteCount: 8))
        try json.append("[\"12345")
        #expect(throws: JSONError.self) { try json.append("67") }
    }
}
