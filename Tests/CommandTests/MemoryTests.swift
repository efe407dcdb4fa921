import BundledModel
import Foundation
import GGUF
import Testing

/// Requests that do not fit into memory are refused in one line.
@Suite("Memory refused")
struct MemoryTests {
    private func refused(_ arguments: [String], shell script: String? = nil) throws -> String {
        let run = try Command("gemma-generate", arguments, shell: script)
        #expect(run.status == 1 && run.output.isEmpty)
        return try #require(run.errorLine, "\(run.error)")
    }

    @Test("The longest possible context needs more memory than any machine has")
    func longestContext() throws {
        let line = try refused(["-c", "2147483647", "-ctk", "f32", "-ctv", "f32"])
        #expect(line.contains("a context of 2147483647 tokens needs 1099512283136 bytes of memory for keys and values"))
        #expect(
            line.contains(" tokens would fit") && line.contains("(-c ") && line.contains("with -ctk q8_0 -ctv q8_0"))
    }

    #if os(Linux)
        @Test("The limit of the process is respected, and the suggested context fits within it")
        func addressSpace() throws {
            // A tenth of it stays free, since runs differ in what the allocator and the threads reserve.
            let limit = "ulimit -v 4000000; exec \"$@\""
            let line = try refused(["-c", "20000000"], shell: limit)
            let words = line.split(separator: " ")
            let place = try #require(words.firstIndex(of: "(-c"))
            let fitting = words[place + 1].prefix { $0.isNumber }
            let run = try Command(
                "gemma-generate", ["-c", String(fitting), "-n", "2", "--stats", "none"], shell: limit)
            #expect(run.status == 0 && !run.output.isEmpty, "\(run.error)")
        }
    #endif

    @Test("--check-tensors names the damaged tensor")
    func checkTensors() throws {
        let target = try #require(BundledModel.target)
        let arguments = ["-n", "1", "--stats", "none", "--check-tensors"]
        #expect(try Command("gemma-generate", arguments).status == 0)

        let file = try GGUFFile(contentsOf: target)
        let info = try #require(file.tensor("blk.1.ffn_up.weight"))
        let start = file.data(of: info).bytes
        var bytes = [UInt8](try Data(contentsOf: target))
        let place = try #require(Data(bytes).range(of: Data(start)))
        // An infinite scale for the third block.
        bytes.replaceSubrange(place.lowerBound + 68..<place.lowerBound + 70, with: [0x00, 0x7c])
        let damaged = try TemporaryFile(bytes)
        let run = try Command("gemma-generate", ["-m", damaged.path] + arguments)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(
            run.errorLine?.contains("tensor blk.1.ffn_up.weight (Q8_0) holds infinity as a scale of block 2 of row 0")
                == true, "\(run.error)")
        withExtendedLifetime(damaged) {}
    }
}
