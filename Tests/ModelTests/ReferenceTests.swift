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

    /// Q8_0's encoder does not use a matrix; here the index claims that the reference's does.
    @Test("Encoded bytes that no encoder of ours is for are a failure")
    func missingEncoder() throws {
        let quants = Fixtures.folder.appendingPathComponent("quants")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, copy) in [
            ("input.f32", "input.f32"), ("imatrix.f32", "imatrix.f32"), ("q8_0.bin", "q8_0.bin"),
            ("q8_0.f32", "q8_0.f32"), ("q8_0.bin", "q8_0.imatrix.bin"), ("q8_0.f32", "q8_0.imatrix.f32"),
        ] {
            try FileManager.default.copyItem(
                at: quants.appendingPathComponent(name), to: folder.appendingPathComponent(copy))
        }
        let index = """
            {"width": 512, "rows": 8, "types": {"q8_0": {"ggml_type": 8, "rmse": 0}},
             "imatrix": {"q8_0": {"weighted_rmse": 0}}}
            """
        let check = try BlockFormatCheck(index: Data(index.utf8), folder: folder)
        #expect(check.cases == ["q8_0", "q8_0.imatrix"])
        #expect(try check.run("q8_0").passed)
        let weighted = try check.run("q8_0.imatrix")
        #expect(!weighted.passed && weighted.line.hasPrefix("FAILED") && weighted.line.hasSuffix("no encoder"))
    }
}
