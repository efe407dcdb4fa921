import GGUF
import Platform
import Testing

/// Every file whose header is sound can be listed.
@Suite struct ListingTests {
    private func list(_ raw: RawFile) throws -> GGUFListing { try GGUFListing(ByteRegion(raw.bytes)) }

    @Test func aFileThatCanBeOpenedIsListedAsItIs() throws {
        let raw = RawFile.specimen()
        let (file, listing) = (try raw.open(), try list(raw))
        #expect(listing.version == file.version && listing.alignment == file.alignment)
        #expect(listing.metadata.keys == file.metadata.keys)
        #expect(listing.tensors.map(\.name) == file.tensors.map(\.name))
        #expect(listing.tensors.map(\.type) == file.tensors.map(\.type))
        #expect(listing.tensors.map(\.byteCount) == file.tensors.map { UInt64($0.byteCount) })
        #expect(listing.tensors.allSatisfy { $0.problem == nil })
    }

    @Test(arguments: [UInt32(43), 46, 47, 97, 133, 399, 1_000_000]) func unknownTypesAreListedByNumber(id: UInt32)
        throws
    {
        var raw = RawFile()
        raw.addTensor("a", [64], typeID: id, offset: 0)
        raw.addTensor("b", [64, 2], typeID: id, offset: 96)
        raw.data = [UInt8](repeating: 1, count: 200)
        #expect(throws: GGUFError.unknownTensorType(tensor: "a", id: id)) { try raw.open() }
        let tensors = try list(raw).tensors
        #expect(tensors.map(\.typeID) == [id, id])
        #expect(tensors.map(\.byteCount) == [96, 104])
        #expect(tensors.map(\.problem) == ["a", "b"].map { .unknownTensorType(tensor: $0, id: id) })
        #expect(tensors.map(\.dimensions) == [[64], [64, 2]])
    }

    @Test func aContestedTypeOfAnotherSizeIsListedByNumber() throws {
        var raw = RawFile()
        raw.addTensor("a", [512], typeID: 45, offset: 0)  // 288 bytes as TBQ4_0, 256 as TQ3_1S
        raw.addTensor("b", [8], offset: 256)
        raw.data = [UInt8](repeating: 0, count: 256 + 32)
        let tensors = try list(raw).tensors
        #expect(tensors[0].type == nil && tensors[0].byteCount == 256)
        #expect(
            tensors[0].problem
                == .contestedTensorType(tensor: "a", id: 45, name: "TBQ4_0", expected: 288, found: 256))
        #expect(tensors[1].type == .f32 && tensors[1].problem == nil)
    }

    @Test func aTruncatedFileIsListed() throws {
        var raw = RawFile.specimen()
        raw.data = Array(raw.data.prefix(70))
        #expect(throws: GGUFError.self) { try raw.open() }
        #expect(try list(raw).tensors.count == 4)
    }

    @Test func offsetsThatMakeNoSenseGiveNoSizes() throws {
        var raw = RawFile()
        raw.addTensor("a", [64], typeID: 200, offset: .max)
        raw.addTensor("b", [64], typeID: 200, offset: 32)
        raw.addTensor("c", [64], typeID: 200, offset: 32)
        raw.addTensor("d", [.max, .max], typeID: 0, offset: 64)
        raw.data = [UInt8](repeating: 0, count: 100)
        #expect(try list(raw).tensors.map(\.byteCount) == [nil, 32, 32, 36])
    }

    @Test func theMessageNamesWhoUsesANumberForWhat() {
        func unknown(_ id: UInt32) -> String { "\(GGUFError.unknownTensorType(tensor: "t", id: id))" }
        #expect(unknown(43).contains("type 43, used for Q1_0_g128 (elizaOS), TURBO4_0 (buun), TURBO3_0 (AtomicBot)"))
        #expect(unknown(137).contains("type 137, used for a format of its own (ik_llama.cpp)"))
        #expect(unknown(99).contains("type 99, which"))
        func contested(_ id: UInt32, _ name: String, _ expected: Int, _ found: Int) -> String {
            "\(GGUFError.contestedTensorType(tensor: "t", id: id, name: name, expected: expected, found: found))"
        }
        #expect(contested(45, "TBQ4_0", 288, 256).contains("TQ3_1S (AtomicBot), whose size fits"))
        #expect(contested(42, "Q2_0", 144, 96).contains("Q1_0_g32 (elizaOS), whose size fits"))
        #expect(contested(42, "Q2_0", 144, 999).contains("such as Q1_0_g32 (elizaOS) or TURBO3_0 (buun)"))
    }
}
