import Foundation
import ReferenceCheck
import Testing

/// The graphs against the answers of the reference implementation.
@Suite("Reference answers")
struct ReferenceTests {
    @Test(
        "Logits, hidden states, drafts, texts and rounds of every shape, and of stories word for word",
        arguments: ["e2b-q8_0", "26b-a4b-q8_0", "31b", "e4b", "stories/start", "stories/chat", "stories/long"],
        [true, false])
    func pairs(_ name: String, isExact: Bool) throws {
        let folder = Fixtures.folder.appendingPathComponent(name)
        let result = try PairCheck(folder: folder, name: name, threads: 2, isExact: isExact).run()
        #expect(result.passed, "\(result.line)")
    }

    static let hasShared = FileManager.default.fileExists(atPath: Fixtures.shared.path)

    @Test(
        "The full set of references",
        .enabled(if: hasShared, "../shared/fixtures is not there"),
        arguments: ["e2b", "26b-a4b", "stories/start-plain"])
    func sharedPairs(_ name: String) throws {
        let folder = Fixtures.shared.appendingPathComponent(name)
        let result = try PairCheck(folder: folder, name: name, threads: 2, isExact: true).run()
        #expect(result.passed, "\(result.line)")
    }

    @Test("Block formats: decoded values, encoded bytes, and the encoders' errors")
    func blockFormats() throws {
        let check = try BlockFormatCheck(folder: Fixtures.folder.appendingPathComponent("quants"))
        #expect(check.known.count == 30)
        #expect(check.cases.count == 30 + 18)
        #expect(check.unknown.isEmpty)
        for name in check.cases {
            let result = try check.run(name)
            #expect(result.passed, "\(result.line)")
        }
    }
}
