import BundledModel
import Foundation
import Testing

@Suite("gemma-check")
struct CheckTests {
    @Test("A folder of pairs passes; --json says the same")
    func pairs() throws {
        let folder = Command.fixtures.appendingPathComponent("31b").path
        let lines = try Command("gemma-check", ["pairs", folder])
        #expect(lines.status == 0)
        #expect(lines.output.contains("1 passed, 0 failed"))

        struct Result: Decodable {
            let passed: Bool
            let logitsNMSE: Double
            let speculativeRounds: Bool
        }
        let json = try Command("gemma-check", ["pairs", folder, "--exact", "--json"])
        let results = try JSONDecoder().decode([Result].self, from: Data(json.output.utf8))
        #expect(results.count == 1)
        #expect(results.first?.passed == true && results.first?.speculativeRounds == true)
        #expect(results.first.map { $0.logitsNMSE <= 1e-8 } == true)
    }

    @Test("A difference fails, and so does a case that cannot be checked")
    func failures() throws {
        let source = Command.fixtures.appendingPathComponent("31b")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.copyItem(at: source, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("expected.json")
        var expected = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        var greedy = try #require(expected["greedy"] as? [Int])
        greedy[greedy.count - 1] += 1
        expected["greedy"] = greedy
        try JSONSerialization.data(withJSONObject: expected).write(to: url)
        let differs = try Command("gemma-check", ["pairs", folder.path, "--exact"])
        #expect(differs.status == 1)
        #expect(differs.output.contains("FAILED") && differs.output.contains("text DIFFERS"))
        #expect(differs.output.contains("0 passed, 1 failed"))

        try FileManager.default.removeItem(at: folder.appendingPathComponent("target.gguf"))
        let missing = try Command("gemma-check", ["pairs", folder.path])
        #expect(missing.status == 1)
        #expect(missing.output.contains("No such file"))
    }

    @Test("Reference answers of something else are passed over, a damaged file is not")
    func otherReferences() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ text: String, to name: String) throws {
            let place = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: place.appendingPathComponent("expected.json"))
        }
        try write(#"{"cases": [], "images": []}"#, to: "images")
        let others = try Command("gemma-check", ["pairs", folder.path])
        #expect(others.status == 2)
        #expect(others.errorLine?.contains("nothing to check") == true)

        try write(#"{"drafts": [], "speculative": {}"#, to: "cut")
        try write(#"{"drafts": []}"#, to: "incomplete")
        let damaged = try Command("gemma-check", ["pairs", folder.path])
        #expect(damaged.status == 1)
        #expect(damaged.output.contains("FAILED cut/") && damaged.output.contains("FAILED incomplete/"))
        #expect(damaged.output.contains("0 passed, 2 failed"))
    }

    @Test("A folder with nothing to check is an error")
    func nothing() throws {
        let run = try Command("gemma-check", ["pairs", "/no/such/folder"])
        #expect(run.status == 2)
        #expect(run.errorLine?.contains("nothing to check") == true)
    }

    @Test("Templates are rendered as the reference says; a text that differs, and an error that does not come, fail")
    func templates() throws {
        let fixtures = Command.fixtures.appendingPathComponent("chat")
        let right = try Command("gemma-check", ["chat", fixtures.path])
        #expect(right.status == 0)
        #expect(right.output.contains("syntax.json: 134 of 134 exact"))

        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("templates.json")
        let cases = [
            #"{"name": "right", "template": "t", "context": {"x": "b"}, "expected": "ab 2026"}"#,
            #"{"name": "wrong", "template": "t", "context": {"x": "b"}, "expected": "ab 2027"}"#,
            #"{"name": "fails", "source": "{{", "context": {}, "expected": ""}"#,
            #"{"name": "error", "source": "{{", "context": {}, "error": true}"#,
            #"{"name": "no error", "source": "", "context": {}, "error": true}"#,
        ].joined(separator: ",")
        let templates = #"{"t": "a{{ x }} {{ strftime_now('%Y') }}"}"#
        let start = #"{"now": "2026-01-01T00:00:00", "templates": \#(templates), "cases": ["#
        try Data("\(start)\(cases)]}".utf8).write(to: file)
        let wrong = try Command("gemma-check", ["chat", folder.path])
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("FAILED templates.json: 2 of 5 exact"))
        for name in ["wrong", "fails", "no error"] { #expect(wrong.output.contains("\"\(name)\"")) }

        for damage in ["{", #"{"cases": [{"name": "a"}]}"#, #"{"cases": [], "now": "2026-01-01"}"#] {
            try Data(damage.utf8).write(to: file)
            let damaged = try Command("gemma-check", ["chat", folder.path])
            #expect(damaged.status == 1)
            #expect(damaged.output.contains("FAILED templates.json: templates.json: "))
        }
    }

    @Test("Constraints compile, accept and refuse as the reference says; one that does otherwise fails")
    func constraints() throws {
        let vocabulary = try #require(BundledModel.target).path
        let fixtures = Command.fixtures.appendingPathComponent("constraints")
        let right = try Command("gemma-check", ["constraints", fixtures.path, "--vocab", vocabulary])
        #expect(right.status == 0, "\(right.output)\(right.error)")
        #expect(right.output.contains("schemas.json: 130 of 130 exact"))

        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("schemas.json")
        let schemas = [
            #"{"name": "right", "schema": {"type": "null"}, "accepts": ["null"], "rejects": ["nul", "nulll"]}"#,
            #"{"name": "accepts", "schema": {"type": "null"}, "accepts": ["nil"], "rejects": []}"#,
            #"{"name": "ends", "schema": {"type": "null"}, "accepts": ["nul"], "rejects": []}"#,
            #"{"name": "compiles", "schema": {"type": "null"}, "error": true, "names": "type"}"#,
            #"{"name": "unnamed", "schema": {"not": {}}, "error": true, "names": "contains"}"#,
        ].joined(separator: ",")
        let grammars = [
            ##"{"name": "rejects", "grammar": "root ::= \"a\" | \"b\"", "accepts": ["a"], "rejects": ["b"]}"##,
            ##"{"name": "broken", "grammar": "root ::= (", "accepts": [], "rejects": []}"##,
        ].joined(separator: ",")
        try Data(#"{"schemas": [\#(schemas)], "grammars": [\#(grammars)]}"#.utf8).write(to: file)
        let wrong = try Command("gemma-check", ["constraints", folder.url.path, "--vocab", vocabulary])
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("FAILED schemas.json: 1 of 7 exact"))
        for name in ["accepts", "ends", "compiles", "unnamed", "rejects", "broken"] {
            #expect(wrong.output.contains("\"\(name): "), "\(name) in \(wrong.output)")
        }

        for damage in ["{", "{}", #"{"schemas": [{"name": "a", "schema": true}]}"#] {
            try Data(damage.utf8).write(to: file)
            let damaged = try Command("gemma-check", ["constraints", folder.url.path, "--vocab", vocabulary])
            #expect(damaged.status == 1)
            #expect(damaged.output.contains("FAILED schemas.json: schemas.json: "))
        }
    }

    @Test("Answers under a schema, one on each line")
    func answers() throws {
        struct Answer: Decodable {
            let name: String
            let seed: UInt64
            let text: String
            let finish: String
        }
        let folder = try TemporaryFolder()
        let cases = """
            {"schemas": [{"name": "letters", "schema": {"enum": ["a", "b", "c"]}, "accepts": [], "rejects": []},
                         {"name": "none", "schema": {"not": {}}, "error": true, "names": "not"}],
             "grammars": [{"name": "a", "grammar": "root ::= \\"a\\"", "accepts": [], "rejects": []}]}
            """
        try Data(cases.utf8).write(to: folder.url.appendingPathComponent("schemas.json"))
        let model = try #require(BundledModel.target).path
        let run = try Command("gemma-check", ["answers", folder.url.path, "-m", model, "--seeds", "8"])
        #expect(run.status == 0, "\(run.error)")
        let answers = try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
        #expect(answers.map(\.seed) == Array(0..<8))
        #expect(answers.allSatisfy { $0.name == "letters" && $0.finish == "endOfText" })
        #expect(Set(answers.map(\.text)).count > 1)
        #expect(answers.allSatisfy { ["\"a\"", "\"b\"", "\"c\""].contains($0.text) })

        let nameless = try Command("gemma-check", ["answers", folder.url.path])
        #expect(nameless.status == 2 && nameless.errorLine?.contains("name a model with -m") == true)
    }

    #if os(Linux)
        @Test("Constraints that say much with few characters take little memory")
        func memory() throws {
            func compiles(_ name: String, _ schema: String) -> String {
                #"{"name": "\#(name)", "schema": \#(schema), "accepts": [], "rejects": []}"#
            }
            let brackets = String(repeating: "(", count: 1_000_000)
            let schemas = [
                compiles("counts", #"{"type": "string", "minLength": 100000, "maxLength": 1000000000}"#),
                compiles("pattern", #"{"type": "string", "pattern": "[ab]*a[ab]{9}$"}"#),
                #"{"name": "groups", "schema": {"pattern": "\#(brackets)"}, "error": true, "names": "pattern"}"#,
                compiles("states", #"{"pattern": "^[ab]*a[ab]{99}$"}"#),
            ].joined(separator: ",")
            let folder = try TemporaryFolder()
            try Data(#"{"schemas": [\#(schemas)]}"#.utf8)
                .write(to: folder.url.appendingPathComponent("schemas.json"))
            let run = try Command(
                "gemma-check", ["constraints", folder.url.path, "--vocab", #require(BundledModel.target).path],
                shell: "ulimit -v 1000000; exec \"$@\"")
            #expect(run.status == 0, "\(run.output)\(run.error)")
        }
    #endif

    @Test("Replies are taken apart as the reference says; a reply that says something else fails")
    func replies() throws {
        let fixtures = Command.fixtures.appendingPathComponent("chat")
        let right = try Command("gemma-check", ["chat", fixtures.path])
        #expect(right.status == 0)
        #expect(right.output.contains("replies.json: 123 of 123 exact"))

        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("replies.json")
        let expected = #"{"reasoning": "", "content": "no", "tool_calls": [], "finish": "stop"}"#
        try Data(#"{"cases": [{"name": "a", "pieces": ["yes"], "expected": \#(expected)}]}"#.utf8).write(to: file)
        let wrong = try Command("gemma-check", ["chat", folder.path])
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("FAILED replies.json: 0 of 1 exact"))

        try Data(#"{"cases": [{"name": "a"}]}"#.utf8).write(to: file)
        let damaged = try Command("gemma-check", ["chat", folder.path])
        #expect(damaged.status == 1)
        #expect(damaged.output.contains("FAILED replies.json: replies.json: expected cases"))
    }
}
