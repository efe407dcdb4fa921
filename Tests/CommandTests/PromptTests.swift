import BundledModel
import Foundation
import Testing

/// Untrusted texts: any bytes give either a result or one error line.
@Suite("Texts of any kind")
struct PromptTests {
    private static let common = ["--temp", "0", "-n", "4", "--stats", "none"]

    @Test("Invalid UTF-8 becomes U+FFFD, on the command line and in a file")
    func invalidUTF8() throws {
        let flag = try Command(
            "gemma-generate", Self.common, shell: "exec \"$@\" -p \"$(printf '\\377\\376abc\\303')\"")
        #expect(flag.status == 0 && flag.error.isEmpty && flag.isWhole)
        #expect(flag.output.hasPrefix("\u{FFFD}\u{FFFD}abc\u{FFFD}"))
        let file = try TemporaryFile([0xFF, 0xFF] + Array("abc".utf8) + [0xC3])
        let read = try Command("gemma-generate", Self.common + ["-f", file.path])
        #expect(read.output == flag.output && read.status == 0)
        #expect(read.error == "warning: \(file.path) is not UTF-8: byte 0 is invalid\n")
        let binary = try Command("gemma-generate", Self.common + ["-bf", file.path])
        #expect(binary.output == flag.output && binary.status == 0 && binary.error.isEmpty)
        withExtendedLifetime(file) {}
    }

    @Test("NULs, half emoji and lone surrogates in a file")
    func oddBytes() throws {
        let texts: [[UInt8]] = [
            [0], [UInt8](repeating: 0, count: 400), Array("a\0b".utf8), [0xF0, 0x9F], [0xED, 0xA0, 0x80], [0x0A], [],
            Array("\u{FEFF}".utf8),
        ]
        for text in texts {
            let file = try TemporaryFile(text)
            let run = try Command("gemma-generate", Self.common + ["-bf", file.path])
            withExtendedLifetime(file) {}
            #expect(run.status == 0 && run.error.isEmpty && run.isWhole, "\(text): \(run.error)")
        }
    }

    @Test("A megabyte that does not fit is one line with both figures")
    func tooLong() throws {
        let file = try TemporaryFile(repeatElement(0x61, count: 1 << 20))
        let run = try Command("gemma-generate", ["-f", file.path])
        withExtendedLifetime(file) {}
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errorLine?.contains("a text of 1048577 tokens does not fit the context of 2048") == true)
    }

    private func check(_ json: [UInt8]) throws -> Command {
        let folder = try TemporaryFolder()
        try Data(json).write(to: folder.url.appendingPathComponent("tokenizer.json"))
        let model = try #require(BundledModel.target).path
        return try Command("gemma-check", ["text", folder.url.path, "--vocab", model])
    }

    @Test("Lone surrogates and other nonsense in JSON are one line each")
    func json() throws {
        func cases(_ text: String, ids: String = "[]") -> [UInt8] {
            Array(#"[{"text":"\#(text)","ids":\#(ids),"plain":[],"decoded":""}]"#.utf8)
        }
        let refused: [[UInt8]] = [
            cases(#"\ud800"#), cases(#"\ud800\u0041"#), cases(#"\udc00\ud83d\ude00"#), cases("a", ids: "[2147483648]"),
            cases("a", ids: "[1e99]"), cases("a", ids: "{}"), [], Array("[".utf8), Array("{}".utf8),
            Array("[\"".utf8) + [0xFF, 0xFE], [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000),
        ]
        for json in refused {
            let run = try check(json)
            let lines = run.output.split(separator: "\n")
            #expect(run.status == 1 && run.error.isEmpty && lines.count == 2, "\(run.output)")
            #expect(lines.first?.hasPrefix("FAILED tokenizer.json: ") == true)
        }
        // Valid JSON is compared, even with ids that do not exist.
        for json in [cases(#"\u0000"#), cases("a", ids: "[99999999, -5]"), cases("😀")] {
            let run = try check(json)
            #expect(run.status == 1 && run.error.isEmpty && run.output.contains("0 of 1 exact"), "\(run.output)")
        }
    }
}
