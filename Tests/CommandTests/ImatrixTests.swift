import BundledModel
import Foundation
import ImportanceMatrix
import Testing

@Suite("gemma-imatrix")
struct ImatrixTests {
    private static let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func imatrix(_ arguments: [String]) throws -> Command { try Command("gemma-imatrix", arguments) }

    private func read(_ name: String) throws -> ImportanceMatrix {
        try ImportanceMatrix(contentsOf: folder.url.appendingPathComponent(name))
    }

    @Test("Writes a matrix, and the perplexity as it goes")
    func collection() throws {
        let run = try imatrix(["-f", Self.text, "-c", "64", "--chunks", "3", "-o", folder.path("m.gguf")])
        #expect(run.status == 0 && run.error == "\(folder.path("m.gguf")) written: 80 tensors, 3 chunks\n")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("[1]") && lines[0].contains(",[3]"))
        #expect(lines[1].hasPrefix("Final estimate: PPL = "))
        let matrix = try read("m.gguf")
        #expect(matrix.entries.count == 80 && matrix.chunkCount == 3 && matrix.chunkLength == 64)
        #expect(matrix.datasets == [Self.text])
        #expect(matrix.entries.values.allSatisfy { $0.counts == [192] })
        #expect(try folder.names == ["m.gguf"])
    }

    @Test("Chunks may be skipped; runs over the parts of a text add up to the whole, in both formats")
    func addingUp() throws {
        let text = ["-f", Self.text, "-c", "64", "--no-ppl"]
        let all = try imatrix(text + ["--chunks", "4", "-o", folder.path("all.gguf")])
        #expect(all.status == 0 && all.output.isEmpty)
        #expect(try imatrix(text + ["--chunks", "2", "-o", folder.path("a.gguf")]).status == 0)
        #expect(try imatrix(text + ["--chunk", "2", "--chunks", "2", "-o", folder.path("b.dat")]).status == 0)
        let merge = ["--in-file", "\(folder.path("a.gguf")),\(folder.path("b.dat"))", "-c", "64"]
        #expect(try imatrix(merge + ["-o", folder.path("sum.gguf")]).status == 0)
        #expect(try read("sum.gguf").chunkLength == 64)
        let continued = ["--chunk", "2", "--chunks", "2", "--in-file", folder.path("a.gguf")]
        #expect(try imatrix(text + continued + ["-o", folder.path("continued.gguf")]).status == 0)
        let expected = try read("all.gguf")
        for name in ["sum.gguf", "continued.gguf"] {
            let sum = try read(name)
            #expect(sum.chunkCount == 4 && sum.datasets == [Self.text] && sum.names == expected.names)
            for (tensor, entry) in expected.entries {
                let weights = try #require(sum.entries[tensor]).weights
                #expect(zip(weights, entry.weights).allSatisfy { abs($0 - $1) <= 1e-5 * $1 }, "\(name) \(tensor)")
            }
        }
    }

    @Test("Chunks of different lengths are added up with a warning")
    func otherLengths() throws {
        func run(_ length: String, _ more: [String]) throws -> Command {
            try imatrix(["-f", Self.text, "-c", length, "--chunks", "1", "--no-ppl"] + more)
        }
        let first = try run("64", ["-o", folder.path("a.gguf")])
        #expect(first.status == 0 && first.error == "\(folder.path("a.gguf")) written: 80 tensors, 1 chunk\n")
        let second = try run("32", ["-o", folder.path("b.gguf"), "--in-file", folder.path("a.gguf")])
        let warning = "chunks of 64 and of 32 tokens are added up, and each counts as one chunk\n"
        #expect(second.status == 0 && second.error.hasPrefix("warning: " + warning), "\(second.error)")
        let third = try imatrix(
            ["--in-file", "\(folder.path("a.gguf")),\(folder.path("b.gguf"))", "-o", folder.path("c.gguf")])
        #expect(third.status == 0 && third.error.contains("chunks of 64 and of 32 tokens"), "\(third.error)")
        #expect(try read("c.gguf").entries.values.allSatisfy { $0.counts == [160] })
    }

