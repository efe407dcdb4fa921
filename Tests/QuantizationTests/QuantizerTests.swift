import BundledModel
import Foundation
import GGUF
import Gemma
import ImportanceMatrix
import Platform
import Quantization
import Synchronization
import Tensor
import Testing

@Suite struct QuantizerTests {
    private let folder: Folder
    private let target: URL

    init() throws {
        folder = try Folder()
        target = try #require(BundledModel.target)
    }

    private var requantizing: QuantizationOptions {
        var options = QuantizationOptions()
        options.allowsRequantizing = true
        return options
    }

    @discardableResult
    private func quantize(
        _ input: URL, _ name: String, _ type: FileType, threads: Int = 1, _ options: QuantizationOptions = .init()
    ) throws -> URL {
        let file = try GGUFFile(contentsOf: input)
        let plan = try QuantizationPlan(file, to: type, options)
        let output = folder.file(name)
        try Quantizer(file, plan, pool: ThreadPool(threadCount: threads)).write(to: output)
        return output
    }

    // MARK: - The new file

    /// Converting Q8_0 to F32 and back reproduces the codes, so no bit changes.
    @Test func aModelSurvivesTheWayToFloatsAndBack() throws {
        let floats = try quantize(target, "f32.gguf", .f32, requantizing)
        let file = try GGUFFile(contentsOf: quantize(floats, "q8_0.gguf", .q8_0))
        let original = try GGUFFile(contentsOf: target)
        #expect(file.tensors.map(\.name) == original.tensors.map(\.name))
        for tensor in original.tensors where !tensor.name.contains("per_layer_model_proj") {
            #expect(file.tensor(tensor.name)?.type == tensor.type)
            #expect(file.bytes(tensor.name) == original.bytes(tensor.name), "\(tensor.name)")
        }
        for key in original.metadata.keys where key != "general.file_type" {
            #expect(file.metadata[key] == original.metadata[key], "\(key)")
        }
        #expect(try file.metadata.integer("general.file_type") == 7)
        #expect(try file.metadata.integer("general.quantization_version") == 2)
        #expect(folder.names == ["f32.gguf", "q8_0.gguf"])
    }

    /// Those that all rows of the bundled model can have.
    private static let fileTypes = FileType.allCases.filter { $0 != .q1_0 }

    /// With the bundled model's importance matrix.
    private var weighted: QuantizationOptions {
        get throws {
            var options = requantizing
            let url = fixtures.appendingPathComponent("imatrix/tiny-imatrix.gguf")
            options.importance = Importance(try ImportanceMatrix(contentsOf: url), name: "tiny-imatrix.gguf")
            return options
        }
    }

    @Test(arguments: fileTypes) func threadsChangeNoBit(_ type: FileType) throws {
        let one = try Data(contentsOf: quantize(target, "1.gguf", type, threads: 1, weighted))
        let three = try Data(contentsOf: quantize(target, "3.gguf", type, threads: 3, weighted))
        #expect(one == three)
    }

    @Test(arguments: fileTypes) func aQuantizedModelStillTellsAStory(_ type: FileType) async throws {
        let output = try quantize(target, "model.gguf", type, weighted)
        let session = try Session(Pair(target: output), contextLength: 64)
        let options = GenerationOptions(temperature: 0, maximumTokens: 8)
        var text = ""
        for try await piece in session.generate("Once upon a time", options: options) { text += piece }
        #expect(text.contains("there"), "\(text)")
    }

    @Test func turboQuantHasNoFileType() throws {
        let floats = try quantize(target, "f16.gguf", .f16, requantizing)
        #expect(try GGUFFile(contentsOf: floats).metadata.integer("general.file_type") == 1)
        let file = try GGUFFile(contentsOf: quantize(floats, "tbq.gguf", .tbq4_0))
        #expect(file.metadata["general.file_type"] == nil)
    }

