internal import GGUF
import Platform

/// Reads a file and everything in it, and writes it again.
enum GGUFDoor {
    static func run(_ input: [UInt8]) throws {
        let listing = try GGUFListing(ByteRegion(input))
        _ = listing.tensors.map { "\(String(describing: $0.problem))" }
        let file = try GGUFFile(ByteRegion(input))
        try check(listing, file)
        var (texts, numbers) = (0, 0.0)
        for key in file.metadata.keys {
            guard let value = file.metadata[key] else { throw Violation("key \(key) has no value") }
            numbers += value.number ?? 0
            guard case .array(let array) = value else { continue }
            for index in 0..<array.count { numbers += array.element(at: index)?.number ?? 0 }
            array.strings?.forEach { texts += $0.count }
        }
        guard texts <= input.count else { throw Violation("more text than bytes") }
        for tensor in file.tensors {
            let data = file.data(of: tensor)
            guard data.bytes.count == tensor.byteCount, file.tensor(tensor.name) == tensor else {
                throw Violation("tensor \(tensor.name) is not what the file says")
            }
            withExtendedLifetime(data) { numbers += Double(data.bytes.reduce(0) { $0 &+ Int($1) }) }
        }
        try checkRewriting(file)
    }

    /// A file with every kind of value and a few tensors, much smaller than a model.
    static func specimen() throws -> [UInt8] {
        var writer = GGUFWriter()
        let values: [(String, GGUFValue)] = [
            ("general.architecture", .string("gemma4")), ("general.alignment", .uint32(64)),
            ("u8", .uint8(1)), ("i8", .int8(-1)), ("u16", .uint16(1)), ("i16", .int16(-1)), ("i32", .int32(-1)),
            ("u64", .uint64(1 << 40)), ("i64", .int64(-1)), ("f32", .float32(1.5)), ("f64", .float64(1e-300)),
            ("bool", .bool(true)), ("bools", .array(GGUFArray([true, false]))),
            ("strings", .array(GGUFArray(["", "é", "🦙"]))), ("ints", .array(GGUFArray([Int32(1), -1]))),
            ("floats", .array(GGUFArray([Float(1), .nan]))),
        ]
        for (key, value) in values { try writer.metadata.add(key, value) }
        for (name, dimensions, type) in [
            ("floats", [3, 2], TensorType.f32), ("blocks", [32, 1, 2], .q8_0), ("nothing", [0], .f16),
            ("contested", [32, 1, 1, 1], .tbq3_0),
        ] {
            let count = type.byteCount(of: dimensions[0]) * dimensions.dropFirst().reduce(1, *)
            try writer.add(
                tensor: name, dimensions: dimensions, type: type, bytes: [UInt8](repeating: 60, count: count))
        }
        return writer.bytes()
    }

    /// Checks that a file that can be opened is listed as it is.
    private static func check(_ listing: GGUFListing, _ file: GGUFFile) throws {
        let isSame = zip(listing.tensors, file.tensors).allSatisfy { listed, tensor in
            listed.name.utf8.elementsEqual(tensor.name.utf8) && listed.type == tensor.type
                && listed.byteCount == UInt64(tensor.byteCount)
        }
        guard isSame, listing.tensors.count == file.tensors.count else {
            throw Violation("the file is listed as another")
        }
    }

    /// Checks that a rewritten file has the same content.
    private static func checkRewriting(_ file: GGUFFile) throws {
        var writer = GGUFWriter()
        writer.metadata = file.metadata
        for tensor in file.tensors {
            try writer.add(
                tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, region: file.data(of: tensor))
        }
        let copy = try GGUFFile(ByteRegion(writer.bytes()))
        guard copy.metadata.keys == file.metadata.keys, copy.tensors.count == file.tensors.count else {
            throw Violation("rewriting the file lost something")
        }
    }
}
