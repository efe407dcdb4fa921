import BundledModel
import Foundation
import GGUF
import Testing

/// Bad input gives one clear line on standard error, and nothing on standard output.
@Suite("Bad input")
struct BadInputTests {
    private func expect(
        _ arguments: [String], _ message: String, status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try Command("gemma-generate", arguments)
        #expect(run.status == status, sourceLocation: sourceLocation)
        #expect(run.output.isEmpty, sourceLocation: sourceLocation)
        #expect(run.errorLine?.contains(message) == true, "\(run.error)", sourceLocation: sourceLocation)
    }

    @Test("Files that are not models")
    func files() throws {
        let target = try #require(BundledModel.target)
        try self.expect(["-m", "/no/such/file.gguf"], "/no/such/file.gguf: No such file or directory")
        func expect(_ bytes: some Sequence<UInt8>, _ message: String) throws {
            let file = try TemporaryFile(bytes)
            try self.expect(["-m", file.path], message)
            withExtendedLifetime(file) {}
        }
        let model = [UInt8](try Data(contentsOf: target))
        try expect([], "the file is empty")
        try expect("Hello, this is text.".utf8, "not a GGUF file")
        try expect(model.prefix(2_000_000), "the file is truncated")
        try expect(model.prefix(50_000), "truncated")
        try expect(model.prefix(10), "truncated")
        let place = try #require(Data(model).range(of: Data("gemma4".utf8)))
        var other = model
        other.replaceSubrange(Int(place.lowerBound)..<Int(place.upperBound), with: Array("gemmaX".utf8))
        try expect(other, "the architecture is gemmaX; expected gemma4")
    }

    @Test("What a file says is quoted without its control characters, and shortened")
    func hostileTexts() throws {
        var writer = GGUFWriter()
        let escape = "\u{1B}[2J\u{202E}\r"
        // One character. Sorting its marks would take very long.
        let marks = String(repeating: "\u{301}\u{316}", count: 200_000)
        try writer.metadata.add("general.architecture", .string("g" + escape + marks))
        let file = try TemporaryFile(writer.bytes())
        let line = try #require(Command("gemma-generate", ["-m", file.path]).errorLine)
        #expect(line.contains(#"\u{1B}[2J\u{202E}"#) && line.count < 1100)
        #expect(!line.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\r" })

        writer.metadata = GGUFMetadata()
        try writer.metadata.add(escape, .bool(true))
        try writer.metadata.add("text", .string("\u{9b}2J\u{202e}" + marks))
        try writer.metadata.add("tokenizer.ggml." + String(marks.unicodeScalars.prefix(20_000)), .bool(true))
        try writer.add(tensor: escape, dimensions: [0], type: .f32, bytes: [])
        let other = try TemporaryFile(writer.bytes())
        let list = try Command("gemma-generate", ["-m", other.path, "--list-info"])
        #expect(list.output.utf8.count < 200_000 && !list.output.unicodeScalars.contains { $0 == "\u{9b}" })
        #expect(list.status == 0 && list.output.contains(#"\u{1B}[2J\u{202E}\r = true"#))
        #expect(!list.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\r" })
        withExtendedLifetime((file, other)) {}
    }