    @Test("A matrix of another model is refused before the run, in the old format too")
    func otherModel() throws {
        func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
        let name = "blk.0.attn_q.weight"
        let bytes = number(1) + number(Int32(name.utf8.count)) + Array(name.utf8) + number(1) + number(2) + number(0)
        try Data(bytes + number(0)).write(to: folder.url.appendingPathComponent("other.dat"))
        let run = try imatrix(
            ["-f", Self.text, "-c", "32", "--in-file", folder.path("other.dat"), "-o", folder.path("m.gguf")])
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errorLine?.contains("the matrix is of another model: this one has no \(name), or one of") == true)
        #expect(try folder.names == ["other.dat"])
    }

    @Test("The matrix is saved on the way")
    func saving() throws {
        let run = try imatrix(
            [
                "-f", Self.text, "-c", "32", "--chunks", "5", "--save-frequency", "2", "--no-ppl",
                "-o", folder.path("m.gguf"),
            ])
        #expect(run.status == 0)
        #expect(try folder.names == ["m.gguf", "m.gguf.at_2", "m.gguf.at_4"])
        #expect(try [read("m.gguf.at_2"), read("m.gguf.at_4"), read("m.gguf")].map(\.chunkCount) == [2, 4, 5])
    }

    @Test("Ctrl-C leaves what was saved last")
    func interruption() throws {
        let arguments = ["-f", Self.text, "-c", "64", "-o", folder.path("m.gguf"), "--output-frequency", "2"]
        let run = try Command("gemma-imatrix", arguments, interruptAfter: 24)
        #expect(run.status == 130)
        let chunks = try read("m.gguf").chunkCount
        #expect(chunks > 0 && chunks.isMultiple(of: 2))
        #expect(run.error == "interrupted; \(folder.path("m.gguf")) holds the first \(chunks) chunks\n")
        #expect(try folder.names == ["m.gguf"])
    }

    @Test("--process-output says when it has no effect")
    func outputMatrix() throws {
        let run = try imatrix(
            [
                "-f", Self.text, "-c", "32", "--chunks", "2", "--process-output", "--parse-special",
                "-o", folder.path("m.gguf"),
            ])
        #expect(run.status == 0 && run.error.hasPrefix("warning: --process-output has no effect: in this model"))
        #expect(try read("m.gguf").entries.count == 80)
    }

    @Test("Bad input gives one line")
    func badInput() throws {
        func expect(_ arguments: [String], _ message: String, status: Int32 = 1) throws {
            let run = try imatrix(arguments + ["-o", folder.path("m.gguf")])
            #expect(run.status == status && run.output.isEmpty)
            #expect(run.errorLine?.contains(message) == true, "\(run.error)")
            #expect(try folder.names.isDisjoint(with: ["m.gguf"]))
        }
        let model = try #require(BundledModel.target).path
        try expect([], "name a text with -f, or matrices to add up with --in-file", status: 2)
        try expect(["-f", "/no/such/text"], "/no/such/text: No such file", status: 2)
        try expect(["-f", Self.text, "-m", "/no/such.gguf"], "/no/such.gguf: No such file")
        try expect(["-f", Self.text, "-c", "2"], "chunks of 2 tokens; expected 3 to 2^31 - 1; set the length with -c")
        try expect(
            ["-f", Self.text, "--chunk", "26"],
            "the text has 27 chunks; 26 of them are to be skipped, and at least 2 must be left; skip fewer with")
        try expect(["-f", Self.text, "-c", "-1"], "-c is -1; expected 1 to 2147483647, or 0", status: 2)
        try expect(["-f", Self.text, "--chunk", "-1"], "--chunk is -1", status: 2)
        try expect(["-f", Self.text, "--chunks", "0"], "--chunks is 0", status: 2)
        try expect(["-f", Self.text, "--save-frequency", "-1"], "--save-frequency is -1", status: 2)
        try expect(["-f", Self.text, "--output-frequency", "0"], "--output-frequency is 0", status: 2)
        try expect(["-f", Self.text, "--output-format", "txt"], "'txt' is invalid", status: 2)
        try expect(["--in-file", "/no/such/matrix"], "cannot open /no/such/matrix: No such file")
        try expect(
            ["--in-file", model], "\(model): a GGUF file, but not an importance matrix: general.type is missing")
        try expect(["--in-file", Self.text], "\(Self.text): not an importance matrix, neither GGUF nor of the old")
        let other = try imatrix(["-f", Self.text, "-o", model])
        #expect(other.status == 1)
        #expect(other.errorLine?.contains("exists and is not an importance matrix; choose another name") == true)
        // Before hours are spent on it.
        let nowhere = try imatrix(["-f", "/no/such/text", "-o", "/no/such/folder/m"])
        #expect(nowhere.status == 1)
        #expect(
            nowhere.errorLine?.contains("cannot write /no/such/folder/m: there is no folder /no/such/folder") == true)
    }
}
