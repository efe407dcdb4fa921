import BundledModel
import Foundation
import GGUF
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

    /// Rows of two experts that several threads share, each with weights of its own.
    private func experts() throws -> (GGUFFile, QuantizationOptions) {
        let (name, shape) = ("blk.0.ffn_gate_up_exps.weight", [256, 96, 2])
        let values = (0..<shape.reduce(1, *)).map { Float(($0 * 7919) % 1009) / 500 - 1 }
        var writer = try modelWriter()
        try writer.add(tensor: name, dimensions: shape, type: .f32, bytes: values.withUnsafeBytes(Array.init))
        var options = QuantizationOptions()
        options.importance = try importance([name: ((0..<512).map { Float(1 + $0 * 31 % 17) }, [1, 2])])
        return (try writer.file, options)
    }

    @Test(arguments: FileType.allCases) func threadsChangeNoBit(_ type: FileType) throws {
        let (file, options) = try experts()
        let plan = try QuantizationPlan(file, to: type, options)
        let bytes = try [1, 3].map { threads in
            let output = folder.file("\(threads).gguf")
            try Quantizer(file, plan, pool: ThreadPool(threadCount: threads)).write(to: output)
            return try Data(contentsOf: output)
        }
        #expect(bytes[0] == bytes[1])
    }

    /// Others do in `ReferenceTests`.
    @Test(arguments: FileType.allCases.filter { $0.number == nil })
    func aQuantizedModelStillTellsAStory(_ type: FileType) async throws {
        try await expectStory(quantize(target, "model.gguf", type, requantizing))
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

    /// A model in three parts.
    private func splitModel() throws -> GGUFFile {
        for (index, tensor) in ["q", "k", "v"].enumerated() {
            var writer = try index == 0 ? modelWriter() : GGUFWriter()
            try writer.metadata.add("split.no", .uint16(UInt16(index)))
            try writer.metadata.add("split.count", .uint16(3))
            try writer.metadata.add("split.tensors.count", .int32(3))
            try writer.add("blk.0.attn_\(tensor).weight")
            try writer.write(to: folder.file("m-0000\(index + 1)-of-00003.gguf"))
        }
        return try GGUFFile(contentsOf: folder.file("m-00001-of-00003.gguf"))
    }

    @Test(arguments: ["parts", "parts.gguf"]) func aSplitModelMayStaySplit(_ name: String) throws {
        let input = try splitModel()
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

    @Test func ofASplitModelThatFailsNoPartIsLeft() throws {
        let input = try splitModel()
        let quantizer = try Quantizer(input, QuantizationPlan(input, to: .q8_0), pool: ThreadPool(threadCount: 1))
        let second = folder.file("parts-00002-of-00003.gguf")
        let error = GGUFError.cannotWrite(path: second.path, reason: "Is a directory")
        #expect(throws: error) {
            try quantizer.write(to: folder.file("parts"), keepsParts: true) { progress in
                // Too late for the check of the places.
                guard case .began(0) = progress else { return }
                try? FileManager.default.createDirectory(at: second, withIntermediateDirectories: false)
            }
        }
        #expect(folder.names.filter { $0.hasPrefix("parts") } == [second.lastPathComponent])
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

    private static let tensor = "blk.0.attn_q.weight"

    private func floatModel(_ values: [Float], rowLength: Int = 32) throws -> GGUFWriter {
        var writer = try modelWriter()
        try writer.add(
            tensor: Self.tensor, dimensions: [rowLength, values.count / rowLength], type: .f32,
            bytes: values.withUnsafeBytes { Array($0) })
        return writer
    }

    private func floatFile(_ values: [Float], rowLength: Int = 32) throws -> URL {
        try floatModel(values, rowLength: rowLength).write(to: folder.file("in.gguf"))
        return folder.file("in.gguf")
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func valuesThatAreNotFinite(_ value: Float) throws {
        var values = [Float](repeating: 1, count: 64)
        values[40] = value
        let input = try floatFile(values)
        #expect(throws: QuantizationError.notFinite(tensor: Self.tensor)) {
            try quantize(input, "out.gguf", .q8_0)
        }
        #expect(folder.names == ["in.gguf"])
    }

    @Test(arguments: [FileType.f16, .q8_0, .q6_K, .q4_K_S, .q4_0, .iq4_NL, .tbq4_0])
    func valuesThatAreTooLarge(_ type: FileType) throws {
        let input = try floatFile((0..<512).map { $0 % 3 == 0 ? 1e9 : -1e9 }, rowLength: 256)
        let name = try #require(type.format?.name)
        #expect(throws: QuantizationError.overflow(tensor: Self.tensor, type: name, isWeighted: false)) {
            try quantize(input, "out.gguf", type)
        }
        #expect(folder.names == ["in.gguf"])
        try GGUFFile(contentsOf: quantize(input, "out.gguf", .bf16)).checkTensors()
    }

    /// Whatever the values and the matrix, within what files may hold.
    @Test(arguments: FileType.allCases) func whatIsWrittenCanBeLoaded(_ type: FileType) throws {
        let importances: [[Float]] = [[1e30], [0, 1e30], [1e30, 1e-30, 1], [1e30, 1e30, 1e-38, 0, 1], [1e-38]]
        for size in [1, 1e9, 1e37] as [Float] {
            let values = (0..<256).map { Float($0 * 37 % 101 - 50) / 50 * size }
            let file = try floatModel(values, rowLength: 256).file
            for importance in importances {
                let sums = (0..<256).map { importance[$0 % importance.count] }
                var options = QuantizationOptions()
                options.importance = try QuantizationTests.importance([Self.tensor: (sums, [1])])
                let plan = try QuantizationPlan(file, to: type, options)
                do {
                    let output = folder.file("out.gguf")
                    try Quantizer(file, plan, pool: ThreadPool(threadCount: 1)).write(to: output)
                    try GGUFFile(contentsOf: output).checkTensors()
                } catch QuantizationError.overflow(_, let format, _) {
                    #expect(format == type.format?.name)
                }
            }
        }
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
