import Foundation
import FuzzTargets
import Testing

/// Inputs that once broke something, or with which the fuzzer reached new code. Nothing must break now.
@Suite struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz/Corpus")

    @Test(arguments: FuzzTarget.allCases) func nothingOfTheCorpusBreaks(_ target: FuzzTarget) throws {
        let folder = Self.folder.appendingPathComponent(target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files.sorted(by: { $0.path < $1.path }) {
            #expect(throws: Never.self, "\(file.lastPathComponent)") { try target.run([UInt8](Data(contentsOf: file))) }
        }
    }

    @Test(arguments: [FuzzTarget.gguf, .model], UInt64(0)..<50)
    func changedSeedsBreakNothing(_ target: FuzzTarget, seed: UInt64) throws {
        for (_, bytes) in try target.seeds() {
            _ = try target.run(#require(target.mutated(bytes, seed: seed)))
        }
    }
}
