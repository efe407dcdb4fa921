/// One of the formats that programs store under a type number that nobody assigns.
///
/// Numbers up to 41 mean the same everywhere. From 42 on, and at 97, a number's meaning depends on who wrote the file.
struct TypeReading: Sendable {
    let ids: ClosedRange<UInt32>
    let name: String
    /// Who uses the number so.
    let program: String
    /// Values and bytes of a block; nil where it is not known here.
    let block: (size: Int, bytes: Int)?

    private init(
        _ ids: ClosedRange<UInt32>, _ name: String, _ program: String, _ block: (size: Int, bytes: Int)? = nil
    ) {
        (self.ids, self.name, self.program, self.block) = (ids, name, program, block)
    }

    private static let all: [TypeReading] = [
        TypeReading(42...42, "Q2_0", "ggml", (64, 18)), TypeReading(42...42, "Q1_0_g32", "elizaOS", (32, 6)),
        TypeReading(42...42, "TURBO3_0", "buun", (32, 14)), TypeReading(42...42, "TURBO2_0", "AtomicBot"),
        TypeReading(43...43, "Q1_0_g128", "elizaOS"), TypeReading(43...43, "TURBO4_0", "buun"),
        TypeReading(43...43, "TURBO3_0", "AtomicBot"),
        TypeReading(44...44, "TBQ3_0", "elizaOS", (32, 14)), TypeReading(44...44, "TURBO2_0", "buun"),
        TypeReading(44...44, "TURBO4_0", "AtomicBot"),
        TypeReading(45...45, "TBQ4_0", "elizaOS", (32, 18)), TypeReading(45...45, "TURBO3_TCQ", "buun"),
        TypeReading(45...45, "TQ3_1S", "AtomicBot", (32, 16)),
        TypeReading(46...46, "TQ4_1S", "AtomicBot"), TypeReading(47...47, "Q2_0", "AtomicBot", (64, 18)),
        TypeReading(48...48, "TBQ3_TCQ", "elizaOS", (128, 52)),
        TypeReading(97...97, "a format of its own", "ik_llama.cpp"),
        TypeReading(133...399, "a format of its own", "ik_llama.cpp"),
    ]

    /// Everyone's use of the number `id`, ours included.
    static func all(of id: UInt32) -> [TypeReading] { all.filter { $0.ids.contains(id) } }

    /// `NAME (PROGRAM)`.
    var title: String { "\(name) (\(program))" }

    /// Whether `count` values of this format take `byteCount` bytes, with or without the padding after a tensor.
    func fits(count: Int, byteCount: Int) -> Bool {
        guard let block, count.isMultiple(of: block.size) else { return false }
        let (bytes, overflow) = (count / block.size).multipliedReportingOverflow(by: block.bytes)
        guard !overflow, bytes < Int.max - GGUFFormat.defaultAlignment else { return false }
        return (bytes...GGUFFormat.padded(bytes, to: GGUFFormat.defaultAlignment)).contains(byteCount)
    }
}

extension TypeReading {
    /// What a type number that is not known here may stand for, for a message.
    static func readings(ofUnknown id: UInt32) -> String {
        let readings = all(of: id)
        guard !readings.isEmpty else { return "" }
        return ", used for " + readings.map(\.title).joined(separator: ", ")
    }

    /// What a tensor of a contested type may be instead of the type that we know the number for.
    static func otherReadings(of id: UInt32, name: String, expected: Int, found: Int) -> String {
        let (ours, others) = (all(of: id).first { $0.name == name }, all(of: id).filter { $0.name != name })
        guard let block = ours?.block, !others.isEmpty else { return "type \(id) of another program" }
        let count = expected / block.bytes * block.size
        let fitting = others.filter { $0.fits(count: count, byteCount: found) }
        guard fitting.isEmpty else {
            return "type \(id) of another program, \(fitting.map(\.title).joined(separator: " or ")), whose size fits"
        }
        return "type \(id) of another program, such as \(others.map(\.title).joined(separator: " or "))"
    }
}
