import Foundation
import GGUF
import Testing

/// Models in several files, `NAME-00001-of-00003.gguf` and so on.
@Suite struct SplitTests {
    /// A folder with the parts of a model, each with one tensor `t0`, `t1`, ... of four floats.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString, isDirectory: true)

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        func file(_ number: Int, of count: Int = 3) -> URL {
            url.appendingPathComponent("m-0000\(number)-of-0000\(count).gguf")
        }

        /// Writes part `index` of `count` under the name of part `number`.
        func write(
            _ index: Int, of count: Int = 3, as number: Int? = nil, tensor: String? = nil, total: Int32? = 3
        ) throws {
            var writer = GGUFWriter()
            if index == 0 { try writer.metadata.add("general.name", .string("split")) }
            // The parts may have different alignments.
            if index == 1 { try writer.metadata.add("general.alignment", .uint32(64)) }
            try writer.metadata.add("split.no", .uint16(UInt16(index)))
            try writer.metadata.add("split.count", .uint16(UInt16(count)))
            if let total { try writer.metadata.add("split.tensors.count", .int32(total)) }
            let values = (0..<4).map { Float(10 * index + $0) }
            try writer.add(
                tensor: tensor ?? "t\(index)", dimensions: [4], type: .f32, bytes: values.withUnsafeBytes { Array($0) })
            try writer.write(to: file(number ?? index + 1))
        }

        func writeAll() throws { for index in 0..<3 { try write(index) } }
    }

    private func expect(
        _ error: GGUFError, _ url: URL, message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: sourceLocation) { try GGUFFile(contentsOf: url) }
        #expect(error.description.contains(message), "\(error)", sourceLocation: sourceLocation)
    }

    @Test func theFirstPartOpensAll() throws {
        let folder = try Folder()
        try folder.writeAll()
        let file = try GGUFFile(contentsOf: folder.file(1))
        #expect(file.tensors.map(\.name) == ["t0", "t1", "t2"])
        #expect(try file.metadata.string("general.name") == "split")
        #expect(file.urls.map(\.lastPathComponent) == (1...3).map { folder.file($0).lastPathComponent })
        for index in 0..<3 {
            let tensor = try #require(file.tensor("t\(index)"))
            let values = (0..<4).map { Float(10 * index + $0) }
            #expect(file.bytes(of: tensor) == values.withUnsafeBytes { Array($0) })
        }
    }

    @Test func aModelThatIsOnePartNeedsNoName() throws {
        let folder = try Folder()
        try folder.write(0, of: 1, as: 7)
        #expect(try GGUFFile(contentsOf: folder.file(7)).tensors.count == 1)
    }

    @Test func anotherPartThanTheFirstNamesTheFirst() throws {
        let folder = try Folder()
        try folder.writeAll()
        expect(
            .notFirstPart(number: 2, count: 3, first: "m-00001-of-00003.gguf"), folder.file(2),
            message: "part 2 of 3 of a split model; use the first one, m-00001-of-00003.gguf")
        let renamed = folder.url.appendingPathComponent("other.gguf")
        try FileManager.default.moveItem(at: folder.file(3), to: renamed)
        expect(
            .notFirstPart(number: 3, count: 3, first: "whose name ends in -00001-of-00003.gguf"), renamed,
            message: "part 3 of 3")
    }

    @Test func aRenamedFirstPart() throws {
        let folder = try Folder()
        try folder.writeAll()
        let renamed = folder.url.appendingPathComponent("model.gguf")
        try FileManager.default.moveItem(at: folder.file(1), to: renamed)
        expect(
            .splitName(name: "model.gguf", suffix: "-00001-of-00003.gguf"), renamed,
            message: "must end in -00001-of-00003.gguf")
    }

    @Test func aMissingPart() throws {
        let folder = try Folder()
        try folder.writeAll()
        try FileManager.default.removeItem(at: folder.file(2))
        expect(
            .missingPart(name: "m-00002-of-00003.gguf", number: 2, count: 3), folder.file(1),
            message: "part 2 of 3 of the split model is missing: m-00002-of-00003.gguf")
    }

    @Test func aPartOfAnotherPlaceOrModel() throws {
        let folder = try Folder()
        try folder.writeAll()
        try folder.write(2, as: 2)
        expect(
            .wrongPart(name: "m-00002-of-00003.gguf", key: "split.no", found: "2", expected: 1), folder.file(1),
            message: "m-00002-of-00003.gguf: split.no is 2; expected 1")
        try folder.write(1, of: 5)
        expect(
            .wrongPart(name: "m-00002-of-00003.gguf", key: "split.count", found: "5", expected: 3), folder.file(1),
            message: "split.count is 5; expected 3")
        var whole = GGUFWriter()
        try whole.metadata.add("split.no", .string("one"))
        try whole.write(to: folder.file(2))
        expect(
            .wrongPart(name: "m-00002-of-00003.gguf", key: "split.no", found: "string", expected: 1), folder.file(1),
            message: "split.no is string")
    }

    @Test func aTensorInTwoParts() throws {
        let folder = try Folder()
        try folder.writeAll()
        try folder.write(2, tensor: "t0")
        expect(
            .tensorInTwoParts("t0", "m-00001-of-00003.gguf", "m-00003-of-00003.gguf"), folder.file(1),
            message: "t0 is in two parts")
    }

    @Test func aCountOfTensorsThatIsNotTrue() throws {
        let folder = try Folder()
        try folder.writeAll()
        try folder.write(0, total: 4)
        expect(.splitTensorCount(expected: 4, found: 3), folder.file(1), message: "hold 3 tensors")
        try folder.write(0, total: nil)
        expect(.missingKey("split.tensors.count"), folder.file(1), message: "split.tensors.count")
    }

    @Test func aDamagedPartIsNamed() throws {
        let folder = try Folder()
        try folder.writeAll()
        try Data("GGUF".utf8).write(to: folder.file(3))
        expect(
            .inPart(
                name: "m-00003-of-00003.gguf",
                .truncated(what: "the version", offset: 4, needed: 4, available: 0)), folder.file(1),
            message: "m-00003-of-00003.gguf: truncated")
    }

    @Test(arguments: [(Int64.max, Int64(0)), (3, .max), (3, -1), (3, 3)])
    func absurdNumbers(count: Int64, index: Int64) throws {
        let folder = try Folder()
        var writer = GGUFWriter()
        try writer.metadata.add("split.count", .int64(count))
        try writer.metadata.add("split.no", .int64(index))
        try writer.write(to: folder.file(1))
        #expect(throws: GGUFError.self) { try GGUFFile(contentsOf: folder.file(1)) }
    }
}