    @Test func aSplitModelBecomesOneFile() throws {
        func url(_ number: Int) -> URL { folder.file("m-0000\(number)-of-00002.gguf") }
        for index in 0..<2 {
            var writer = try index == 0 ? modelWriter() : GGUFWriter()
            try writer.metadata.add("split.no", .uint16(UInt16(index)))
            try writer.metadata.add("split.count", .uint16(2))
            try writer.metadata.add("split.tensors.count", .int32(2))
            try writer.add("blk.0.attn_\(index == 0 ? "q" : "k").weight")
            try writer.write(to: url(index + 1))
        }
        let file = try GGUFFile(contentsOf: quantize(url(1), "whole.gguf", .q8_0))
        #expect(file.tensors.map(\.name) == ["blk.0.attn_q.weight", "blk.0.attn_k.weight"])
        #expect(!file.metadata.keys.contains { $0.hasPrefix("split.") })
        #expect(throws: QuantizationError.overwritesInput(path: url(2).path)) {
            try quantize(url(1), url(2).lastPathComponent, .q8_0)
        }
    }

    @Test(arguments: ["parts", "parts.gguf"]) func aSplitModelMayStaySplit(_ name: String) throws {
        for (index, tensor) in ["q", "k", "v"].enumerated() {
            var writer = try index == 0 ? modelWriter() : GGUFWriter()
            try writer.metadata.add("split.no", .uint16(UInt16(index)))
            try writer.metadata.add("split.count", .uint16(3))
            try writer.metadata.add("split.tensors.count", .int32(3))
            try writer.add("blk.0.attn_\(tensor).weight")
            try writer.write(to: folder.file("m-0000\(index + 1)-of-00003.gguf"))
        }
        let input = try GGUFFile(contentsOf: folder.file("m-00001-of-00003.gguf"))
        let quantizer = try Quantizer(input, QuantizationPlan(input, to: .q8_0), pool: ThreadPool(threadCount: 1))
        try quantizer.write(to: folder.file(name), keepsParts: true)
        let file = try GGUFFile(contentsOf: folder.file("parts-00001-of-00003.gguf"))
        #expect(file.tensors.map(\.name) == input.tensors.map(\.name) && file.tensors.map(\.part) == [0, 1, 2])
        #expect(file.tensors.allSatisfy { $0.type == .q8_0 } && folder.names.count == 6)
        #expect(try file.metadata.integer("general.file_type") == 7)
        // Nothing appears unless all parts do.
        #expect(throws: QuantizationError.overwritesInput(path: folder.file("m-00001-of-00003.gguf").path)) {
            try quantizer.write(to: folder.file("m"), keepsParts: true)
        }
        #expect(folder.names.count == 6)
        let whole = try quantize(folder.file("parts-00001-of-00003.gguf"), "whole.gguf", .copy)
        #expect(try GGUFFile(contentsOf: whole).bytes("blk.0.attn_v.weight") == file.bytes("blk.0.attn_v.weight"))
    }

    @Test func aCopyChangesNoTensorAndKeepsTheFileType() throws {
        let file = try GGUFFile(contentsOf: quantize(target, "copy.gguf", .copy))
        let original = try GGUFFile(contentsOf: target)
        #expect(file.tensors == original.tensors)
        for tensor in original.tensors { #expect(file.bytes(tensor.name) == original.bytes(tensor.name)) }
        #expect(file.metadata["general.file_type"] == original.metadata["general.file_type"])
    }

    @Test func everyTensorIsBegunAndEnded() throws {
        let file = try GGUFFile(contentsOf: target)
        let plan = try QuantizationPlan(file, to: .q8_0)
        let seen = Mutex<[Int]>([])
        try Quantizer(file, plan, pool: ThreadPool(threadCount: 1)).write(to: folder.file("q.gguf")) { progress in
            switch progress {
            case .began(let index): seen.withLock { $0.append(index) }
            case .advanced: Issue.record("a tensor of this model is one batch")
            case .ended(let index): seen.withLock { #expect($0.last == index) }
            }
        }
        #expect(seen.withLock(\.self) == Array(0..<plan.entries.count))
    }

    @Test func aLargeTensorReportsHowFarItIs() throws {
        var writer = try modelWriter()
        try writer.add("blk.0.attn_q.weight", [256, 50_000])
        let file = try writer.file
        let seen = Mutex<[Int]>([])
        let quantizer = try Quantizer(file, QuantizationPlan(file, to: .q4_0), pool: ThreadPool(threadCount: 1))
        try quantizer.write(to: folder.file("q.gguf")) { progress in
            if case .advanced(0, let done) = progress { seen.withLock { $0.append(done) } }
        }
        let steps = seen.withLock(\.self)
        #expect(steps.count > 2 && steps == steps.sorted() && steps.allSatisfy { $0 > 0 && $0 < 256 * 50_000 })
    }

    // MARK: - What is left after a failure

    private func floatFile(_ values: [Float]) throws -> URL {
        var writer = try modelWriter()
        try writer.add(
            tensor: "blk.0.attn_q.weight", dimensions: [32, values.count / 32], type: .f32,
            bytes: values.withUnsafeBytes { Array($0) })
        try writer.write(to: folder.file("in.gguf"))
        return folder.file("in.gguf")
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func valuesThatAreNotFinite(_ value: Float) throws {
        var values = [Float](repeating: 1, count: 64)
        values[40] = value
        let input = try floatFile(values)
        #expect(throws: QuantizationError.notFinite(tensor: "blk.0.attn_q.weight")) {
            try quantize(input, "out.gguf", .q8_0)
        }
        #expect(folder.names == ["in.gguf"])
    }

    @Test func cancellingLeavesNothing() async throws {
        let (file, output) = (try GGUFFile(contentsOf: target), folder.file("out.gguf"))
        let plan = try QuantizationPlan(file, to: .q8_0)
        let quantizer = Quantizer(file, plan, pool: ThreadPool(threadCount: 2))
        let task = Task {
            try quantizer.write(to: output) { progress in
                // From within the progress closure, so that the time is exact.
                if case .began(100) = progress { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(folder.names == [])
    }

    @Test func theInputIsNeverOverwritten() throws {
        let input = try floatFile(Array(repeating: 1, count: 64))
        let bytes = try Data(contentsOf: input)
        try FileManager.default.createSymbolicLink(at: folder.file("symbolic.gguf"), withDestinationURL: input)
        try FileManager.default.linkItem(at: input, to: folder.file("hard.gguf"))
        for name in ["in.gguf", "symbolic.gguf", "hard.gguf", "./in.gguf"] {
            #expect(throws: QuantizationError.overwritesInput(path: folder.file(name).path)) {
                try quantize(input, name, .f16)
            }
        }
        #expect(try Data(contentsOf: input) == bytes)
        try FileManager.default.createDirectory(at: folder.file("folder"), withIntermediateDirectories: false)
        #expect(throws: QuantizationError.notAFile(path: folder.file("folder").path)) {
            try quantize(input, "folder", .f16)
        }
    }
}
