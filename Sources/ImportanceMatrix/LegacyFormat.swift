internal import Platform

// The format of llama.cpp before 2025. All numbers are of four bytes, little-endian: the number of entries; for each
// entry the length of its name, the name, how many chunks were read (calls), the number of values, and the values,
// means times calls; then perhaps the number of chunks, and the length and the name of the text.

/// Limits of what the reader accepts, so that another kind of file is recognised early.
private enum LegacyLimits {
    /// Names in GGUF files have up to 63 bytes, of which the ending `.in_sum2` takes 8.
    static let name = 1...55
    static let dataset = 0...(1 << 16)
    static let positive = 1...Int(Int32.max)
    static let number = 0...Int(Int32.max)
}

struct LegacyReader {
    private let region: ByteRegion
    private var offset = 0

    init(_ region: ByteRegion) { self.region = region }

    mutating func matrix(chunkLength: Int) throws(ImportanceError) -> ImportanceMatrix {
        // The shortest entry: a name of one byte and one value.
        let most = region.bytes.count / 17
        guard region.bytes.count >= 4 else { throw .notAMatrix }
        let count = Int(try number("the number of entries"))
        guard (1...max(1, most)).contains(count) else { throw .notAMatrix }
        var matrix = ImportanceMatrix(chunkLength: chunkLength)
        var total = 0
        for _ in 0..<count {
            let name = try string("the length of a name", LegacyLimits.name)
            let (calls, values) = try (
                number("the calls of \(name)", LegacyLimits.positive),
                number("the values of \(name)", LegacyLimits.positive)
            )
            total += values
            guard total <= ImportanceMatrix.maximumValues else {
                throw .tooManyValues(count: total, limit: ImportanceMatrix.maximumValues)
            }
            let start = try skip(4 * values, "the values of \(name)")
            let means = try [Float](littleEndian: region.slice(start..<offset), entry: name)
            let sums = means.map { min($0 * Float(chunkLength), .greatestFiniteMagnitude) }
            try matrix.insert(name, .init(sums: sums, counts: [Float(calls) * Float(chunkLength)]))
        }
        guard offset < region.bytes.count else { return matrix }
        matrix.chunkCount = try number("the number of chunks", LegacyLimits.number)
        let dataset = try string("the length of the text's name", LegacyLimits.dataset)
        if !dataset.isEmpty { matrix.datasets = [dataset] }
        guard offset == region.bytes.count else {
            throw .extraBytes(offset: offset, count: region.bytes.count - offset)
        }
        return matrix
    }

    // MARK: - Parts

    private mutating func skip(_ count: Int, _ what: @autoclosure () -> String) throws(ImportanceError) -> Int {
        guard count <= region.bytes.count - offset else { throw .truncated(what: what(), offset: offset) }
        defer { offset += count }
        return offset
    }

    private mutating func number(
        _ what: @autoclosure () -> String, _ range: ClosedRange<Int> = Int(Int32.min)...Int(Int32.max)
    ) throws(ImportanceError) -> Int {
        let at = try skip(4, what())
        let value = Int(Int32(littleEndian: region.bytes.loadUnaligned(fromByteOffset: at, as: Int32.self)))
        guard range.contains(value) else {
            throw .invalidNumber(
                what: what(), value: value, expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private mutating func string(
        _ what: String, _ range: ClosedRange<Int>
    ) throws(ImportanceError) -> String {
        let length = try number(what, range)
        let at = try skip(length, "a name")
        guard let text = String(validating: region.bytes[at..<offset], as: UTF8.self) else {
            throw .invalidName(offset: at)
        }
        return text
    }
}

extension ImportanceMatrix {
    /// The matrix as a file of the old format. It has one count for all experts, so an expert's values are its means
    /// times the calls of all.
    var legacyBytes: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ number: Int) {
            withUnsafeBytes(of: Int32(clamping: number).littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(entries.count)
        for name in names {
            guard let entry = entries[name] else { continue }
            append(name.utf8.count)
            bytes.append(contentsOf: name.utf8)
            let rows = entry.counts.max() ?? 0
            let calls = min(max(1, (rows / Float(chunkLength)).rounded(.up)), Float(Int32.max))
            append(Int(calls))
            append(entry.sums.count)
            for weight in entry.weights {
                let value = min(weight * calls, .greatestFiniteMagnitude)
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        append(chunkCount)
        // Less than the reader takes, since what is left of a character that was cut may become longer.
        let start = (datasets.first ?? "").utf8.prefix(LegacyLimits.dataset.upperBound / 4)
        let dataset = String(decoding: start, as: UTF8.self)
        append(dataset.utf8.count)
        bytes.append(contentsOf: dataset.utf8)
        return bytes
    }
}
