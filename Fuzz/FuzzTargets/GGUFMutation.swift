internal import GGUF
import Platform
import Sampling

/// Changes a file in ways that the reader accepts, so that the damage reaches the model: another value for a key,
/// another shape for a tensor, a scale that is NaN.
enum GGUFMutation {
    /// - Returns: nil if the reader does not accept `input`, or if the result cannot be written.
    static func apply(to input: [UInt8], seed: UInt64) -> [UInt8]? {
        guard let file = try? GGUFFile(ByteRegion(input)) else { return nil }
        var mutation = Mutation(file, random: Xoshiro256(seed: seed))
        let changes = 1 + mutation.below(3)
        for _ in 0..<changes { mutation.change() }
        return try? mutation.written()
    }
}

private struct Mutation {
    private struct Tensor {
        var name: String
        var dimensions: [Int]
        var type: TensorType
        var bytes: [UInt8]
    }

    private var metadata: GGUFMetadata
    private var tensors: [Tensor]
    private var random: Xoshiro256

    /// A file that grows beyond this would be slow to fuzz.
    private static let maximumBytes = 1 << 18

    init(_ file: GGUFFile, random: Xoshiro256) {
        metadata = file.metadata
        tensors = file.tensors.map { info in
            let data = file.data(of: info)
            return Tensor(
                name: info.name, dimensions: info.dimensions, type: info.type,
                bytes: withExtendedLifetime(data) { Array(data.bytes) })
        }
        self.random = random
    }

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    func written() throws -> [UInt8] {
        var writer = GGUFWriter()
        writer.metadata = metadata
        for tensor in tensors {
            try writer.add(
                tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, bytes: tensor.bytes)
        }
        return writer.bytes()
    }

    mutating func change() {
        switch below(8) {
        case 0...3: changeValue()
        case 4: changeBytes()
        case 5: changeShape()
        case 6: changeType()
        default: removeOrRename()
        }
    }

    // MARK: - Keys

    private mutating func changeValue() {
        guard let key = metadata.keys.randomElement(using: &random), let value = metadata[key] else { return }
        switch value {
        case .array(let array): metadata.set(key, .array(changed(array)))
        case .string(let text): metadata.set(key, .string(changed(text)))
        default:
            let number = changed(value.number ?? 0)
            metadata.set(key, converted(number, like: value))
        }
    }

    /// `number` in the type of `value`, occasionally in another type.
    private mutating func converted(_ number: Double, like value: GGUFValue) -> GGUFValue {
        switch below(20) {
        case 0: return .float64(number)
        case 1: return .int64(Int64(exactly: number.rounded()) ?? .min)
        case 2: return .bool(number != 0)
        default: break
        }
        return switch value {
        case .float32: .float32(Float(number))
        case .float64: .float64(number)
        case .int32: .int32(Int32(exactly: number.rounded()) ?? .max)
        case .bool(let value): .bool(!value)
        default: .uint32(UInt32(exactly: number.rounded()) ?? .max)
        }
    }

    private mutating func changed(_ number: Double) -> Double {
        let special: [Double] = [
            0, 1, -1, 2, 3, 7, 31, 33, 255, 256, 257, 65_535, 65_536, 0x1p20, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
            0x1p32, 0x1p62, 0x1p63, 0x1p64, -0x1p63, 0.5, 1e-6, 1e-40, 1e-300, 1e30, 1e300, .nan, .infinity, -.infinity,
        ]
        return switch below(4) {
        case 0: number + Double(below(9) - 4)
        case 1: number * Double(below(4))
        default: special[below(special.count)]
        }
    }

    private mutating func changed(_ text: String) -> String {
        let texts = [
            "", "gemma4", "gemma4-assistant", "llama", "<0x4>", "<0xFF>", "▁", "\n", "\0", "é", "<eos>", "a b c",
        ]
        return switch below(3) {
        case 0: String(text.dropLast())
        case 1: text + texts[below(texts.count)]
        default: texts[below(texts.count)]
        }
    }

