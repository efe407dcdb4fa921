import BundledModel
import Foundation
import GGUF
import Testing

@Suite("gemma-quantize")
struct QuantizeTests {
    private let target: String
    private let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".gguf")

    init() throws { target = try #require(BundledModel.target).path }

    private func remove() { try? FileManager.default.removeItem(at: output) }

    @Test("Writes a working model, and reports progress on standard error")
    func quantize() throws {
        defer { remove() }
        let run = try Command(
            "gemma-quantize",
            ["--allow-requantize", "--tensor-type", "attn_k=f16", target, output.path, "q4_0", "2"])
        #expect(run.status == 0 && run.output.isEmpty)
        let lines = run.error.split(separator: "\n").map(String.init)
        #expect(
            lines.contains { $0.hasPrefix("[   1/ 161] rope_freqs.weight ") && $0.hasSuffix("size =    0.000 MiB") })
        #expect(
            lines.contains { $0.contains("type =   q8_0, converting to q4_0 .. size =     0.05 MiB ->     0.03 MiB") })
        #expect(lines.contains { $0.hasPrefix("model size  =     4.4") } && lines.contains { $0.contains("BPW)") })
        #expect(lines.last?.contains("2 of 161 tensors got another type") == true)
        let file = try GGUFFile(contentsOf: output)
        #expect(file.tensor("blk.0.attn_k.weight")?.type == .f16 && file.tensor("blk.0.attn_q.weight")?.type == .q4_0)

        let story = try Command(
            "gemma-generate", ["-m", output.path, "-p", "Once upon a time", "-n", "8", "--temp", "0"])
        #expect(story.status == 0 && story.output.hasPrefix("Once upon a time, there"))
    }

    @Test("--dry-run prints the plan and writes nothing")
    func dryRun() throws {
        let run = try Command("gemma-quantize", ["--dry-run", "--allow-requantize", target, output.path, "BF16"])
        #expect(run.status == 0 && run.error.isEmpty)
        #expect(run.output.split(separator: "\n").count == 163)
        #expect(run.output.contains("MiB (bf16)\n") && run.output.contains("quant size  ="))
        #expect(!FileManager.default.fileExists(atPath: output.path))
    }

    @Test("Without an output name the file is written to the model's folder")
    func derivedName() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in.gguf")
        try FileManager.default.copyItem(at: URL(fileURLWithPath: target), to: input)
        let run = try Command("gemma-quantize", [input.path, "f16", "--allow-requantize"])
        #expect(run.status == 0)
        let path = folder.appendingPathComponent("ggml-model-F16.gguf").path
        let dry = try Command("gemma-quantize", ["--dry-run", input.path, "f16", "--allow-requantize"])
        #expect(dry.status == 0 && dry.error == "would write \(path)\n")
        #expect(run.error.hasPrefix("writing \(path)\n") && run.error.contains("\n\(path) written in "))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(names) == ["in.gguf", "ggml-model-F16.gguf"])
    }

    private static let matrix = Command.fixtures.appendingPathComponent("imatrix/tiny-imatrix.gguf").path

    @Test("An importance matrix changes the file, for the tensors that it is used for")
    func importance() throws {
        defer { remove() }
        func tensors(_ options: [String]) throws -> [Data] {
            let run = try Command(
                "gemma-quantize", ["--allow-requantize", "--pure"] + options + [target, output.path, "q4_0"])
            #expect(run.status == 0 && run.error.hasPrefix("importance matrix: ") == !options.isEmpty)
            #expect(!run.error.contains("warning: the importance matrix"), "\(run.error)")
            let file = try GGUFFile(contentsOf: output)
            return try ["blk.0.attn_q.weight", "blk.0.ffn_down.weight"].map { name in
                let data = file.data(of: try #require(file.tensor(name)))
                return withExtendedLifetime(data) { Data(data.bytes) }
            }
        }
        let matrix = ["--imatrix", Self.matrix]
        let (plain, weighted) = (try tensors([]), try tensors(matrix))
        #expect(plain[0] != weighted[0] && plain[1] != weighted[1])
        #expect(try tensors(matrix + ["--exclude-weights", "ffn_down"]) == [weighted[0], plain[1]])
        #expect(
            try tensors(matrix + ["--include-weights", "ffn_down", "--include-weights", "inp_gate"])
                == [plain[0], weighted[1]])
    }

    @Test("How much a matrix is used is said, and what it lacks")
    func lackingImportance() throws {
        func error(_ tensors: [String], _ options: [String]) throws -> String {
            var writer = GGUFWriter()
            writer.metadata.set("general.architecture", .string("gemma4"))
            writer.metadata.set("gemma4.block_count", .uint32(11))
            for name in tensors {
                try writer.add(
                    tensor: name, dimensions: [192, 2], type: .f16, bytes: Array(repeating: 0, count: 768))
            }
            let model = try TemporaryFile(writer.bytes())
            let words = ["--dry-run", "--imatrix", Self.matrix] + options + [model.path, output.path, "q4_0"]
            let run = try Command("gemma-quantize", words)
            return withExtendedLifetime(model) { run.error }
        }
        let (known, unknown) = ("blk.0.attn_q.weight", "blk.10.attn_q.weight")
        let head = "importance matrix: 80 tensors, 4 chunks; used for "
        #expect(try error([known], []) == head + "1 of 1 converted tensor\n")
        #expect(
            try error([known, unknown], []) == head + "1 of 2 converted tensors\nwarning: the importance matrix "
                + "has no entry for 1 tensor, quantized as without one: \(unknown)\n")
        let many = try error([known] + (5..<9).map { "blk.\($0).extra.weight" }, [])
        #expect(
            many.hasSuffix(
                " 4 tensors, quantized as without one: blk.5.extra.weight, blk.6.extra.weight, blk.7.extra.weight, "
                    + "...\n"), "\(many)")
        // What the user leaves out is not missing.
        let left = try error([known, unknown], ["--exclude-weights", "blk.10"])
        #expect(left.hasSuffix("used for 1 of 2 converted tensors\n"), "\(left)")
    }

    @Test("Values that do not fit the type are an error that says what to do")
    func overflow() throws {
        var writer = GGUFWriter()
        writer.metadata.set("general.architecture", .string("gemma4"))
        writer.metadata.set("gemma4.block_count", .uint32(1))
        let values = [Float](repeating: 1e9, count: 64)
        try writer.add(
            tensor: "blk.0.attn_q.weight", dimensions: [32, 2], type: .f32, bytes: values.withUnsafeBytes(Array.init))
        let model = try TemporaryFile(writer.bytes())
        let run = try Command("gemma-quantize", [model.path, output.path, "f16"])
        #expect(run.status == 1 && !FileManager.default.fileExists(atPath: output.path))
        #expect(
            run.error.hasSuffix(
                "error: tensor blk.0.attn_q.weight would hold infinity or NaN as F16: its values are too large for "
                    + "that type; choose a wider type for it, such as BF16, with --tensor-type\n"), "\(run.error)")
        withExtendedLifetime(model) {}
    }

    @Test("--leave-output-tensor says when it has no effect")
    func outputMatrix() throws {
        let run = try Command(
            "gemma-quantize", ["--dry-run", "--leave-output-tensor", target, output.path, "COPY"])
        #expect(run.status == 0 && run.error.contains("warning: --leave-output-tensor has no effect"))
    }

    @Test("Bad input gives one line")
    func badInput() throws {
        func expect(_ arguments: [String], _ message: String, status: Int32 = 1) throws {
            let run = try Command("gemma-quantize", arguments)
            #expect(run.status == status && run.output.isEmpty)
            #expect(run.errorLine?.contains(message) == true, "\(run.error)")
            #expect(!FileManager.default.fileExists(atPath: output.path))
        }
        try expect([target, output.path, "q4_0"], "; use an F32, F16 or BF16 file, or pass --allow-requantize")
        try expect([target, target, "q8_0"], "is the file being read")
        try expect(
            ["--allow-requantize", target, output.path, "iq2_m"],
            "would be IQ2_S, which is too poor without an importance matrix; make one with gemma-imatrix")
        try expect(
            ["--allow-requantize", target, output.path, "q1_0"],
            "cannot be stored as Q1_0: its rows of 192 are not a multiple of 128; choose another type")
        try expect(["--imatrix", target, target, output.path, "q8_0"], "but not an importance matrix")
        try expect(["--imatrix", "/no/such", target, output.path, "q8_0"], "cannot open /no/such: No such file")
        for options in [
            ["--imatrix", Self.matrix], ["--pure"], ["--tensor-type", "a=f16"], ["--token-embedding-type", "f16"],
            ["--output-tensor-type", "f16"],
        ] {
            let message = "COPY converts nothing; leave out \(options[0])"
            try expect(options + [target, output.path, "copy"], message, status: 2)
        }
        let nothing = ["--imatrix", Self.matrix, "--include-weights", "nothing"]
        try expect(nothing + [target, output.path, "q8_0"], "leave no entry of \(Self.matrix)", status: 2)
        let both = ["--imatrix", Self.matrix, "--include-weights", "a", "--exclude-weights", "b"]
        try expect(both + [target, output.path, "q8_0"], "cannot be used together", status: 2)
        try expect(["--include-weights", "a", target, output.path, "q8_0"], "need a matrix (--imatrix)", status: 2)
        try expect(["/no/such/file.gguf", output.path, "q4_0"], "/no/such/file.gguf: No such file")
        try expect([target, "/no/such/folder/out.gguf", "q8_0"], "No such file or directory")
        try expect([target, "/dev/null", "q8_0"], "is not a regular file")
        try expect([target, output.path, "q8_0", "--tensor-type", "(=q8_0"], "is not a regular expression")
        try expect([], "Missing expected argument", status: 2)
        try expect([target], "Missing expected argument", status: 2)
        try expect([target, output.path], "is not a type; expected one of F32", status: 2)
        try expect([target, output.path, "q9_0"], "'q9_0' is not a type", status: 2)
        try expect([target, output.path, "q8_0", "0"], "threads is 0", status: 2)
        try expect([target, output.path, "q8_0", "2", "3"], "'3' is an extra argument", status: 2)
        try expect([target, output.path, "q8_0", "--tensor-type", "attn"], "'attn' is invalid", status: 2)
    }
}
