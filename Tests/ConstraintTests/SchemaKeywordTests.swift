import Constraint
import JSON
import Testing

@Suite struct SchemaKeywordTests {
    private func accepts(_ text: String, _ schema: String) throws -> Bool {
        ReferenceRecognizer.accepts(text, try Grammar(jsonSchema: JSONValue(json: schema)))
    }

    @Test(arguments: [
        (##"{"not":{}}"##, "not", "#"), (##"{"properties":{"a":{"contains":{}}}}"##, "contains", "#/properties/a"),
        (##"{"items":{"propertyNames":{}}}"##, "propertyNames", "#/items"),
        (##"{"properties":{"a/b~":{"if":{}}}}"##, "if", "#/properties/a~1b~0"),
        (##"{"minLength":"x"}"##, "minLength", "#"), (##"{"maxItems":-1}"##, "maxItems", "#"),
        (##"{"minItems":1.5}"##, "minItems", "#"), (##"{"required":"a"}"##, "required", "#"),
        (
            ##"{"properties":[]}"##, "properties", "#"
        ), (##"{"enum":[]}"##, "enum", "#"),
        (
            ##"{"anyOf":[]}"##,
            "anyOf", "#"
        ),
        (##"{"allOf":{}}"##, "allOf", "#"), (##"{"items":3}"##, "items", "#/items"), (##"{"$ref":1}"##, "$ref", "#"),
        (##"{"$ref":"http://a.example/b"}"##, "$ref", "#"), (##"{"$ref":"#name"}"##, "$ref", "#"),
        (##"{"$ref":"#/$defs/none"}"##, "$ref", "#"), (##"{"$ref":"#"}"##, "$ref", "#"),
        (##"{"$dynamicRef":"#"}"##, "$dynamicRef", "#"),
        (
            ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}"##,
            "$ref", "#"
        ),
        (##"{"anyOf":[{"type":"string"},{"$ref":"#"}]}"##, "$ref", "#/anyOf/1"),
        (##"{"type":"integer","const":"a"}"##, "const", "#"), (##"{"type":"string","enum":[1,2]}"##, "enum", "#"),
        (##"{"type":"string","const":"abc","maxLength":2}"##, "const", "#"),
        (##"{"allOf":[{"type":"string"},{"type":"integer"}]}"##, "type", "#"),
        (##"{"allOf":[{"type":"integer","minimum":5},{"maximum":2}]}"##, "minimum", "#"),
        (##"{"type":"integer","minimum":1.2,"maximum":1.8}"##, "minimum", "#"),
        (##"{"type":"number","multipleOf":0.1}"##, "multipleOf", "#"), (##"{"multipleOf":0}"##, "multipleOf", "#"),
        (##"{"type":"object","properties":{"a":false},"required":["a"]}"##, "required", "#"),
        (##"{"type":"object","additionalProperties":false,"required":["a"]}"##, "required", "#"),
        (
            ##"{"properties":{"a":{"type":"object","properties":{"b":false},"required":["b"]}}}"##,
            "required", "#/properties/a"
        ),
        (##"{"type":"object","properties":{"a":{}},"minProperties":2}"##, "minProperties", "#"),
        (##"{"type":"object","required":["a","b"],"maxProperties":1}"##, "maxProperties", "#"),
        (##"{"type":"array","prefixItems":[{}],"items":false,"minItems":2}"##, "minItems", "#"),
        (##"{"type":"string","pattern":"^a$","minLength":2}"##, "pattern", "#"),
        (##"{"patternProperties":{"a":{},"b":{}}}"##, "patternProperties", "#"),
        (
            ##"{"uniqueItems":1}"##, "uniqueItems", "#"
        ),
        (
            ##"{"type":[]}"##,
            "type", "#"
        ), ("[]", "#", "#"),
        (
            "false", "type", "#"
        ),
        (##"{"unevaluatedProperties":false}"##, "unevaluatedProperties", "#"),
        (##"{"minLength":1e30}"##, "minLength", "#"),
    ])
    func anErrorNamesKeywordAndPath(_ schema: String, keyword: String, path: String) throws {
        let json = try JSONValue(json: schema)
        let error = #expect(throws: ConstraintError.self) { try Grammar(jsonSchema: json) }
        guard case .schema(keyword, path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        (##"{"uniqueItems":false,"contentEncoding":"base64","x-any":1,"unevaluatedProperties":true}"##, "1"),
        (##"{"$id":"http://a.example/x","$ref":"http://a.example/x#/$defs/n","$defs":{"n":{"type":"integer"}}}"##, "1"),
        (##"{"$ref":"#/$defs/a%20b","$defs":{"a b":{"type":"integer"}}}"##, "1"),
        (##"{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"integer"}}}"##, "1"),
        (##"{"items":[{"type":"integer"}],"additionalItems":false,"type":"array"}"##, "[1]"),
        (##"{"minimum":0,"exclusiveMinimum":true,"type":"integer"}"##, "1"),
        (##"{"type":"string","maxLength":2.0}"##, #""ab""#), (##"{"maxLength":1e300}"##, #""ab""#),
        (##"{"type":"integer","enum":[1.0]}"##, "1.0"), (##"{"const":1,"enum":[1.0,2]}"##, "1.0"),
        (##"{"properties":{"a":{}},"required":["b"],"type":"object"}"##, ##"{"b":[]}"##),
        (##"{"minLength":2}"##, "7"), (##"{"properties":{"a":{"type":"null"}}}"##, "7"),
        (
            ##"{"nullable":true,"enum":["a"]}"##, "null"
        ),
        (
            ##"{"nullable":true,"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}"##,
            "null"
        ),
        (##"{"anyOf":[{"type":"string"},{"type":"array"}],"items":{"type":"integer"}}"##, "[1, 2]"),
        (##"{"type":"object","properties":{"b":true,"a":true}}"##, ##"{"b":1,"a":2}"##),
        (##"{"type":"object","additionalProperties":{"type":"null"}}"##, ##"{"\u0061":null}"##),
        ("true", "\"\\uD83D\\uDE00\""), ("{}", "{\n\t\"a\" : [ ] ,\n\t\"b\":{\n}\n}"),
        (##"{"type":"string","maxLength":1}"##, "\"\\ud83d\\ude00\""),
    ])
    func isAccepted(_ schema: String, text: String) throws { #expect(try accepts(text, schema)) }

    @Test(arguments: [
        ("{}", #""\ud83d""#), ("{}", #""\ude00\ud83d""#), ("{}", #""\ud83dx""#), ("{}", " 1"), ("{}", "1 "),
        ("{}", "[1,  2]"), ("{}", "[\n\n]"), ("{}", "[\t1]"), ("{}", "[\r\n1]"),
        ("{}", "[" + "\n" + String(repeating: " ", count: 21) + "]"),
        (##"{"properties":{"a":{}}}"##, ##"{"b":1}"##), (##"{"patternProperties":{"^a":{}}}"##, ##"{"b":1}"##),
        (##"{"properties":{"a":{"type":"null"}},"additionalProperties":true}"##, ##"{"a":1}"##),
        (##"{"properties":{"a":{"type":"null"}},"additionalProperties":true}"##, ##"{"\u0061":1}"##),
        (##"{"properties":{"é":{"type":"null"}},"additionalProperties":true}"##, ##"{"é":1}"##),
        (##"{"type":"object","properties":{"b":true,"a":true}}"##, ##"{"a":1,"b":2}"##),
        (##"{"type":"string","pattern":"^a$"}"##, ##""\u0061""##), (##"{"const":"a"}"##, #""\u0061""#),
        (##"{"properties":{"a":false,"b":{}}}"##, ##"{"a":1}"##), (##"{"minItems":1}"##, "[]"),
        (##"{"minimum":0,"exclusiveMinimum":true}"##, "0"), (##"{"minimum":1,"exclusiveMinimum":0}"##, "0.5"),
        (##"{"type":"integer","minimum":0}"##, "-0"), (##"{"type":"integer"}"##, "1.0"),
        (##"{"allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]}"##, ##"{"b":1}"##),
        (##"{"maxProperties":1}"##, ##"{"a":1,"b":2}"##),
    ])
    func isRefused(_ schema: String, text: String) throws { #expect(try !accepts(text, schema)) }

    @Test func keysOfOneSpellingLeaveOthersOpen() throws {
        let schema = ##"{"properties":{"\u00e9":{"type":"null"}},"additionalProperties":{"type":"integer"}}"##
        #expect(try accepts("{\"e\u{301}\":1}", schema))
        #expect(try !accepts("{\"\u{E9}\":1}", schema))
    }
}