    @Test("Files that are no model, or not ours, are called what they are")
    func foreignFiles() throws {
        let page = try TemporaryFile(Array("<!DOCTYPE html><html>Sign in</html>".utf8))
        try expect(["-m", page.path], "a web page (HTML), which the download gave")
        let pointer = try TemporaryFile(
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4930000000\n".utf8))
        try expect(["-m", pointer.path], "a Git LFS pointer")
        try expect(["-m", pointer.path, "--list-info"], "a Git LFS pointer")
        let part = try gguf { try $0.metadata.add("general.architecture", .string("clip")) }
        try expect(["-m", part.path], "mmproj")
        withExtendedLifetime((page, pointer, part)) {}
    }

    /// A file of metadata and no tensors.
    private func gguf(_ fill: (inout GGUFWriter) throws -> Void) throws -> TemporaryFile {
        var writer = GGUFWriter()
        try fill(&writer)
        return try TemporaryFile(writer.bytes())
    }

    @Test("--list-info lists tensors of unknown types, and says why a file would be refused")
    func listInfo() throws {
        // A type is changed in place: the number follows the last dimension.
        let name = "blk.0.attn_q.weight"
        var bytes = try Array(Data(contentsOf: #require(BundledModel.target)))
        let at = try #require(Data(bytes).range(of: Data(name.utf8))).upperBound + 4 + 2 * 8
        #expect(bytes[at] == 8)
        bytes[at] = 137
        let file = try TemporaryFile(bytes)
        try expect(["-m", file.path], "tensor \(name) has type 137, used for a format of its own (ik_llama.cpp)")
        let list = try Command("gemma-generate", ["-m", file.path, "--list-info"])
        #expect(list.status == 0)
        #expect(list.output.contains("\(name)  type 137  [192 x 128]  26112 bytes"))
        #expect(list.output.contains("161 tensors, 4633128 bytes: Q8_0 82, F32 78, type 137 1"))
        #expect(list.output.contains("would be refused: tensor \(name) has type 137"))
        #expect(list.output.contains("1 \"<eos>\", by tokenizer.ggml.eos_token_id, its text"))
        withExtendedLifetime(file) {}

        let other = try gguf { writer in
            try writer.metadata.add("general.architecture", .string("qwen3"))
            try writer.add(tensor: "blk.0.a", dimensions: [1], type: .f32, bytes: [0, 0, 0, 0])
        }
        let foreign = try Command("gemma-generate", ["-m", other.path, "--list-info"])
        #expect(foreign.status == 0 && foreign.output.contains("blk.0.a  F32  [1]  4 bytes"))
        #expect(foreign.output.contains("would be refused: the architecture is qwen3; expected gemma4"))
        withExtendedLifetime(other) {}
    }

    @Test("--list-info groups reasons and tensors, and lists keys that are not used")
    func listing() throws {
        let target = try GGUFFile(contentsOf: #require(BundledModel.target))
        var writer = GGUFWriter()
        writer.metadata = target.metadata
        writer.metadata.set("gemma4.new_in_2027", .uint32(1))
        for tensor in target.tensors {
            try writer.add(
                tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, region: target.data(of: tensor))
        }
        let usable = try TemporaryFile(writer.bytes())
        let list = try Command("gemma-generate", ["-m", usable.path, "--list-info"])
        #expect(list.output.hasSuffix("not used: metadata keys gemma4.new_in_2027\ncan be used as a target\n"))
        for layer in 0..<5 {
            try writer.add(tensor: "blk.\(layer).attn_q.bias", dimensions: [1], type: .f32, bytes: [0, 0, 0, 0])
        }
        writer.metadata.set("gemma4.rope.scaling.type", .string("yarn"))
        let refused = try TemporaryFile(writer.bytes())
        let lines = try Command("gemma-generate", ["-m", refused.path, "--list-info"]).output.split(separator: "\n")
        let reasons = lines.suffix(3)
        #expect(reasons.first?.hasPrefix("would be refused: metadata key gemma4.rope.scaling.type is") == true)
        #expect(reasons.dropFirst().first?.hasPrefix("would be refused: tensor blk.0.attn_q.bias may change") == true)
        #expect(
            reasons.last == "  the same goes for blk.1.attn_q.bias, blk.2.attn_q.bias, blk.3.attn_q.bias, ... (4)")
        withExtendedLifetime((usable, refused)) {}
    }

    @Test("Pairs that do not fit")
    func pairs() throws {
        let target = try #require(BundledModel.target).path
        let drafter = try #require(BundledModel.assistant).path
        try expect(["-m", drafter], "this is a drafter")
        try expect(["-m", target, "-md", target], "this is a target")
        let other = Command.fixtures.appendingPathComponent("e4b/assistant.gguf").path
        try expect(["-m", target, "-md", other], "96 in the drafter and 192 in the target")
        try expect(["-m", target, "--spec-type", "draft-mtp"], "needs a drafter", status: 2)
    }

    @Test("Numbers out of range")
    func numbers() throws {
        for length in ["-1", "2147483648"] {
            let range = "expected 1 to 2147483647, or 0 for the length the model was trained for"
            try expect(["-c", length], "-c is \(length); \(range)", status: 2)
        }
        try expect(["-c", "2000000000"], "bytes of memory")
        try expect(["-c", "2000000000"], "; use a shorter context (-c ")
        try expect(["--temp", "nan"], "temperature is nan; expected 0 or more", status: 2)
        try expect(["--top-p", "1.5"], "top-p is 1.5; expected 0 to 1", status: 2)
        try expect(["-t", "1025"], "-t is 1025; expected at most 1024", status: 2)
        try expect(["--spec-draft-n-max", "-1"], "drafts is -1")
        try expect(
            ["-c", "8", "-p", "Once upon a time there was a fox"],
            "a text of 9 tokens does not fit the context of 8; make the context longer (-c)")
    }

    @Test("Invalid command lines")
    func commandLines() throws {
        try expect(["--frobnicate"], "--frobnicate", status: 2)
        try expect(["-n", "many"], "'many' is invalid", status: 2)
        try expect(["--spec-draft-n-max", "some"], "'some' is invalid for '--spec-draft-n-max <n|auto>'", status: 2)
        try expect(["-m"], "Missing value", status: 2)
        try expect(["-p", "a", "-f", "b"], "leave one out", status: 2)
        try expect(["-f", "/no/such/prompt.txt"], "/no/such/prompt.txt", status: 2)
        try expect(
            ["-ctk", "f17"], "'f17' is invalid for '-ctk <ctk>'. Please provide one of the following: ", status: 2)
        try expect(["--cache-type-v", "q9"], "'q9' is invalid", status: 2)
        try expect(["stray"], "stray", status: 2)
        try expect(["--mirostat", "1"], "--mirostat 1 is not supported", status: 2)
        try expect(["--samplers", "top_k;tail"], "there is no sampler \"tail\"", status: 2)
        try expect(["--sampling-seq", "kq"], "there is no sampler \"q\"", status: 2)
        try expect(["--samplers", "top_k", "--sampling-seq", "k"], "leave one out", status: 2)
        try expect(["-l", "15043"], "'15043' is invalid", status: 2)
        try expect(["-r", ""], "the length of a stop string is 0", status: 2)
    }
}
