/// Recognises `call:NAME{` and `call:NAME(` with a registered name, byte by byte.
struct BareCallOpening {
    private let names: [[UInt8]]
    private var text: [UInt8] = []
    /// White space after the name has been seen.
    private var nameEnded = false

    private static let prefix = Array("call:".utf8)

    init(names: [[UInt8]]) { self.names = names }

    enum Answer { case possible, yes, no }

    /// Must not be asked again after it said yes or no.
    mutating func append(_ byte: UInt8) -> Answer {
        let prefix = BareCallOpening.prefix
        text.append(byte)
        guard text.count > prefix.count else { return prefix.starts(with: text) ? .possible : .no }

        switch byte {
        case "{", "(": return nameEnded || names.contains(text[prefix.count...].dropLast()) ? .yes : .no
        case _ where nameEnded: return byte.isSpace ? .possible : .no
        case _ where byte.isSpace:
            nameEnded = names.contains(text[prefix.count...].dropLast())
            return nameEnded ? .possible : .no
        default:
            return names.contains { $0.starts(with: text[prefix.count...]) } ? .possible : .no
        }
    }
}

extension [[UInt8]] {
    fileprivate func contains(_ name: ArraySlice<UInt8>) -> Bool { contains { $0.elementsEqual(name) } }
}
