import Foundation
import Gemma
import Testing

/// What the flags of constraints make of texts, and what they refuse.
@Suite("Constraints on the command line")
struct ConstraintTests {
    private static let short = [
        "--temp", "2", "--top-k", "0", "--top-p", "1", "-s", "5", "-n", "200", "--stats", "none",
    ]
    private static let schema = """
        {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8},
          "age": {"type": "integer", "minimum": 1, "maximum": 9}}, "required": ["name", "age"]}
        """

    private func age(_ text: String) throws -> Int? {
        let animal = try JSONValue(json: text)
        #expect(animal.objectValue?.keys == ["name", "age"], "\(text)")
        return animal["age"]?.numberValue?.intValue
    }

    @Test("gemma-generate continues a text with JSON of a schema, which a flag or a file gives")
    func schema() throws {
        let file = try TemporaryFile(("\u{FEFF}" + Self.schema + "\n").utf8)
        var texts: [String] = []
        for flags in [["-j", Self.schema], ["--json-schema-file", file.path], ["-jf", file.path]] {
            let run = try Command("gemma-generate", Self.short + ["--no-display-prompt", "-p", "A fox: "] + flags)
            #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
            texts.append(run.output)
        }
        let age = try #require(try age(texts[0]))
        #expect((1...9).contains(age))
        #expect(Set(texts).count == 1)
    }

    @Test("An answer in a conversation obeys a schema, and so does that of gemma-chat")
    func conversations() throws {
        let flags = ["--temp", "2", "-s", "5", "-n", "200", "--reasoning", "off", "-p", "Tell me about a fox", "-j"]
        for (program, more) in [("gemma-generate", ["-st"]), ("gemma-chat", [])] {
            let run = try Command(program, more + flags + [Self.schema])
            #expect(run.status == 0)
            #expect(try age(run.output) != nil)
            // Any object: of no end, perhaps, but of no other kind.
            #expect(try Command(program, more + flags + ["{}"]).output.hasPrefix("{"))
        }
    }

    @Test("A grammar by flag and by file")
    func grammar() throws {
        let grammar = "root ::= \" it is \" (\"late\" | \"early\")"
        let file = try TemporaryFile((grammar + "\n").utf8)
        for flags in [["--grammar", grammar], ["--grammar-file", file.path]] {
            let run = try Command("gemma-generate", ["--temp", "0", "--stats", "none", "-p", "I know,"] + flags)
            #expect(["I know, it is late", "I know, it is early"].contains(run.output), "\(run.error)")
        }
    }

    @Test("What is wrong is one line that says where, and what to do")
    func mistakes() throws {
        let folder = try TemporaryFolder()
        func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
            return folder.path(name)
        }
        let broken = try file("broken.json", "{\n  \"type\": \"object\",\n  \"é\": ]\n}\n".utf8)
        let bytes = try file("bytes.gbnf", [0x72, 0xFF, 0x6F])
        let grammar = try file("grammar.gbnf", "root ::= \"a\"\nother ::= \"b\" (\n".utf8)
        let cases: [([String], [String])] = [
            (["-j", "{}", "--grammar", "root ::= \"a\""], ["--grammar", "-j"]),
            (["-jf", "a", "-j", "{}"], ["-jf", "-j"]),
            (["--grammar-file", "/no/such"], ["/no/such", "No such file"]),
            (["-jf", folder.url.path], [folder.url.path, "is a folder"]),
            (["--grammar-file", bytes], ["bytes.gbnf", "not UTF-8", "byte 1"]),
            (["-jf", "/dev/zero"], ["/dev/zero", "8 MiB"]),
            (["-jf", broken], ["broken.json", "line 3, column 8"]),
            (["-j", "{"], ["-j", "ends too early"]),
            (["-j", broken], ["a file is given with -jf"]),
            (["--grammar", grammar], ["a file is given with --grammar-file"]),
            (["--grammar", ""], ["--grammar", "root"]),
            (["--grammar-file", grammar], ["grammar.gbnf", "line 2"]),
            (["-j", "{\"type\": \"array\", \"uniqueItems\": true}"], ["-j", "uniqueItems", "#"]),
            (["-j", "{}", "--ignore-eos"], ["--ignore-eos"]),
        ]
        for (flags, parts) in cases {
            for program in ["gemma-generate", "gemma-chat"]
            where program == "gemma-generate" || !flags.contains("--ignore-eos") {
                let run = try Command(program, ["-p", "A fox"] + flags)
                #expect(run.status == 2 && run.output.isEmpty, "\(flags)")
                for part in parts { #expect(run.errorLine?.contains(part) == true, "\(run.error)") }
            }
        }
    }

    @Test("Programs that write no text have no constraints")
    func others() throws {
        for flag in ["-j", "-jf", "--grammar", "--grammar-file"] {
            let run = try Command("gemma-perplexity", [flag, "x"])
            #expect(run.errorLine?.contains("has no \(flag): the text cannot be constrained") == true)
        }
    }
}
