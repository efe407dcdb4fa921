import Foundation
import GGUF
import Platform
import Testing

@Suite struct WriterTests {
    /// Runs `body` with a temporary directory and removes that.
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        var template = Array((NSTemporaryDirectory() + "/gguf-tests-XXXXXX").utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        let directory = URL(fileURLWithPath: path, isDirectory: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    private func contents(_ directory: URL) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: directory.path))
    }

    private func writer(value: UInt8 = 1) throws -> GGUFWriter {
        var writer = GGUFWriter()
        writer.metadata = try GGUFMetadata(["name": .string("Grüße"), "words": .array(GGUFArray(["a", "", "b"]))])
        try writer.add(tensor: "a", dimensions: [5], type: .f16, bytes: Array(repeating: value, count: 10))
        try writer.add(tensor: "b", dimensions: [32, 2], type: .q8_0, bytes: Array(repeating: value, count: 68))
        return writer
    }

    // MARK: - Files

    @Test func aWrittenFileIsMappedAgain() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("model.gguf")
            let writer = try writer()
            try writer.write(to: url)
            #expect(try contents(directory) == ["model.gguf"])
            #expect(try Array(Data(contentsOf: url)) == writer.bytes())

            let file = try GGUFFile(contentsOf: url)
            #expect(try file.metadata.strings("words").texts == ["a", "", "b"])
            #expect(try file.rewritten() == writer.bytes())
            // The map outlives the name and the file object.
            let data = file.data(of: file.tensors[1])
            try FileManager.default.removeItem(at: url)
            #expect(withExtendedLifetime(data) { Array(data.bytes) } == Array(repeating: 1, count: 68))
        }
    }

    @Test func anotherFileIsReplacedAndItsReadersKeepTheOldOne() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("model.gguf")
            try writer(value: 1).write(to: url)
            let old = try GGUFFile(contentsOf: url)
            try writer(value: 2).write(to: url)
            let new = try GGUFFile(contentsOf: url)
            #expect(old.bytes(of: old.tensors[0]) == Array(repeating: 1, count: 10))
            #expect(new.bytes(of: new.tensors[0]) == Array(repeating: 2, count: 10))
            #expect(try contents(directory) == ["model.gguf"])
        }
    }

    @Test func nothingIsLeftWhereTheDirectoryDoesNotExist() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("missing/model.gguf")
            let error = try #require(throws: GGUFError.self) { try writer().write(to: url) }
            guard case .cannotWrite(let path, let reason) = error else {
                Issue.record("unexpected: \(error)")
                return
            }
            #expect(path.hasPrefix(directory.path + "/missing/model.gguf"))
            #expect(!reason.isEmpty)
            #expect(try contents(directory) == [])
        }
    }

    @Test func nothingIsLeftWhereADirectoryHasTheName() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("model.gguf")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
            let error = try #require(throws: GGUFError.self) { try writer().write(to: url) }
            guard case .cannotWrite(url.path, _) = error else {
                Issue.record("unexpected: \(error)")
                return
            }
            #expect(try contents(directory) == ["model.gguf"])
        }
    }

    @Test func twoWritersOfOneFileDoNotMeet() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("model.gguf")
            var isNested = false
            try writer(value: 1).write(to: url) {
                guard !isNested else { return }
                isNested = true
                #expect(try contents(directory).count == 1)
                try writer(value: 2).write(to: url)
                #expect(try Array(Data(contentsOf: url)) == writer(value: 2).bytes())
            }
            #expect(try Array(Data(contentsOf: url)) == writer(value: 1).bytes())
            #expect(try contents(directory) == ["model.gguf"])
        }
    }

    @Test func whatEndsTheWritingLeavesWhatWasThere() throws {
        struct Stop: Error {}
        try withDirectory { directory in
            let url = directory.appendingPathComponent("model.gguf")
            try writer(value: 1).write(to: url)
            var parts = 0
            #expect(throws: Stop.self) {
                try writer(value: 2).write(to: url) {
                    parts += 1
                    if parts == 3 { throw Stop() }
                }
            }
            #expect(try contents(directory) == ["model.gguf"])
            #expect(try Array(Data(contentsOf: url)) == writer(value: 1).bytes())
        }
    }

    @Test func whatIsNotARegularFileCannotBeOpened() throws {
        try withDirectory { directory in
            let pipe = directory.appendingPathComponent("pipe")  // without a writer
            #expect(mkfifo(pipe.path, 0o600) == 0)
            for (url, expected) in [
                (directory, "not a regular file"), (pipe, "not a regular file"),
                (directory.appendingPathComponent("none"), "No such file"),
            ] {
                let error = try #require(throws: GGUFError.self) { try GGUFFile(contentsOf: url) }
                guard case .cannotOpen(url.path, let reason) = error else {
                    Issue.record("unexpected: \(error)")
                    continue
                }
                #expect(reason.contains(expected))
            }
        }
    }

    @Test func anEmptyFileIsRefusedByName() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("empty.gguf")
            try Data().write(to: url)
            #expect(throws: GGUFError.emptyFile) { try GGUFFile(contentsOf: url) }
        }
    }

    @Test func aGeneratedTensorEqualsOneInMemory() throws {
        // Longer than a part that is generated at a time; parts end at block boundaries.
        let blocks = 600_000
        let generator: GGUFWriter.Generator = { offset, bytes in
            #expect(offset.isMultiple(of: 34) && bytes.count.isMultiple(of: 34))
            for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: (offset + index) &* 7 >> 3) }
        }
        var generated = try writer()
        try generated.add(tensor: "c", dimensions: [32, blocks], type: .q8_0, generator: generator)
        var whole = try writer()
        let bytes = (0..<blocks * 34).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
        try whole.add(tensor: "c", dimensions: [32, blocks], type: .q8_0, bytes: bytes)
        #expect(generated.bytes() == whole.bytes())
        #expect(generated.byteCount == whole.bytes().count)
        #expect(throws: GGUFError.duplicateTensor("c")) {
            try generated.add(tensor: "c", dimensions: [32], type: .q8_0, generator: generator)
        }
    }

    // MARK: - Refused tensors

    private func refuse(
        _ error: GGUFError, _ name: String, _ dimensions: [Int], _ type: TensorType, bytes: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var writer = try writer()
        let before = writer.bytes()
        #expect(throws: error, sourceLocation: sourceLocation) {
            try writer.add(tensor: name, dimensions: dimensions, type: type, bytes: Array(repeating: 0, count: bytes))
        }
        #expect(writer.bytes() == before, sourceLocation: sourceLocation)
    }

    @Test(arguments: ["", String(repeating: "n", count: 64)]) func aNameOfWrongLength(name: String) throws {
        try refuse(.invalidTensorName(name), name, [1], .f32, bytes: 4)
    }

    @Test func aNameThatIsTaken() throws { try refuse(.duplicateTensor("a"), "a", [1], .f32, bytes: 4) }

    @Test(arguments: [0, 5]) func tooFewOrTooManyDimensions(count: Int) throws {
        let error = GGUFError.dimensionCount(tensor: "t", count: UInt32(count))
        try refuse(error, "t", Array(repeating: 1, count: count), .f32, bytes: 4)
    }

    @Test(arguments: [0, 67, 69, 136]) func bytesThatDoNotFitTheShape(count: Int) throws {
        let error = GGUFError.truncated(what: "tensor t", offset: 0, needed: 68, available: count)
        try refuse(error, "t", [32, 2], .q8_0, bytes: count)
    }

    @Test(arguments: [GGUFValue.uint32(0), .uint32(3), .int32(-32), .uint32(1 << 31)])
    func anAlignmentThatIsNone(value: GGUFValue) throws {
        var writer = GGUFWriter()
        try writer.metadata.add("general.alignment", value)
        try writer.add(tensor: "a", dimensions: [1], type: .f32, bytes: [0, 0, 0, 0])
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let error = GGUFError.invalidAlignment(found: "\(value)")
        #expect(throws: error) { try writer.write(to: url) }
        #expect(throws: error) { try GGUFFile(ByteRegion(writer.bytes())) }
        #expect(!FileManager.default.fileExists(atPath: url.path))
    }

    @Test func rowsThatAreNotWholeBlocks() throws {
        let error = GGUFError.rowNotWholeBlocks(tensor: "t", rowLength: 33, type: "Q8_0", blockSize: 32)
        try refuse(error, "t", [33, 2], .q8_0, bytes: 68)
    }
}
