import BundledModel
import Foundation
import GGUF
import Gemma
import Testing

@Suite("Split models")
struct SplitModelTests {
    /// Writes `file` in three parts, as gguf-split does, and returns the first.
    private func split(_ file: GGUFFile, into folder: URL) throws -> URL {
        let count = 3
        func url(_ index: Int) -> URL { folder.appendingPathComponent("model-0000\(index + 1)-of-0000\(count).gguf") }
        for index in 0..<count {
            var writer = GGUFWriter()
            if index == 0 { writer.metadata = file.metadata }
            try writer.metadata.add("split.no", .uint16(UInt16(index)))
            try writer.metadata.add("split.count", .uint16(UInt16(count)))
            try writer.metadata.add("split.tensors.count", .int32(Int32(file.tensors.count)))
            let range = file.tensors.count * index / count..<file.tensors.count * (index + 1) / count
            for tensor in file.tensors[range] {
                try writer.add(
                    tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, region: file.data(of: tensor)
                )
            }
            try writer.write(to: url(index))
        }
        return url(0)
    }

    @Test("A model in parts tells the same story")
    func sameText() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        func story(_ target: URL, _ drafter: URL) async throws -> String {
            let session = try GemmaModel(contentsOf: target, drafter: drafter).makeSession(contextLength: 64)
            let options = GenerationOptions(temperature: 0, maximumResponseTokens: 24)
            return try await session.streamResponse(to: "Once upon a time", options: options).reduce(into: "") {
                $0 += $1
            }
        }
        let whole = try [#require(BundledModel.target), #require(BundledModel.assistant)]
        let parts = try whole.map { url in
            let own = folder.appendingPathComponent(url.lastPathComponent)
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
            return try split(GGUFFile(contentsOf: url), into: own)
        }
        let text = try await story(whole[0], whole[1])
        #expect(!text.isEmpty)
        #expect(try await story(parts[0], parts[1]) == text)
    }
}
