import Constraint
import JSON
import Testing

/// What grammars of schemas generate is JSON, and obeys the schema.
@Suite struct GeneratedJSONTests {
    @Test(arguments: SchemaCase.all.filter { $0.faultyKeyword == nil })
    func obeysTheSchema(_ fixture: SchemaCase) throws {
        try check(fixture.schema, count: 40)
    }

    @Test(arguments: [
        ##"{"type":"object","properties":{"a":{"type":"integer"},"b":{},"c":{"type":"null"}},"minProperties":1}"##,
        ##"{"type":"object","properties":{"a":true,"b":true,"c":true},"minProperties":2,"maxProperties":2}"##,
        ##"""
        {"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":{"type":"boolean"},
        "minProperties":3,"maxProperties":4}
        """##,
        ##"{"type":"object","additionalProperties":{"type":"integer"},"maxProperties":2}"##,
        ##"{"type":"object","patternProperties":{"^n_":{"type":"integer"},"^s_":{"type":"string"}}}"##,
        ##"""
        {"type":"object","properties":{"n_a":{"minimum":3}},"patternProperties":{"^n_":{"type":"integer"}},
        "additionalProperties":{"type":"string"},"required":["n_a"]}
        """##,
        ##"""
        {"type":"object","properties":{"k":{"const":"x"}},"required":["k"],
        "anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},
        {"properties":{"b":{"type":"string"}},"required":["b"]}]}
        """##,
        ##"""
        {"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},
        {"properties":{"a":{"minimum":5},"b":{"type":"string","maxLength":1}},"required":["b"]}]}
        """##,
        ##"{"type":["integer","string"],"minLength":2,"minimum":100}"##,
        ##"{"minLength":3}"##,
        ##"""
        {"type":"array","prefixItems":[{"type":"string"},{"type":"integer"},{"type":"null"}],
        "items":{"type":"boolean"},"minItems":2,"maxItems":5}
        """##,
        ##"{"type":"array","prefixItems":[{"type":"string"},false],"minItems":0}"##,
        ##"""
        {"type":"array","items":{"type":"integer"},"allOf":[{"prefixItems":[{"minimum":10}]},
        {"items":{"maximum":20}}],"minItems":1}
        """##,
        ##"{"type":"string","format":"date"}"##, ##"{"type":"string","format":"date-time"}"##,
        ##"{"type":"string","format":"ipv4"}"##, ##"{"type":"string","format":"time"}"##,
        ##"{"type":"string","format":"uuid"}"##, ##"{"type":"string","format":"email","maxLength":9}"##,
        ##"{"enum":[1,"a",null,2.5,[1,{"b":2}]],"type":["number","array"],"maximum":2}"##,
        ##"{"enum":["aa","b","ab"],"pattern":"^a"}"##,
        ##"{"enum":[{"a":1},{"a":2},{"a":"x"}],"properties":{"a":{"type":"integer","multipleOf":2}}}"##,
        ##"{"type":"integer","minimum":-3,"exclusiveMaximum":12,"multipleOf":4}"##,
        ##"{"type":"number","minimum":-1.5,"maximum":0.25}"##,
        ##"{"type":"number","multipleOf":3}"##,
        ##"{"type":"string","nullable":true,"maxLength":2}"##,
        ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"integer"}},"minimum":7}"##,
        ##"{"oneOf":[{"type":"integer","maximum":3},{"type":"string","enum":["q","r"]}]}"##,
    ])
    func obeysKeywordsTogether(_ schema: String) throws {
        try check(try JSONValue(json: schema), count: 100)
    }

    private func check(_ schema: JSONValue, count: Int) throws {
        let grammar = try Grammar(jsonSchema: schema)
        var generator = SentenceGenerator(grammar, seed: 7)
        for _ in 0..<count {
            let sentence = generator.next()
            let symbols = try #require(sentence)
            let bytes = symbols.map { symbol -> UInt8 in if case .byte(let byte) = symbol { byte } else { 0 } }
            let text = String(decoding: bytes, as: UTF8.self)
            let value = try JSONValue(json: bytes)
            // Of equal keys the last one counts, so that a member that was counted may be gone.
            if SchemaValidator.isValid(value, schema) { continue }
            #expect(keyCount(text) > keyCount(value), "\(text) does not obey \(schema)")
        }
    }

    private func keyCount(_ value: JSONValue) -> Int {
        switch value {
        case .array(let elements): elements.reduce(0) { $0 + keyCount($1) }
        case .object(let members): members.values.reduce(members.count) { $0 + keyCount($1) }
        default: 0
        }
    }

    /// The colons outside of strings.
    private func keyCount(_ json: String) -> Int {
        var count = 0
        var (isInString, isEscaped) = (false, false)
        for byte in json.utf8 {
            if isEscaped {
                isEscaped = false
            } else if isInString, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if !isInString, byte == UInt8(ascii: ":") {
                count += 1
            }
        }
        return count
    }
}
