import JSON
import Testing

@Suite struct ReadingTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12345678901234567890123", "1.50", "1E+2", "\"a\"", "[]", "{}",
        "[1,[2,{}]]",
        "{\"b\":1,\"a\":[null,\"é🦙\"]}", "\"\\\"\\\\\\n\\u0001\"",
    ])
    func writingGivesBackWhatWasRead(_ text: String) throws {
        #expect(try JSONValue(json: text).json == text)
        #expect(try JSONValue(json: " \n\t\r\(text) ").json == text)
    }

    @Test func escapesAreRead() throws {
        #expect(
            try JSONValue(json: #""\u0041\u00e9\ud83e\udd99\/\b\f\n\r\t\"\\x""#)
                == .string("Aé🦙/\u{8}\u{C}\n\r\t\"\\x"))
    }

    @Test func halfOfASurrogatePairIsReplaced() throws {
        #expect(try JSONValue(json: #""\ud83e!""#) == .string("\u{FFFD}!"))
        #expect(try JSONValue(json: #""\ud83e\u0041\udd99""#) == .string("\u{FFFD}A\u{FFFD}"))
    }

    @Test func ofEqualKeysTheLastValueCountsAtTheFirstPlace() throws {
        #expect(try JSONValue(json: #"{"a":1,"b":2,"a":3}"#).json == #"{"a":3,"b":2}"#)
    }

    @Test func keysAreEqualOnlyIfTheirScalarsAre() throws {
        let object = try JSONValue(json: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func manyKeysKeepTheirOrder() throws {
        let keys = (0..<100).map { "k\($0 * 37 % 100)" }
        let text = "{" + keys.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        var object = try #require(try JSONValue(json: text).objectValue)
        #expect(object.keys == keys)
        #expect(keys.allSatisfy { object[$0] == .string($0) })
        for key in keys.dropFirst(3) { object[key] = nil }
        #expect(object.keys == Array(keys.prefix(3)))
        #expect(object[keys[2]] == .string(keys[2]))
    }

    @Test(arguments: [
        ("", 0), (" ", 0), ("nul", 3), ("nuxl", 2), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a:1}", 1),
        ("1 2", 2),
        ("01", 1), ("-", 0), (".5", 0), ("1.", 1), ("\"a", 2), ("\"a\nb\"", 2), ("\"\\x\"", 1), ("\"\\u12G4\"", 1),
        ("{\"a\":1,}", 7), ("NaN", 0), ("[", 1), ("\"\\", 1), ("'a'", 0),
    ])
    func errorsSayWhere(_ text: String, _ offset: Int) {
        #expect { try JSONValue(json: text) } throws: { ($0 as? JSONError)?.offset == offset }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: JSONError.self) { try JSONValue(json: [0x22, 0xFF, 0x22]) }
    }

    @Test func nestingAndSizeAreLimited() throws {
        let limits = JSONLimits(depth: 10, byteCount: 100)
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSONValue(json: nested(10), limits: limits).json == nested(10))
        #expect { try JSONValue(json: nested(11), limits: limits) } throws: {
            ($0 as? JSONError)?.problem == .nestedTooDeeply(limit: 10)
        }
        #expect(throws: JSONError.self) { try JSONValue(json: nested(60), limits: limits) }
        #expect(throws: JSONError.self) { try JSONValue(json: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func numbersKeepTheirDigits() throws {
        let number = try #require(try JSONValue(json: "1.10").numberValue)
        #expect(number.text == "1.10")
        #expect(number.doubleValue == 1.1)
        #expect(number.intValue == nil)
        #expect(JSONNumber("9223372036854775808")?.intValue == nil)
        #expect(JSONNumber("9223372036854775808")?.isInteger == true)
        #expect(JSONNumber("1 ") == nil)
        #expect(JSONNumber("") == nil)
        #expect(JSONNumber(Double.infinity) == nil)
    }

    @Test func orderDoesNotMatterForEquality() throws {
        let one = try JSONValue(json: #"{"a":1,"b":[2]}"#)
        let other = try JSONValue(json: #"{"b":[2],"a":1}"#)
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != (try JSONValue(json: #"{"b":[2],"a":1.0}"#)))
    }
}