    /// Changes the length or an element.
    private mutating func changed(_ array: GGUFArray) -> GGUFArray {
        if let strings = array.strings {
            var texts = strings.map { String(decoding: $0, as: UTF8.self) }
            changeLength(of: &texts)
            if let index = texts.indices.randomElement(using: &random) { texts[index] = changed(texts[index]) }
            return GGUFArray(texts)
        }
        let values = (0..<array.count).compactMap { array.element(at: $0) }
        if array.elementType == .bool {
            var flags = values.map { $0 == .bool(true) }
            changeLength(of: &flags)
            if let index = flags.indices.randomElement(using: &random) { flags[index].toggle() }
            return GGUFArray(flags)
        }
        var numbers = values.map { $0.number ?? 0 }
        changeLength(of: &numbers)
        if let index = numbers.indices.randomElement(using: &random) { numbers[index] = changed(numbers[index]) }
        return below(8) == 0
            ? GGUFArray(numbers.map { Float($0) })
            : GGUFArray(numbers.map { Int32(exactly: $0.rounded()) ?? .min })
    }

    private mutating func changeLength<T>(of values: inout [T]) {
        guard below(3) == 0, let last = values.last else { return }
        if below(2) == 0 { values.removeLast(1 + below(values.count)) } else { values.append(last) }
    }

    private mutating func removeOrRename() {
        if below(2) == 0, let key = metadata.keys.randomElement(using: &random) { return metadata.remove(key) }
        guard tensors.count > 1 else { return }
        let (a, b) = (below(tensors.count), below(tensors.count))
        if below(2) == 0 {
            tensors.remove(at: a)
        } else if a != b {
            (tensors[a].name, tensors[b].name) = (tensors[b].name, tensors[a].name)
        }
    }

    // MARK: - Tensors

    /// Changes bytes that are likely to be a scale. All ones is NaN in every float format.
    private mutating func changeBytes() {
        guard let index = tensors.indices.randomElement(using: &random), !tensors[index].bytes.isEmpty else { return }
        let size = tensors[index].type.blockBytes
        let block = below(max(1, tensors[index].bytes.count / size)) * size
        let patterns: [UInt8] = [0xff, 0x7c, 0x00, 0x80, 0x7f]
        let pattern = patterns[below(patterns.count)]
        for offset in 0..<min(size, 1 + below(4)) where block + offset < tensors[index].bytes.count {
            tensors[index].bytes[block + offset] = pattern
        }
    }

    private mutating func changeShape() {
        guard let index = tensors.indices.randomElement(using: &random) else { return }
        let place = below(tensors[index].dimensions.count)
        let lengths = [0, 1, 2, 16, 31, 32, 33, 64, 256, 288, 4096, 1 << 20]
        let length = tensors[index].dimensions[place]
        tensors[index].dimensions[place] =
            switch below(4) {
            case 0: max(0, length + below(3) - 1)
            case 1: length &* 2 & .max
            default: lengths[below(lengths.count)]
            }
        if below(4) == 0, tensors[index].dimensions.count < 4 { tensors[index].dimensions.append(1 + below(3)) }
        fit(index)
    }

    private mutating func changeType() {
        guard let index = tensors.indices.randomElement(using: &random) else { return }
        let types: [TensorType] = [
            .f32, .f16, .bf16, .q8_0, .q4_0, .q5_1, .q6_k, .tbq3_0, .tbq4_0, .tbq4_k, .i32, .q2_k,
        ]
        tensors[index].type = types[below(types.count)]
        fit(index)
    }

    /// Resizes the bytes of a tensor to match its shape and type. Reverts a shape that is invalid or too large.
    private mutating func fit(_ index: Int) {
        let tensor = tensors[index]
        let type = tensor.type
        // A length of zero hides the other lengths here, but not from code that multiplies only those.
        let count = tensor.dimensions.reduce(1.0) { $0 * Double(max($1, 1)) }
        guard let row = tensor.dimensions.first, row.isMultiple(of: type.blockSize),
            count <= Double(Self.maximumBytes)
        else { return remove(index) }
        let size = type.byteCount(of: row) * tensor.dimensions.dropFirst().reduce(1, *)
        let old = tensor.bytes.isEmpty ? [0] : tensor.bytes
        tensors[index].bytes = (0..<size).map { old[$0 % old.count] }
    }

    private mutating func remove(_ index: Int) { tensors.remove(at: index) }
}
